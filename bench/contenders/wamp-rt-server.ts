/** wamp.rt as its own example starts it, with its trace off. It has one realm, whatever a client asks for. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { loadPeer } from './installed-peer.js';
import { announce } from './server-child.js';

type WampRtRouter = new (options: { readonly server: NodeJS.EventEmitter }) => {
  readonly close: () => void;
};

const Router = loadPeer(
  'wamp.rt',
  z.custom<WampRtRouter>((value) => typeof value === 'function'),
);
const server = createServer();
const router = new Router({ server });
server.listen(0, '127.0.0.1');
await once(server, 'listening');
announce({
  port: portOf(server.address()),
  path: '/',
  close: () =>
    new Promise((resolve) => {
      router.close();
      server.closeAllConnections();
      server.close(() => {
        resolve();
      });
    }),
});

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}
