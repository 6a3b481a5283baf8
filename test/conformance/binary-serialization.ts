import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { abort, anyDict, anyId, error, matches } from './pattern.js';
import type { Peer, Wire } from './peer.js';
import { ensure } from './transcript.js';
import { inBinary, inCbor, inMsgPack } from './wire-needs.js';
import { encoded, Encoded, tell } from './wire/value.js';
import { formatName } from './wire/wire-format.js';

interface PerFormat<Value> {
  readonly msgpack: Value;
  readonly cbor: Value;
}

/** Forms of the integer 1 that are as good as the shortest. */
const ONE: PerFormat<readonly string[]> = {
  msgpack: ['cc01', 'cd0001', 'ce00000001', 'cf0000000000000001', 'd001', 'd10001', 'd200000001'],
  cbor: ['1801', '190001', '1a00000001', '1b0000000000000001'],
};

/** The number 1 as floating point number of 8, 4 and, in CBOR, 2 bytes. */
const ONE_AS_FLOAT: PerFormat<readonly string[]> = {
  msgpack: ['cb3ff0000000000000', 'ca3f800000'],
  cbor: ['fb3ff0000000000000', 'fa3f800000', 'f93c00'],
};

/** What is no value, or no value as yet. */
const NO_VALUE: PerFormat<readonly string[]> = {
  msgpack: ['', 'c1', '94', '942001', '94 20 01 80 a5 61 62', 'dd ffffffff 20', 'd9ff61'],
  cbor: ['', '84', '842001', '84 18 20 01 a0 65 61 62', '9b ffffffffffffffff 18', 'ff', '1c', '9f'],
};

/** Texts that are not UTF-8: a stray byte, half a letter, a surrogate, an overlong form, a letter beyond Unicode. */
const NO_UTF8: PerFormat<readonly string[]> = {
  msgpack: ['a1ff', 'a1c3', 'a3eda080', 'a2c0af', 'a4f4908080'],
  cbor: ['61ff', '61c3', '63eda080', '62c0af', '64f4908080'],
};

/** A dictionary with one entry whose key is the integer 1, the value `true`. */
const INTEGER_KEY: PerFormat<Encoded> = { msgpack: encoded('8101c3'), cbor: encoded('a101f5') };

/** What libraries make objects of, or references, or records: none of it is for a router to run. */
const TRICKS: PerFormat<readonly string[]> = {
  msgpack: [
    ...['d4 00 00', 'd4 72 40', 'd6 ff 00000000', 'd5 78 6162', 'c7 03 65 616263', 'd4 70 01'],
    'd8 01 00000000000000000000000000000000',
  ],
  cbor: [
    ...['d8 1b 82 66 526567457870 61 78', 'd8 1c 80', 'd8 1d 00', 'd8 33 83 80 80 00', 'c1 00'],
    ...['d9 0100 80', 'd9 ffff 00', 'd8 20 61 61', 'c0 63 616263'],
  ],
};

const BYTES = new Uint8Array([0, 1, 2, 0xfa, 0xff]);
const BASE64 = '\u0000AAEC+v8=';
const EMPTY = new Uint8Array();

const lowest = (value: bigint): bigint => -value;

/** What holds for the serializer of the run. */
const of = <Value>({ target }: CaseContext, values: PerFormat<Value>): Value =>
  values[formatName(target.serializer) === 'cbor' ? 'cbor' : 'msgpack'];

/** MessagePack and CBOR, and what becomes of values between serializers (WAMP 2.2, 15.4). */
export const binarySerializationCases: readonly ConformanceCase[] = [
  conforms('SER-1', 'speaks more than one serializer', async (c) => {
    const formats = ['json', 'msgpack', 'cbor'] as const;
    const peers = await Promise.allSettled(
      formats.map((serializer) => c.connect(serializer, { serializer })),
    );
    const spoken = formats.filter((_name, index) => peers[index]?.status === 'fulfilled');
    ensure(spoken.length > 1, `only ${spoken.join(', ')}`);
  }),

  ...([inMsgPack, inCbor] as const).map((need) =>
    conforms(
      need === inMsgPack ? 'SER-3' : 'SER-4',
      'keeps texts and byte strings apart',
      async (c) => {
        await expectPayload(c, {}, ['text', BYTES, '', EMPTY], { text: 'b', bytes: BYTES });
      },
      need,
    ),
  ),

  conforms(
    'SER-5 SER-7',
    'gives bytes to JSON as U+0000 and base64, at every depth',
    async (c) => {
      const { publisher, subscriber, subscription } = await c.pair({}, { serializer: 'json' });
      const args = [BYTES, EMPTY, [[BYTES]], { deep: { deeper: [BYTES] } }];
      const publication = await publisher.publish(c.uri('pair'), args, { bytes: BYTES });
      const texts = [BASE64, '\u0000', [[BASE64]], { deep: { deeper: [BASE64] } }];
      await subscriber.expect([
        ...[36, subscription, publication, anyDict],
        ...[texts, { bytes: BASE64 }],
      ]);
    },
    inBinary,
  ),

  conforms(
    'SER-6 SER-7',
    'takes U+0000 and base64 from JSON for bytes, at every depth',
    async (c) => {
      const { publisher, subscriber, subscription } = await c.pair({ serializer: 'json' }, {});
      const args = [BASE64, [[BASE64]], { deep: { deeper: [BASE64] } }, BASE64.slice(1)];
      const publication = await publisher.publish(c.uri('pair'), args, { bytes: BASE64 });
      const bytes = [BYTES, [[BYTES]], { deep: { deeper: [BYTES] } }, BASE64.slice(1)];
      await subscriber.expect([
        ...[36, subscription, publication, anyDict],
        ...[bytes, { bytes: BYTES }],
      ]);
    },
    inBinary,
  ),

  conforms(
    'SER-8',
    'leaves a text with U+0000 at its head that is no base64 as it is',
    async (c) => {
      const texts = ['\u0000no base64!', '\u0000A', '\u0000AAE', '\u0000AA==AA', '\u0000AAEC\n'];
      await expectPayload(c, { serializer: 'json' }, texts, {});
    },
    inBinary,
  ),

  conforms(
    'SER-10',
    'forwards integers beyond 2^53 unchanged',
    async (c) => {
      const numbers = [2n ** 53n + 1n, 2n ** 64n - 1n, lowest(2n ** 53n + 1n), lowest(2n ** 63n)];
      await expectPayload(c, {}, numbers, { big: 2n ** 63n });
    },
    inBinary,
  ),

  conforms('SER-11', 'forwards every kind of value to every serializer', async (c) => {
    const kinds = [null, true, false, 0, -1, 23, 24, 255, 256, 65_536, 2 ** 32, -(2 ** 31) - 1];
    const args = [...kinds, 0.5, -1.25e-7, 1e300, '', 'é😀', [], {}, [[], {}], 'x'.repeat(300)];
    const kwargs = { '': null, nested: { list: [[[1]], { deep: {} }], empty: '' }, ключ: -33 };
    for (const serializer of ['json', 'msgpack', 'cbor'] as const) {
      await expectPayload(c, { serializer }, args, kwargs);
      const { publisher, subscriber, subscription } = await c.pair({}, { serializer });
      const publication = await publisher.publish(c.uri('pair'), args, kwargs);
      await subscriber.expect([36, subscription, publication, anyDict, args, kwargs]);
    }
  }),

  conforms(
    'SER-12',
    'writes ids above 2^32 as integers',
    async (c) => {
      const peer = await c.join('peer');
      const request = peer.request;
      peer.send([16, request, { acknowledge: true }, c.uri('topic')]);
      const bytes = await peer.receiveBytes();
      // PUBLISHED is a list of three; the publication id at its end is one of 64 bits but for one in two millions.
      const integer = of(c, { msgpack: 0xcf, cbor: 0x1b });
      const short = of(c, { msgpack: 0xce, cbor: 0x1a });
      const head = bytes.subarray(3).readUInt8(0);
      ensure(head === integer || head === short, `publication id in ${bytes.toString('hex')}`);
    },
    inBinary,
  ),

  conforms(
    'SER-13',
    'takes ids that are integers of any width',
    async (c) => {
      for (const one of of(c, ONE)) {
        const peer = await c.join('peer');
        peer.send([32, encoded(one), {}, c.uri('topic')]);
        await peer.expect([33, 1, anyId]);
      }
    },
    inBinary,
  ),

  conforms(
    'SER-14',
    'takes ids that are floating point numbers without fraction',
    async (c) => {
      for (const one of of(c, ONE_AS_FLOAT)) {
        const peer = await c.join('peer');
        peer.send([32, encoded(one), {}, c.uri('topic')]);
        await peer.expect([33, 1, anyId]);
      }
    },
    inBinary,
  ),

  conforms(
    'SER-15',
    'takes what cannot be decoded for a protocol violation',
    async (c) => {
      const { format } = await c.join('peer');
      const whole = format.encode([32, 1, {}, c.uri('topic')]);
      const publish = format.encode([16, 1, {}, c.uri('topic'), ['payload'], { a: 1 }]);
      const truncated = [whole, publish].flatMap((bytes) => [bytes.subarray(0, -1)]);
      const trailing = [whole, publish].map((bytes) => Buffer.concat([bytes, Buffer.of(0)]));
      const broken = of(c, NO_VALUE);
      await expectViolations(c, [
        ...[...truncated, ...trailing],
        ...broken.map((hex) => encoded(hex).bytes),
      ]);
    },
    inBinary,
  ),

  conforms(
    'SER-16',
    'refuses text that is not UTF-8, in URI, payload and key',
    async (c) => {
      const peer = await c.join('peer');
      const { encode } = peer.format;
      const topic = c.uri('topic');
      for (const hex of of(c, NO_UTF8)) {
        const text = encoded(hex);
        const oneEntry = of(c, { msgpack: '81', cbor: 'a1' });
        const keyed = encoded(`${oneEntry}${hex}01`);
        await expectViolations(c, [
          ...[encode([32, 1, {}, text]), encode([16, 1, {}, topic, [text]])],
          ...[encode([16, 1, {}, topic, [[keyed]]]), encode([16, 1, keyed, topic])],
        ]);
      }
    },
    inBinary,
  ),

  conforms(
    'SER-17',
    'takes CBOR of indefinite length',
    async (c) => {
      const { publisher, subscriber, subscription } = await c.pair({}, {});
      const topic = c.uri('pair');
      const text = (value: string): string => publisher.format.encode(value).toString('hex');
      const uri = `7f ${text(topic.slice(0, 5))} ${text(topic.slice(5))} ff`;
      const options = `bf ${text('acknowledge')} f5 ff`;
      const payload = `9f 01 5f 41 00 41 01 ff 7f 61 61 61 62 ff ff bf ${text('key')} 9f ff ff`;
      publisher.sendEncoded(encoded(`9f 10 01 ${options} ${uri} ${payload} ff`).bytes);
      const published = await publisher.expect([17, 1, anyId]);
      await subscriber.expect([
        ...[36, subscription, published[2], anyDict],
        ...[[1, new Uint8Array([0, 1]), 'ab'], { key: [] }],
      ]);
    },
    inCbor,
  ),

  conforms(
    'SER-18 P-3',
    'runs nothing that extensions and tags ask for: it forwards or refuses them',
    async (c) => {
      const { subscriber, subscription } = await c.pair({}, {});
      for (const hex of of(c, TRICKS)) await expectHarmless(c, { subscriber, subscription, hex });
      await subscriber.receiveNothing();
      await c.expectRouterAlive();
    },
    inBinary,
  ),

  conforms(
    'MSG-15',
    'takes keys of options that are no strings for a protocol violation',
    async (c) => {
      const peer = await c.join('peer');
      const { encode } = peer.format;
      const options = of(c, INTEGER_KEY);
      const uri = c.uri('a');
      await expectViolations(c, [
        ...[16, 32, 48, 64].map((type) => encode([type, 1, options, uri])),
        ...[encode([6, options, 'wamp.close.normal']), encode([16, 1, {}, uri, [], options])],
      ]);
      const stranger = await c.connect('before HELLO');
      stranger.send([1, c.target.realm, options]);
      await stranger.expectViolation();
    },
    inBinary,
  ),

  conforms(
    'MSG-16',
    'refuses duplicate keys or lets the last one win, in any serializer',
    async (c) => {
      const peer = await c.join('peer');
      const [yes, no] = [true, false].map((value) => twice(peer, value));
      peer.send([16, 1, yes, c.uri('topic')]);
      const outcome = await peer.outcome();
      if (matches(abort('wamp.error.protocol_violation'), outcome)) return;
      ensure(matches([17, 1, anyId], outcome), `expected PUBLISHED, got ${tell(outcome)}`);
      peer.send([16, 2, no, c.uri('topic')]);
      peer.send([32, 3, {}, c.uri('topic')]);
      await peer.expect([33, 3, anyId]);
    },
    inBinary,
  ),
];

/** A dictionary in which `acknowledge` is there twice, `value` at last. */
function twice({ format }: Peer, value: boolean): Encoded {
  const head = Buffer.from(formatName(format.name) === 'cbor' ? 'a2' : '82', 'hex');
  const key = format.encode('acknowledge');
  return new Encoded(Buffer.concat([head, key, format.encode(!value), key, format.encode(value)]));
}

/** Publishes from a peer like `from` to one of the run's serializer and expects the payload as it was. */
async function expectPayload(
  c: CaseContext,
  from: { readonly serializer?: 'json' | 'msgpack' | 'cbor' },
  args: Wire,
  kwargs: object,
): Promise<void> {
  const { publisher, subscriber, subscription } = await c.pair(from, {});
  const publication = await publisher.publish(c.uri('pair'), args, kwargs);
  const rest = Object.keys(kwargs).length > 0 ? [kwargs] : [];
  await subscriber.expect([36, subscription, publication, anyDict, args, ...rest]);
}

/** Opens a session for each of these messages, sends it and expects a protocol violation. */
async function expectViolations(c: CaseContext, messages: readonly Buffer[]): Promise<void> {
  for (const message of messages) {
    const peer = await c.join('offender');
    peer.sendEncoded(message);
    await peer.expectViolation();
    await peer.dispose();
  }
}

/** Publishes a value of these bytes: it is refused, or arrives as it was. */
async function expectHarmless(
  c: CaseContext,
  {
    subscriber,
    subscription,
    hex,
  }: { readonly subscriber: Peer; readonly subscription: number; readonly hex: string },
): Promise<void> {
  const publisher = await c.join('publisher');
  publisher.send([16, 1, { acknowledge: true }, c.uri('pair'), [encoded(hex)]]);
  const outcome = await publisher.outcome();
  const refusals = [
    abort('wamp.error.protocol_violation'),
    error(16, 1, 'wamp.error.invalid_argument'),
  ];
  if (refusals.some((refusal) => matches(refusal, outcome))) return;
  ensure(matches([17, 1, anyId], outcome), `${hex}: got ${tell(outcome)}`);
  const event = await subscriber.receive();
  const list = Array.isArray(event[4]) ? event[4] : [];
  const sent = subscriber.format.decode(encoded(hex).bytes);
  ensure(event[1] === subscription && matches([sent], list), `${hex}: forwarded as ${tell(event)}`);
}
