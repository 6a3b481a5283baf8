/**
 * The yardstick: plain `ws`, no realms, no permissions. An event is serialised once and given to `ws.send` for each
 * subscriber, as a Buffer, which is the faster of the two forms that `ws.send` takes.
 */
import { WebSocketServer, type WebSocket } from 'ws';
import { PubSubRelay } from './pubsub-relay.js';
import { announce } from './server-child.js';

const relay = new PubSubRelay<WebSocket, Buffer>({
  encode: (text) => text,
  send: (socket, text) => {
    socket.send(text, { binary: false });
  },
});

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });

server.on('connection', (socket) => {
  socket.on('error', () => {
    socket.terminate();
  });
  socket.on('message', (data) => {
    if (Buffer.isBuffer(data)) relay.receive(socket, data);
  });
});

server.on('listening', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  announce({
    port: address.port,
    path: '/',
    close: () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate();
        server.close(() => {
          resolve();
        });
      }),
  });
});
