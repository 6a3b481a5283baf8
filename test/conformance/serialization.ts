import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { abort, anyDict, anyId, matches } from './pattern.js';
import { ensure } from './transcript.js';
import { inJson } from './wire-needs.js';
import { tell } from './wire/value.js';

const UNDECODABLE = [
  '',
  'no JSON',
  '[32, 1, {}',
  '{',
  '[32, 1, {}, "com.example.a"] x',
  "[32, 1, {}, 'com.example.a']",
  '[32, 1, {}, "com.example.a",]',
  '[32, 01, {}, "com.example.a"]',
  '[32, 1, {}, "com.example.\u0001"]',
  '[32, 1, {}, "com.example.\\x"]',
  '[32, 1, {}, NaN]',
];

/** Arguments and ArgumentsKw that are no JSON although they look like it from afar. */
const UNDECODABLE_PAYLOAD = [
  ...['[1,]', '[,1]', '[1 2]', '["a" "b"]', '[01]', '[-]', '[+1]', '[.5]', '[1.]', '[1e]', '[0x1]'],
  ...[
    '[tru]',
    '[truex]',
    '[nul]',
    '[NaN]',
    '[Infinity]',
    '[undefined]',
    '[1',
    '[1}',
    '[1]]',
    '[[1]',
  ],
  ...[
    '["\u0001"]',
    '["\n"]',
    '["\\x"]',
    '["\\u12g4"]',
    '["a]',
    "['a']",
    '[1] x',
    '[1],',
    '[1]\u0000',
  ],
  ...[
    '[],{"a":1,}',
    '[],{a:1}',
    '[],{"a"}',
    '[],{"a":}',
    '[],{"a" 1}',
    '[],{1:2}',
    '[],{"a":1]',
    '[],{,}',
  ],
  ...['[/* 1 */]', '[],{"a":1}}', '[],{"a":"\t"}', '[{"a":[1}]'],
];

/** A stray byte, half a letter, a surrogate, an overlong form, a letter beyond Unicode. */
const NO_UTF8 = ['ff', 'c3', 'eda080', 'c0af', 'f4908080'];

/** Serialization (WAMP 2.2): JSON, and what every serializer has to do. */
export const serializationCases: readonly ConformanceCase[] = [
  conforms(
    'SER-2',
    'takes JSON with any white space, escapes and order of keys',
    async (c) => {
      const peer = await c.join('peer');
      const escaped = Array.from(
        c.uri('topic'),
        (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
      ).join('');
      peer.sendText(` \t\r\n[ 32\t,\n1 , {\r\n} , "${escaped}" ] \n`);
      const subscribed = await peer.expect([33, 1, anyId]);
      const publisher = await c.join('publisher');
      publisher.sendText(
        `[16,1,{"xyz":null,"acknowledge":true},"${c.uri('topic')}",["\\u00e9\\ud83d\\ude00\\n\\/\\"\\\\"],{"b":1,"a":-1.5E+2}]`,
      );
      const published = await publisher.expect([17, 1, anyId]);
      const payload = [['é😀\n/"\\'], { a: -150, b: 1 }];
      publisher.sendText(`[16,2,{}\n,"${c.uri('topic')}" , [ ]\t, {\r\n} ] `);
      await peer.expect([36, subscribed[2], published[2], anyDict, ...payload]);
      await peer.expect([36, subscribed[2], anyId, anyDict]);
    },
    inJson,
  ),

  conforms(
    'SER-9',
    'leaves a string that begins with U+0000 as it is from JSON to JSON',
    async (c) => {
      const subscriber = await c.join('subscriber');
      const subscription = await subscriber.subscribe(c.uri('topic'));
      const publisher = await c.join('publisher');
      const payload = [['\u0000AAEC', '\u0000no base64', '\u0000'], { bytes: '\u0000AAEC' }];
      const publication = await publisher.publish(c.uri('topic'), ...payload);
      await subscriber.expect([36, subscription, publication, anyDict, ...payload]);
    },
  ),

  conforms('SER-11', 'forwards every kind of JSON value unchanged', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('topic'));
    const publisher = await c.join('publisher');
    const args = [
      null,
      true,
      false,
      0,
      -1,
      0.5,
      -1.25e-7,
      1e21,
      2 ** 53,
      '',
      [],
      {},
      [[], {}],
      'é',
    ];
    const kwargs = { '': null, nested: { list: [[[1]], { deep: {} }], empty: '' }, zero: 0 };
    const publication = await publisher.publish(c.uri('topic'), args, kwargs);
    await subscriber.expect([36, subscription, publication, anyDict, args, kwargs]);
  }),

  conforms(
    'SER-15',
    'takes what is no JSON for a protocol violation',
    async (c) => {
      await c.expectViolations(UNDECODABLE);
    },
    inJson,
  ),

  conforms(
    'SER-15',
    'takes payload that is no JSON for a protocol violation',
    async (c) => {
      const subscriber = await c.join('subscriber');
      await subscriber.subscribe(c.uri('topic'));
      const sent = UNDECODABLE_PAYLOAD.map((rest) => `[16,1,{},"${c.uri('topic')}",${rest}]`);
      await c.expectViolations(sent);
      await subscriber.receiveNothing();
    },
    inJson,
  ),

  conforms(
    'SER-10',
    'forwards numbers of JSON that JavaScript cannot hold',
    async (c) => {
      const subscriber = await c.join('subscriber');
      await subscriber.subscribe(c.uri('topic'));
      const publisher = await c.join('publisher');
      const numbers = ['9007199254740993', '-9007199254740993', '123456789012345678901234567890'];
      for (const [index, number] of numbers.entries()) {
        publisher.sendText(`[16,${index + 1},{},"${c.uri('topic')}",[${number}]]`);
        const text = await subscriber.receiveText();
        ensure(text.includes(`[${number}]`), `expected ${number}, got ${text}`);
      }
    },
    inJson,
  ),

  conforms(
    'SER-16',
    'refuses JSON that is not UTF-8, in URI and payload',
    async (c) => {
      const places = [
        [`[32,1,{},"${c.uri('a')}`, '"]'],
        [`[16,1,{},"${c.uri('a')}",["`, '"]]'],
      ] as const;
      for (const [before, after] of places)
        for (const bytes of NO_UTF8) {
          const peer = await c.join('peer');
          const parts = [Buffer.from(before), Buffer.from(bytes, 'hex'), Buffer.from(after)];
          peer.sendEncoded(Buffer.concat(parts));
          const outcome = await peer.outcome();
          ensure(
            outcome === 1007 || matches(abort('wamp.error.protocol_violation'), outcome),
            `bytes ${bytes}: expected a protocol violation or closing 1007, got ${tell(outcome)}`,
          );
          await peer.dispose();
        }
    },
    inJson,
  ),

  conforms('SER-19', 'takes a message that is no list for a protocol violation', async (c) => {
    await c.expectViolations(['{}', '{"0":32,"1":1}', '"[32]"', '32', 'null', 'true']);
  }),

  conforms('SER-20 P-4', 'treats the keys __proto__ and constructor as plain data', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('topic'));
    const publisher = await c.join('publisher');
    const kwargs = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    publisher.sendText(
      `[16,1,{"__proto__":{"acknowledge":true,"exclude_me":false}},"${c.uri('topic')}",[],${kwargs}]`,
    );
    publisher.send([16, 2, { acknowledge: true }, c.uri('topic'), [2]]);
    // Nothing came for the first one, although a prototype would have asked for an acknowledgement.
    const published = await publisher.expect([17, 2, anyId]);
    const event: unknown = JSON.parse(`[36,${subscription},1,{},[],${kwargs}]`);
    ensure(Array.isArray(event), 'an array');
    await subscriber.expect([36, subscription, anyId, anyDict, [], event[5]]);
    await subscriber.expect([36, subscription, published[2], anyDict, [2]]);
    await c.expectRouterAlive();
  }),
];
