import { equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { WebSocket } from 'ws';
import { MessageType } from '../../../src/router/protocol/message.js';
import { jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import type { Transport } from '../../../src/router/transport/transport.js';
import { WebSocketListener } from '../../../src/router/transport/websocket/websocket-listener.js';
import { WebSocketTransport } from '../../../src/router/transport/websocket/websocket-transport.js';

async function connected(
  t: TestContext,
  queueBytes: number,
): Promise<{ transport: WebSocketTransport; client: WebSocket }> {
  const server = createServer();
  let accepted: Transport | undefined;
  const listener = new WebSocketListener({
    name: 'test',
    path: '/',
    serializers: [jsonSerializer()],
    guards: [],
    queueBytes,
    onconnection: (transport) => {
      accepted = transport;
    },
  });
  listener.attach(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  ok(typeof address === 'object' && address !== null);
  const client = new WebSocket(`ws://127.0.0.1:${address.port}/`, 'wamp.2.json');
  t.after(() => {
    client.terminate();
    listener.close();
    server.close();
  });
  await once(client, 'open');
  ok(accepted instanceof WebSocketTransport);
  return { transport: accepted, client };
}

/** More than a socket takes for a peer that does not read. */
function sendUntilCutOff(transport: Transport): void {
  const message = {
    type: MessageType.Challenge,
    method: 'x'.repeat(64 * 1024),
    extra: {},
  } as const;
  for (let sent = 0; sent < 500; sent += 1) transport.send(message);
}

describe('a slow or paused WebSocketTransport', () => {
  it('sends one message that is longer than the queue’s limit to a peer that has taken all', async (t) => {
    const { transport, client } = await connected(t, 100);
    const message = { type: MessageType.Challenge, method: 'x'.repeat(200), extra: {} } as const;
    transport.send(message);
    const [data] = (await once(client, 'message')) as [Buffer];
    equal(data.toString(), JSON.stringify([4, message.method, {}]));
    client.pause();
    sendUntilCutOff(transport);
    client.resume();
    const [code] = (await once(client, 'close')) as [number];
    equal(code, 4409);
  });

  it('takes a paused connection for alive, and gives the pong its time afterwards', async (t) => {
    const { transport, client } = await connected(t, 1000);
    const start = Date.now();
    transport.pause();
    transport.keepAlive(start + 60_000, 10, 10);
    transport.keepAlive(start + 120_000, 10, 10);
    transport.resume();
    transport.keepAlive(start + 120_005, 10, 10);
    transport.send({ type: MessageType.Challenge, method: 'alive', extra: {} });
    await once(client, 'message');
    equal(client.readyState, WebSocket.OPEN);
  });

  it('ends a connection whose pong does not come', async (t) => {
    const { transport, client } = await connected(t, 1000);
    const start = Date.now();
    transport.keepAlive(start + 60_000, 10, 10);
    transport.keepAlive(start + 60_010, 10, 10);
    await once(client, 'close');
    equal(client.readyState, WebSocket.CLOSED);
  });
});
