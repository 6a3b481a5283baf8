/**
 * Socket.IO doing the same work by its own means: a topic is a room, an event goes to the room (the adapter encodes it
 * once), a call and its invocation are two events with acknowledgements.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { loadPeer } from './installed-peer.js';
import { announce } from './server-child.js';

type Acknowledge = (...args: readonly unknown[]) => void;

interface Socket {
  readonly join: (room: string) => void;
  readonly on: (event: string, listener: (...args: [string, ...unknown[]]) => void) => void;
  readonly emit: (event: string, ...args: readonly unknown[]) => void;
}

type NewServer = (
  server: NodeJS.EventEmitter,
  options: { readonly serveClient: boolean; readonly perMessageDeflate: boolean },
) => {
  readonly on: (event: 'connection', listener: (socket: Socket) => void) => void;
  readonly to: (room: string) => { readonly emit: (event: string, args: unknown) => void };
  readonly close: (onclosed: () => void) => Promise<void>;
};

const newServer = loadPeer(
  'socket.io',
  z.custom<NewServer>((value) => typeof value === 'function'),
);
const http = createServer();
const server = newServer(http, { serveClient: false, perMessageDeflate: false });
const callees = new Map<string, Socket>();

server.on('connection', (socket) => {
  socket.on('subscribe', (topic, acknowledge) => {
    socket.join(topic);
    acknowledgement(acknowledge)();
  });
  socket.on('register', (procedure, acknowledge) => {
    callees.set(procedure, socket);
    acknowledgement(acknowledge)();
  });
  socket.on('publish', (topic, args) => {
    server.to(topic).emit('event', args);
  });
  socket.on('call', (procedure, args, acknowledge) => {
    callees.get(procedure)?.emit('invocation', args, acknowledge);
  });
});

function acknowledgement(value: unknown): Acknowledge {
  return z.custom<Acknowledge>((candidate) => typeof candidate === 'function').parse(value);
}

http.listen(0, '127.0.0.1');
await once(http, 'listening');
const address = http.address();
if (address === null || typeof address === 'string') throw new Error('no TCP port');
announce({
  port: address.port,
  path: '/socket.io/?EIO=4&transport=websocket',
  close: () =>
    new Promise((resolve) => {
      void server.close(resolve);
    }),
});
