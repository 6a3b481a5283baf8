import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import type { RunningContender } from '../../bench/contender.js';
import { PubSubRelay } from '../../bench/contenders/pubsub-relay.js';
import { WampPeer } from '../../bench/generator/wamp-peer.js';

/** What a server does with the nth message that it sends after the set-up: the messages to send instead. */
export type Fault = (text: string, nth: number) => readonly string[];

/** A relay in this process whose messages go through `fault` once `isArmed` is set. */
export async function startRelay(t: TestContext, fault: Fault = (text) => [text]) {
  const state = { isArmed: false, sent: 0 };
  const relay = new PubSubRelay<WebSocket, Buffer>({
    encode: (text) => text,
    send: (socket, text) => {
      if (state.isArmed) state.sent += 1;
      const texts = state.isArmed ? fault(text.toString(), state.sent) : [text.toString()];
      for (const message of texts) socket.send(message);
    },
  });
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      assert.ok(Buffer.isBuffer(data));
      relay.receive(socket, data);
    });
  });
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { port: address.port, state, server };
}

/** A contender as the loads see it, whose server listens there already; nothing is known of its process. */
export function contenderAt(port: number, path = '/'): RunningContender {
  const endpoint = { host: '127.0.0.1', port, path };
  return {
    name: 'relay',
    dialect: 'relay',
    connect: (serializer) => WampPeer.connect(endpoint, serializer),
    endpoint,
    cpuSeconds: () => Promise.resolve(undefined),
    rssBytes: () => Promise.resolve(undefined),
    errorOutput: () => '',
    stop: () => Promise.resolve(),
  };
}
