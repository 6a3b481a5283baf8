// Payload that is meant to do harm, against the started application: P1 to P4, P7, P8, P10, P11 and W12.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { ByteClient } from '../support/byte-client.js';
import { CLIENT_CODECS, JSON_CODEC, type ClientCodec } from '../support/client-codec.js';
import { makeToken } from '../support/tokens.js';
import { joinWithToken, upgradeStatus } from '../support/wire-client.js';
import { HARMFUL_VALUES } from './harmful-values.js';

const TOPIC = 'com.example.x';
const MEBIBYTE = 2 ** 20;

const codecOf = (name: string): ClientCodec => {
  const codec = CLIENT_CODECS.find(({ subprotocol }) => subprotocol === `wamp.2.${name}`);
  ok(codec !== undefined);
  return codec;
};

/** A PUBLISH that asks to be acknowledged, of this many bytes of JSON. */
const publishOf = (bytes: number): Buffer => {
  const [head, tail] = [`[16,1,{"acknowledge":true},"${TOPIC}",["`, '"]]'];
  return Buffer.from(head + 'x'.repeat(bytes - head.length - tail.length) + tail);
};

describe('P1: a message above the limit', () => {
  const limit = { EXPRESSWAY_TRUSTED__LIMITS__MESSAGE: '64KiB' };

  it('ends its connection with 1009, one of the limit is taken', async (t) => {
    const { trustedUrl } = await startTestApplication(t, limit);
    const client = await ByteClient.join(t, trustedUrl, JSON_CODEC);
    client.sendBytes(publishOf(64 * 1024));
    equal((await client.receive())[0], 17);
    client.sendBytes(publishOf(64 * 1024 + 1));
    equal(await client.closed, 1009);
  });

  it('ends its connection with 1009 also in fragments', async (t) => {
    const { trustedUrl } = await startTestApplication(t, limit);
    const client = await ByteClient.join(t, trustedUrl, JSON_CODEC);
    for (let part = 0; part < 100; part += 1) {
      client.webSocket.send('x'.repeat(1000), { fin: false });
    }
    equal(await client.closed, 1009);
  });
});

describe('P2 and P3: bytes that deceive a decoder', () => {
  for (const [name, values] of Object.entries(HARMFUL_VALUES)) {
    it(`are refused in ${name}, and take no memory`, async (t) => {
      const { trustedUrl } = await startTestApplication(t);
      const codec = codecOf(name);
      const whole = codec.encode([16, 1, {}, TOPIC, [], 'mark']);
      const mark = codec.encode(['mark']).subarray(1, name === 'json' ? -1 : undefined);
      const at = whole.indexOf(mark);
      const before = process.memoryUsage().rss;
      for (const [what, bytes] of values) {
        const client = await ByteClient.join(t, trustedUrl, codec);
        client.sendBytes(
          Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at + mark.length)]),
        );
        const [type, , reason] = await client.receive();
        deepEqual([what, type, reason], [what, 3, 'wamp.error.protocol_violation']);
        equal(await client.closed, 1002);
      }
      ok(process.memoryUsage().rss - before < 256 * MEBIBYTE);
    });
  }
});

describe('P4: keys that JavaScript knows', () => {
  for (const name of ['json', 'msgpack', 'cbor'] as const) {
    it(`are plain data in ${name}, in options too`, async (t) => {
      const { trustedUrl } = await startTestApplication(t);
      const client = await ByteClient.join(t, trustedUrl, codecOf(name));
      const key = client.codec.encode(['__proto__']).subarray(1, name === 'json' ? -1 : undefined);
      const stand = client.codec.encode(['stand_in_']).subarray(1, 1 + key.length);
      const wire = [
        16,
        1,
        { acknowledge: true, stand_in_: { polluted: true } },
        TOPIC,
        [{ stand_in_: { polluted: true } }],
      ];
      let bytes = client.codec.encode(wire);
      for (let at = bytes.indexOf(stand); at !== -1; at = bytes.indexOf(stand)) {
        bytes = Buffer.concat([bytes.subarray(0, at), key, bytes.subarray(at + stand.length)]);
      }
      client.sendBytes(bytes);
      equal((await client.receive())[0], 17);
      ok(!('polluted' in {}));
    });
  }
});

describe('P7: pings whose pongs are not read', () => {
  it('end the connection before they take memory', async (t) => {
    const { trustedUrl } = await startTestApplication(t);
    const client = await ByteClient.join(t, trustedUrl, JSON_CODEC);
    const before = process.memoryUsage().rss;
    client.webSocket.pause();
    const closed = client.closed.then(() => true);
    const isFlooded = (): Promise<boolean> =>
      new Promise((resolve) => {
        for (let ping = 0; ping < 999; ping += 1) client.webSocket.ping('x'.repeat(100));
        client.webSocket.ping('last', true, () => {
          resolve(client.webSocket.readyState !== WebSocket.OPEN);
        });
      });
    for (let round = 0; round < 600; round += 1) {
      if (await Promise.race([isFlooded(), closed])) break;
    }
    client.webSocket.resume();
    equal(await closed, true);
    ok(process.memoryUsage().rss - before < 128 * MEBIBYTE);
  });
});

describe('P8: a subscriber that does not read', () => {
  it('is cut off, and another gets every event', async (t) => {
    const application = await startTestApplication(t);
    const url = webSocketUrl(application);
    const slow = await ByteClient.connect(t, url, JSON_CODEC);
    const { client: quick } = await joinWithToken(t, url, makeToken());
    slow.send([1, 'realm1', { roles: { subscriber: {} }, authmethods: ['jwt'] }]);
    await slow.receive();
    slow.send([5, makeToken(), {}]);
    await slow.receive();
    slow.send([32, 1, {}, TOPIC]);
    await slow.receive();
    quick.send([32, 1, {}, TOPIC]);
    await quick.receive();
    slow.webSocket.pause();
    const publisher = await ByteClient.join(t, application.trustedUrl, JSON_CODEC);
    for (let request = 1; request <= 40; request += 1) {
      publisher.send([16, request, {}, TOPIC, [request, 'x'.repeat(MEBIBYTE - 1000)]]);
      const [type, , , , args] = await quick.receive();
      deepEqual([type, (args as unknown[])[0]], [36, request]);
    }
    slow.webSocket.resume();
    ok([1006, 4409].includes(await slow.closed));
  });
});

describe('P10 and P11: too many subscriptions, too many messages', () => {
  const token = (): string => makeToken({ claims: { sub: 'ryan' } });

  it('a session has so many subscriptions, patterns among them, and lives on', async (t) => {
    const application = await startTestApplication(t, { EXPRESSWAY_LIMITS__SUBSCRIPTIONS: '2' });
    const { client } = await joinWithToken(t, webSocketUrl(application), token());
    const topic = 'com.example.status.';
    for (const [index, code, uri] of [
      [1, 33, topic],
      [2, 33, `${topic}a`],
      [3, 8, `${topic}b`],
      [4, 8, `${topic}${'.'.repeat(40)}`],
    ] as const) {
      client.send([32, index, { match: 'prefix' }, uri]);
      equal((await client.receive())[0], code);
    }
  });

  it('a session that goes on sending too fast is closed with 4429', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_LIMITS__MESSAGES_PER_SECOND: '20',
      EXPRESSWAY_LIMITS__BURST: '20',
      EXPRESSWAY_LIMITS__RATE_CUTOFF: '200ms',
    });
    const { client } = await joinWithToken(t, webSocketUrl(application), token());
    for (let request = 1; request <= 2000; request += 1) client.send([16, request, {}, TOPIC]);
    equal(await client.closed, 4429);
  });
});

describe('W12: subprotocols that are mixed up', () => {
  for (const codec of CLIENT_CODECS) {
    it(`${codec.subprotocol} takes no ${codec.isBinary ? 'text' : 'binary'} message`, async (t) => {
      const { trustedUrl } = await startTestApplication(t);
      const client = await ByteClient.join(t, trustedUrl, codec);
      client.sendBytes(codec.encode([16, 1, {}, TOPIC]), !codec.isBinary);
      equal((await client.receive())[2], 'wamp.error.protocol_violation');
      equal(await client.closed, 1003);
    });
  }

  it('none of ours is refused with 400, the first of ours is taken', async (t) => {
    const application = await startTestApplication(t);
    const url = webSocketUrl(application);
    for (const offer of ['wamp.2.ubjson', 'wamp.2.JSON', 'wamp', 'wamp.2.json.batched.batched']) {
      equal(await upgradeStatus(url, { 'sec-websocket-protocol': offer }), 400);
    }
    const webSocket = new WebSocket(url, ['wamp.2.ubjson', 'wamp.2.cbor', 'wamp.2.json']);
    t.after(() => {
      webSocket.terminate();
    });
    await once(webSocket, 'open');
    equal(webSocket.protocol, 'wamp.2.cbor');
  });
});
