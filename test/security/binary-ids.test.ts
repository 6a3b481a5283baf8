// W9, against the started application: ids as binary serializers can write them.
import { equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { ByteClient } from '../support/byte-client.js';
import { CLIENT_CODECS, type ClientCodec } from '../support/client-codec.js';
import { makeToken } from '../support/tokens.js';
import { ALL_ROLES } from '../support/wire-client.js';

const BINARY = CLIENT_CODECS.filter(({ subprotocol }) => /(?:msgpack|cbor)$/u.test(subprotocol));

const WRONG: readonly unknown[] = [
  ...[-1n, 0n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n, -(2n ** 63n)],
  ...[1.5, NaN, Infinity, -0, '1', Buffer.from([1]), [1], null, true],
];

/** A session on the public listener, where ids are in order. */
async function join(t: TestContext, codec: ClientCodec): Promise<ByteClient> {
  const application = await startTestApplication(t);
  const client = await ByteClient.connect(t, webSocketUrl(application), codec);
  client.send([1, 'realm1', { ...ALL_ROLES, authmethods: ['jwt'] }]);
  equal((await client.receive())[0], 4);
  client.send([5, makeToken(), {}]);
  equal((await client.receive())[0], 2);
  return client;
}

const subscribe = (id: unknown): unknown[] => [32, id, {}, 'com.example.x'];

for (const codec of BINARY) {
  describe(`W9: ids in ${codec.subprotocol}`, () => {
    for (const id of WRONG) {
      it(`${inspect(id)} as the first request's id is a protocol violation`, async (t) => {
        const client = await join(t, codec);
        client.send(subscribe(id));
        equal((await client.receive())[2], 'wamp.error.protocol_violation');
        equal(await client.closed, 1002);
      });
    }

    it('may be written with 64 bits, as long as they are the next in order', async (t) => {
      const client = await join(t, codec);
      client.send(subscribe(1n));
      equal((await client.receive())[0], 33);
      client.send(subscribe(3n));
      equal((await client.receive())[2], 'wamp.error.protocol_violation');
    });
  });
}
