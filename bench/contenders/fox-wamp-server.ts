/** fox-wamp as its own examples start it: realms are made when they are asked for, everybody may do everything. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { loadPeer } from './installed-peer.js';
import { announce } from './server-child.js';

interface WampServer extends NodeJS.EventEmitter {
  readonly clients: Iterable<{ terminate: () => void }>;
  readonly address: () => AddressInfo;
  readonly close: (onclosed: () => void) => void;
}

type FoxRouter = new () => {
  readonly listenWAMP: (options: { readonly host: string; readonly port: number }) => WampServer;
};

const Router = loadPeer(
  'fox-wamp',
  z.custom<FoxRouter>((value) => typeof value === 'function'),
);
const server = new Router().listenWAMP({ host: '127.0.0.1', port: 0 });
await once(server, 'listening');
announce({
  port: server.address().port,
  path: '/',
  close: () =>
    new Promise((resolve) => {
      for (const client of server.clients) client.terminate();
      server.close(resolve);
    }),
});
