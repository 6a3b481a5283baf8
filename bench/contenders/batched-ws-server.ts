/**
 * What is within reach on Node: `ws` receives, but an event is framed once, each connection has a queue of frames, and
 * the queue is written once per turn of the event loop to the upgraded socket.
 */
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { PubSubRelay } from './pubsub-relay.js';
import { announce } from './server-child.js';

interface Peer {
  readonly socket: Duplex;
  readonly queue: Buffer[];
}

const waiting: Peer[] = [];

const relay = new PubSubRelay<Peer, Buffer>({ encode: frame, send: enqueue });

function enqueue(peer: Peer, bytes: Buffer): void {
  if (peer.queue.push(bytes) > 1) return;
  if (waiting.push(peer) === 1) setImmediate(flush);
}

function flush(): void {
  for (const { socket, queue } of waiting) {
    const [first] = queue;
    if (socket.writable && first !== undefined) {
      socket.write(queue.length === 1 ? first : Buffer.concat(queue));
    }
    queue.length = 0;
  }
  waiting.length = 0;
}

function frame(text: Buffer): Buffer {
  const length = text.length;
  const head = length < 126 ? Buffer.alloc(2) : Buffer.alloc(4);
  head[0] = 0x81;
  if (length < 126) head[1] = length;
  else {
    head[1] = 126;
    head.writeUInt16BE(length, 2);
  }
  return Buffer.concat([head, text]);
}

const webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
const server = createServer();

server.on('upgrade', (request, socket, head) => {
  webSockets.handleUpgrade(request, socket, head, (webSocket) => {
    const peer: Peer = { socket, queue: [] };
    webSocket.on('error', () => {
      webSocket.terminate();
    });
    webSocket.on('message', (data) => {
      if (Buffer.isBuffer(data)) relay.receive(peer, data);
    });
  });
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  announce({
    port: address.port,
    path: '/',
    close: () =>
      new Promise((resolve) => {
        for (const webSocket of webSockets.clients) webSocket.terminate();
        server.close(() => {
          resolve();
        });
      }),
  });
});
