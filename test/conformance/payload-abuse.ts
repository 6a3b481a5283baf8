import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { abort, anyDict, anyId, isDict, Matcher, matches } from './pattern.js';
import { ensure, NotOffered } from './transcript.js';
import { inBinary, inJson } from './wire-needs.js';
import { tell } from './wire/value.js';
import { formatName } from './wire/wire-format.js';
import type { SerializerName } from './wire/wire-format.js';

const DEPTH = 10_000;
/** Stands in a message for what replaces it. */
const MARK = 'deep';

/** What opens a list or dictionary with one element, the innermost element, and what closes them again. */
const NESTINGS = {
  json: [
    ['[', '', ']'],
    ['{"a":', '1', '}'],
  ],
  msgpack: [
    ['\x91', '\x01', ''],
    ['\x81\xa1a', '\x01', ''],
  ],
  cbor: [
    ['\x81', '\x01', ''],
    ['\xa1\x61a', '\x01', ''],
  ],
} as const;

/** An integer, as number or text. */
const anyDigits = new Matcher(
  'digits',
  (value) => /^\d+$/.test(String(value)) || value === 2 ** 64,
);

const deepValues = (serializer: SerializerName): readonly Buffer[] =>
  NESTINGS[formatName(serializer)].map(([open, inside, close]) =>
    Buffer.from(`${open.repeat(DEPTH)}${inside}${close.repeat(DEPTH)}`, 'latin1'),
  );

/** Payload that is meant to do harm. */
export const payloadAbuseCases: readonly ConformanceCase[] = [
  conforms('P-2', 'survives messages of great depth', async (c) => {
    for (const deep of deepValues(c.target.serializer)) {
      const peer = await c.join('offender');
      peer.sendEncoded(deep);
      await peer.expectViolation();
    }
    await c.expectRouterAlive();
  }),

  conforms('P-2', 'forwards no payload of great depth', async (c) => {
    const { subscriber } = await c.pair({}, {});
    for (const deep of deepValues(c.target.serializer)) {
      const publisher = await c.join('publisher');
      const message = publisher.format.encode([
        16,
        1,
        { acknowledge: true },
        c.uri('pair'),
        [MARK],
      ]);
      const at = message.indexOf(publisher.format.encode(MARK));
      const end = at + publisher.format.encode(MARK).length;
      publisher.sendEncoded(Buffer.concat([message.subarray(0, at), deep, message.subarray(end)]));
      const outcome = await publisher.outcome();
      if (matches([17, 1, anyId], outcome)) throw new NotOffered('no such limit');
      ensure(
        matches(abort('wamp.error.protocol_violation'), outcome),
        `expected a protocol violation, got ${tell(outcome)}`,
      );
    }
    await subscriber.receiveNothing();
    await c.expectRouterAlive();
  }),

  conforms(
    'P-5',
    'writes numbers that JSON has not by a rule, and delivers all the rest',
    async (c) => {
      const { publisher, subscriber } = await c.pair({}, { serializer: 'json' });
      const args = [2n ** 64n - 1n, NaN, Infinity, -Infinity, 'end'];
      const kwargs: unknown = JSON.parse('{"__proto__":{"polluted":true},"a":1}');
      await publisher.publish(c.uri('pair'), args, kwargs);
      const text = await subscriber.receiveText();
      const event: unknown = JSON.parse(text);
      ensure(
        Array.isArray(event) &&
          matches([36, anyId, anyId, anyDict, [anyDigits, null, null, null, 'end'], kwargs], event),
        `expected null for what is no number of JSON, got ${text}`,
      );
      ensure(
        text.includes('18446744073709551615'),
        `expected 2^64 - 1 digit by digit, got ${text}`,
      );
    },
    inBinary,
  ),

  conforms(
    'P-5',
    'delivers such numbers to the other binary serializer',
    async (c) => {
      const isCbor = formatName(c.target.serializer) === 'cbor';
      const serializer = isCbor ? 'msgpack' : 'cbor';
      const { publisher, subscriber, subscription } = await c.pair({}, { serializer });
      const args = [2n ** 64n - 1n, -(2n ** 63n), NaN, Infinity, -Infinity, 'end'];
      const kwargs: unknown = JSON.parse('{"__proto__":{"polluted":true},"constructor":1}');
      ensure(isDict(kwargs), 'a dictionary');
      const publication = await publisher.publish(c.uri('pair'), args, kwargs);
      await subscriber.expect([36, subscription, publication, anyDict, args, kwargs]);
    },
    inBinary,
  ),

  conforms(
    'P-5',
    'delivers lone surrogates and numbers out of range to every serializer, or refuses them',
    async (c) => {
      for (const serializer of ['json', 'msgpack', 'cbor'] as const) {
        const { publisher, subscriber, subscription } = await c.pair({}, { serializer });
        publisher.sendText(
          `[16,1,{"acknowledge":true},"${c.uri('pair')}",["\\ud800",1e400,-1e400,"end"]]`,
        );
        const outcome = await publisher.outcome();
        if (matches(abort('wamp.error.protocol_violation'), outcome)) continue;
        ensure(matches([17, 1, anyId], outcome), `got ${tell(outcome)}`);
        const event = await subscriber.receive();
        const list = Array.isArray(event[4]) ? event[4] : [];
        ensure(
          event[1] === subscription && list.length === 4 && list[3] === 'end',
          `${serializer}: got ${tell(event)}`,
        );
        await subscriber.receiveNothing();
      }
      await c.expectRouterAlive();
    },
    inJson,
  ),
];
