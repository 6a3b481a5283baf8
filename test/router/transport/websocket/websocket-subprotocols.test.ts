import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { List } from '../../../../src/router/protocol/message.js';
import { allSerializers } from '../../../../src/router/serializer/all-serializers.js';
import { transportSuite } from '../../../compliance/transport.js';
import { CLIENT_CODECS, type ClientCodec } from '../../../support/client-codec.js';
import { openEntrance } from '../../../support/open-entrance.js';
import { createRouter } from '../../../support/test-router.js';
import { listen, openWebSocket, type WebSocketClient } from '../../../support/websocket-pair.js';

const HELLO: List = [1, 'realm1', { roles: { subscriber: {} } }];
const subscribe = (request: number, topic: string): List => [32, request, {}, topic];

/** Joins a realm of a router that lets everybody in. */
async function join(t: TestContext, codec: ClientCodec): Promise<WebSocketClient> {
  const router = createRouter(t);
  const { url } = await listen(t, {
    serializers: allSerializers(),
    onconnection: (transport) => {
      router.attach(transport, openEntrance());
    },
  });
  const client = await openWebSocket(t, `${url}/ws`, { codec });
  client.send(HELLO);
  const [type] = await client.receive();
  equal(type, 2);
  return client;
}

/** That an ABORT comes, then the close. */
async function receiveViolation({ receive, closed }: WebSocketClient, code: number): Promise<void> {
  const [type, , reason] = await receive();
  deepEqual([type, reason], [3, 'wamp.error.protocol_violation']);
  equal((await closed).code, code);
}

for (const codec of CLIENT_CODECS) {
  describe(`WebSocketTransport with ${codec.subprotocol}`, () => {
    transportSuite(async (t) => {
      const { url, transports } = await listen(t, { serializers: allSerializers() });
      const client = await openWebSocket(t, `${url}/ws`, { codec });
      return {
        ...client,
        transport: await transports.take(),
        close: () => {
          client.webSocket.close();
        },
      };
    });

    // WS-1, WS-2, WS-3, WS-6, WS-7, BAT-1, BAT-3, BAT-5
    it('echoes the subprotocol and answers in kind', async (t) => {
      const { webSocket, send, receive } = await join(t, codec);
      equal(webSocket.protocol, codec.subprotocol);
      send([34, 1, 7]);
      deepEqual(await receive(), [8, 34, 1, {}, 'wamp.error.no_such_subscription']);
    });

    // WS-8, WS-9
    it('says ABORT to a message of the wrong kind, and closes with 1003', async (t) => {
      const client = await join(t, codec);
      client.webSocket.send(codec.encode(subscribe(1, 'a.b')), { binary: !codec.isBinary });
      await receiveViolation(client, 1003);
    });
  });
}

for (const codec of CLIENT_CODECS.filter((each) => each.subprotocol.endsWith('.batched'))) {
  describe(`a batch of ${codec.subprotocol}`, () => {
    // BAT-2, BAT-4, BAT-5
    it('is processed in order', async (t) => {
      const { send, receive } = await join(t, codec);
      send(subscribe(1, 'a.b'), subscribe(2, 'a..b'), subscribe(3, 'a.c'));
      deepEqual((await receive()).slice(0, 2), [33, 1]);
      deepEqual((await receive()).slice(0, 3), [8, 32, 2]);
      deepEqual((await receive()).slice(0, 2), [33, 3]);
    });

    // BAT-8
    it('ends at a violation in its middle', async (t) => {
      const client = await join(t, codec);
      client.send(subscribe(1, 'a.b'), [2, 1, {}], subscribe(2, 'a.c'));
      deepEqual((await client.receive()).slice(0, 2), [33, 1]);
      await receiveViolation(client, 1002);
    });

    const batch = Buffer.concat([codec.encode(subscribe(1, 'a.b')), codec.encode([34, 2, 7])]);
    // BAT-6, BAT-7
    for (const [what, bytes] of [
      ['is empty', Buffer.alloc(0)],
      ['ends within a message', batch.subarray(0, -1)],
      ['goes on behind its last message', Buffer.concat([batch, Buffer.from([0])])],
    ] as const) {
      it(`fails the transport when it ${what}, and nothing of it counts`, async (t) => {
        const client = await join(t, codec);
        client.webSocket.send(bytes, { binary: codec.isBinary });
        await receiveViolation(client, 1002);
      });
    }
  });
}

describe('a WebSocketListener with all subprotocols', () => {
  // WS-4, BAT-1
  for (const [subprotocols, chosen] of [
    [['x.unknown', 'wamp.2.cbor', 'wamp.2.json'], 'wamp.2.cbor'],
    [['wamp.2.msgpack.batched', 'wamp.2.msgpack'], 'wamp.2.msgpack.batched'],
    [['wamp.2.ubjson.batched', 'wamp.2.json.batched'], 'wamp.2.json.batched'],
    [['wamp.2.flatbuffers', 'wamp.2.json'], 'wamp.2.json'],
  ] as const) {
    it(`chooses ${chosen} of ${subprotocols.join(', ')}`, async (t) => {
      const { url } = await listen(t, { serializers: allSerializers() });
      const { webSocket } = await openWebSocket(t, `${url}/ws`, {
        subprotocols: [...subprotocols],
      });
      equal(webSocket.protocol, chosen);
    });
  }
});
