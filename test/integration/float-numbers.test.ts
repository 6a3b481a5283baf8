// Clients in JavaScript write every number as a float in MessagePack (autobahn-js) or large ones in CBOR (SER-13, SER-14).
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encode as encodeMsgpack } from '@msgpack/msgpack';
import { encode as encodeCbor } from 'cbor2';
import type { List } from '../../src/router/protocol/message.js';
import { startTestApplication } from '../support/application.js';
import { ByteClient } from '../support/byte-client.js';
import { CLIENT_CODECS, type ClientCodec } from '../support/client-codec.js';

const TOPIC = 'com.example.x';

/** How the three serializers write a list whose numbers are all floats. */
const FLOATS: Readonly<Record<string, (wire: List) => Buffer>> = {
  'wamp.2.json': (wire) => Buffer.from(JSON.stringify(wire).replace(/\d+(?=[,\]}])/g, '$&.0')),
  'wamp.2.msgpack': (wire) => Buffer.from(encodeMsgpack(wire, { forceIntegerToFloat: true })),
  'wamp.2.cbor': (wire) => Buffer.from(encodeCbor(wire, { avoidInts: true })),
};

const floating = (codec: ClientCodec): ClientCodec => ({
  ...codec,
  encode: FLOATS[codec.subprotocol] ?? codec.encode,
});

const CODECS = CLIENT_CODECS.filter(({ subprotocol }) => subprotocol in FLOATS);
const MAX_ID = 2 ** 53;

describe('a client whose numbers are all floats', () => {
  for (const codec of CODECS) {
    it(`is served in ${codec.subprotocol}, its ids and the numbers of its options alike`, async (t) => {
      const { trustedUrl } = await startTestApplication(t);
      const client = await ByteClient.join(t, trustedUrl, floating(codec));
      const publish = { acknowledge: true, exclude: [1, MAX_ID], eligible: [2], _retain_ttl: 1000 };
      client.send([16, 1, { ...publish, retain: true }, TOPIC, [1]]);
      deepEqual((await client.receive()).slice(0, 2), [17, 1]);
      client.send([64, 2, { invoke: 'roundrobin', concurrency: 4 }, TOPIC]);
      const registered = await client.receive();
      deepEqual(registered.slice(0, 2), [65, 2]);
      client.send([48, 3, { timeout: 60_000 }, TOPIC, [5]]);
      const [type, invocation] = await client.receive();
      deepEqual([type, invocation], [68, 1]);
      client.send([70, 1, {}, [7]]);
      deepEqual(await client.receive(), [50, 3, {}, [7]]);
      client.send([48, 4, { timeout: 0 }, TOPIC]);
      equal((await client.receive())[0], 68);
      client.send([8, 68, 2, {}, 'com.example.error']);
      deepEqual(await client.receive(), [8, 48, 4, {}, 'com.example.error']);
      client.send([49, 4, { mode: 'kill' }]);
      client.send([66, 5, Number(registered[2])]);
      deepEqual(await client.receive(), [67, 5]);
    });

    it(`has no fractions in ${codec.subprotocol}`, async (t) => {
      const { trustedUrl } = await startTestApplication(t);
      const client = await ByteClient.join(t, trustedUrl, codec);
      client.send([16, 1.5, { acknowledge: true }, TOPIC]);
      equal((await client.receive())[2], 'wamp.error.protocol_violation');
    });
  }
});

describe('a message of CBOR that says that it is CBOR', () => {
  it('is taken', async (t) => {
    const { trustedUrl } = await startTestApplication(t);
    const codec = CODECS.find(({ subprotocol }) => subprotocol === 'wamp.2.cbor');
    ok(codec !== undefined);
    const client = await ByteClient.join(t, trustedUrl, {
      ...codec,
      encode: (wire) => Buffer.concat([Buffer.of(0xd9, 0xd9, 0xf7), Buffer.from(encodeCbor(wire))]),
    });
    client.send([16, 1, { acknowledge: true }, TOPIC, [1]]);
    deepEqual((await client.receive()).slice(0, 2), [17, 1]);
  });
});
