import { deepEqual, doesNotThrow, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { JsonScanner } from '../../../src/router/serializer/json-scanner.js';
import { DEFAULT_SERIALIZER_LIMITS } from '../../../src/router/serializer/serializer.js';
import { runs } from '../../support/fuzz.js';

const scan = (bytes: Buffer): number => new JsonScanner(DEFAULT_SERIALIZER_LIMITS).scan(bytes);

/** Whether JSON.parse takes the bytes for a list. */
function isList(bytes: Buffer): boolean {
  try {
    const text = new TextDecoder('utf8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}

/** Whether the scanner takes the bytes; anything but a ProtocolViolation is thrown on. */
function isScanned(bytes: Buffer): boolean {
  try {
    scan(bytes);
    return true;
  } catch (error) {
    if (error instanceof ProtocolViolation) return false;
    throw error;
  }
}

/** The elements as the scanner cut them out, each parsed alone. */
function elementsOf(bytes: Buffer): unknown[] {
  const scanner = new JsonScanner(DEFAULT_SERIALIZER_LIMITS);
  const count = scanner.scan(bytes);
  return Array.from({ length: count }, (_, index): unknown =>
    JSON.parse(bytes.toString('utf8', scanner.startOf(index), scanner.endOf(index))),
  );
}

const ACCEPTED = [
  ...['[]', ' [ ] ', '\t\n\r[\t\n\r]\t\n\r', '[[]]', '[{}]', '[ { } , [ ] ]'],
  ...['[null,true,false]', '[ null ,true, false ]', '[1,"a",[2],{"b":3}]'],
  ...[
    '[0]',
    '[-0]',
    '[-1]',
    '[10]',
    '[0.0]',
    '[0.10]',
    '[-0.5]',
    '[123456789012345678901234567890]',
  ],
  ...[
    '[1e5]',
    '[1E5]',
    '[1e+5]',
    '[1E-5]',
    '[0e0]',
    '[-0.0e-0]',
    '[1e400]',
    '[1e00]',
    '[9.99E+09]',
  ],
  ...['[""]', '["\\""]', '["\\\\"]', '["\\/\\b\\f\\n\\r\\t"]', '["\\u0000"]', '["\\uD83C\\uDF88"]'],
  ...[
    '["\\ud800"]',
    '["\\udc00\\ud800"]',
    '["\\uabCD"]',
    '["/"]',
    '["\u007f"]',
    '["\u0080\u2028\u2029"]',
  ],
  ...['["größe 日本 🎈"]', '["\ufeff"]', '["[","]","{","}",",",":"]', '["\\\\\\""]'],
  ...['[{"":0}]', '[{"a":1,"a":2}]', '[{"__proto__":1}]', '[{"\\u0061":{"b":[{"c":null}]}}]'],
];

const REFUSED = [
  ...['', ' ', '[', ']', '[[', '[[]', '[]]', '[}', '[{]', '[{]}', '{}', '1', '"a"', 'null', '[][]'],
  ...[
    '[,]',
    '[1,]',
    '[,1]',
    '[1,,2]',
    '[1 2]',
    '[1;2]',
    '[1',
    '[1,',
    '["a"',
    '[]x',
    '[] ,',
    '[]\u0000',
  ],
  ...[
    '\ufeff[]',
    '[\ufeff]',
    '[\u00a01]',
    '[\u000b1]',
    '[\u000c1]',
    '[\u20281]',
    '[/**/]',
    '[//\n]',
  ],
  ...[
    '[+1]',
    '[01]',
    '[-01]',
    '[00]',
    '[.5]',
    '[1.]',
    '[-]',
    '[-.5]',
    '[1.e5]',
    '[1e]',
    '[1e+]',
    '[0x1]',
  ],
  ...[
    '[1E.5]',
    '[1e5.5]',
    '[--1]',
    '[1-]',
    '[1_000]',
    '[1n]',
    '[NaN]',
    '[Infinity]',
    '[-Infinity]',
    '[1a]',
  ],
  ...[
    '[tru]',
    '[True]',
    '[TRUE]',
    '[truee]',
    '[nul]',
    '[nulll]',
    '[falsE]',
    '[undefined]',
    '[t',
    '[n]',
  ],
  ...[
    '["]',
    '["a]',
    "['a']",
    '["a\nb"]',
    '["\u0000"]',
    '["\u001f"]',
    '["\t"]',
    '["\\"]',
    '["\\x41"]',
  ],
  ...[
    '["\\a"]',
    '["\\u"]',
    '["\\u00"]',
    '["\\u004"]',
    '["\\u004g"]',
    '["\\U0041"]',
    '["\\u+041"]',
    '["\\',
  ],
  ...['["\\\'"]', '["\\0"]', '["\\\n"]', '["\\u00 4"]', '["a"b]', '["a""b"]', '["\\u12"34"]'],
  ...[
    '[{a:1}]',
    '[{1:1}]',
    "[{'a':1}]",
    '[{"a"}]',
    '[{"a":}]',
    '[{"a":1,}]',
    '[{,}]',
    '[{"a":1,,"b":2}]',
  ],
  ...[
    '[{"a" 1}]',
    '[{"a"::1}]',
    '[{"a":1 "b":2}]',
    '[{"a":1;"b":2}]',
    '[{"a":1]',
    '[{null:1}]',
    '[{:1}]',
  ],
];

describe('JsonScanner', () => {
  for (const text of ACCEPTED) {
    it(`accepts ${JSON.stringify(text)}`, () => {
      const bytes = Buffer.from(text);
      deepEqual(elementsOf(bytes), JSON.parse(text));
    });
  }

  for (const text of REFUSED) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      throws(() => scan(Buffer.from(text)), ProtocolViolation);
    });
  }

  // Lone and missing continuation bytes, overlong forms, surrogates, beyond U+10FFFF.
  for (const hex of [
    '80',
    'c3',
    'c328',
    'c080',
    'c1bf',
    'e28228',
    'eda080',
    'f4908080',
    'f8',
    'ff',
  ]) {
    it(`refuses the bytes ${hex} in a string`, () => {
      const bytes = Buffer.concat([Buffer.from('["'), Buffer.from(hex, 'hex'), Buffer.from('"]')]);
      throws(() => scan(bytes), /not valid UTF-8/);
    });
  }

  it('says where the text is wrong', () => {
    throws(() => scan(Buffer.from('[1,x]')), { message: 'not JSON: unexpected byte at offset 3' });
    throws(() => scan(Buffer.from('[1,')), { message: 'not JSON: the message ends too early' });
    throws(() => scan(Buffer.from('{}')), { message: 'a message is a list' });
  });

  it('is ready for the next message after it has refused one', () => {
    const scanner = new JsonScanner(DEFAULT_SERIALIZER_LIMITS);
    throws(() => scanner.scan(Buffer.from('[1,2,[[')), ProtocolViolation);
    equal(scanner.scan(Buffer.from('[ 10 , 20 ]')), 2);
    deepEqual(
      [0, 1].map((index) => [scanner.startOf(index), scanner.endOf(index)]),
      [
        [2, 4],
        [7, 9],
      ],
    );
  });
});

describe('the limits of JsonScanner', () => {
  const nested = (open: string, close: string, depth: number): Buffer =>
    Buffer.from(`[${open.repeat(depth - 1)}${close.repeat(depth - 1)}]`);
  const dict = (keys: number): string =>
    `{${Array.from({ length: keys }, (_, key) => `"${key}":0`).join()}}`;

  it('takes lists nested 64 deep and refuses 65', () => {
    equal(scan(nested('[', ']', 64)), 1);
    throws(() => scan(nested('[', ']', 65)), { message: 'nested too deeply' });
  });

  it('counts dicts as lists', () => {
    equal(scan(nested('{"a":[', ']}', 32)), 1);
    const atLimit = `[${'{"a":'.repeat(63)}0${'}'.repeat(63)}]`;
    equal(scan(Buffer.from(atLimit)), 1);
    throws(() => scan(Buffer.from(`[${atLimit}]`)), { message: 'nested too deeply' });
  });

  it('does not add up the depth of neighbours', () => {
    equal(scan(Buffer.from(`[${Array(100).fill('[[]]').join()}]`)), 100);
  });

  it('takes 10,000 keys in a dict and refuses 10,001', () => {
    equal(scan(Buffer.from(`[${dict(10_000)},${dict(10_000)}]`)), 2);
    throws(() => scan(Buffer.from(`[${dict(10_001)}]`)), { message: 'too many keys in one dict' });
  });

  it('refuses 100,000 opening brackets without running out of stack', () => {
    throws(() => scan(Buffer.from('['.repeat(100_000))), { message: 'nested too deeply' });
  });
});

describe('JsonScanner against JSON.parse', () => {
  const value = fc.jsonValue({ maxDepth: 5 });
  const space = fc.constantFrom(undefined, 1, '\t', '\n');
  const listText = fc
    .tuple(fc.array(value, { maxLength: 6 }), space)
    .map(([list, indent]) => JSON.stringify(list, undefined, indent));

  it('accepts whatever JSON.stringify writes, and cuts out the same elements', () => {
    fc.assert(
      fc.property(listText, (text) => {
        deepEqual(elementsOf(Buffer.from(text)), JSON.parse(text));
      }),
      runs(3000),
    );
  });

  it('agrees on text that was changed in a few places', () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      removed: fc.integer({ min: 0, max: 3 }),
      added: fc.string({
        unit: fc.constantFrom(...Array.from('[]{},:"\\ue0123456789.-+E trfalsn\n\u0000\u001fé🎈')),
        maxLength: 3,
      }),
    });
    fc.assert(
      fc.property(listText, fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) => {
        const edited = edits.reduce((before, { at, removed, added }) => {
          const start = Math.floor(at * before.length);
          return before.slice(0, start) + added + before.slice(start + removed);
        }, text);
        const bytes = Buffer.from(edited);
        equal(isScanned(bytes), isList(bytes), JSON.stringify(edited));
      }),
      runs(6000),
    );
  });

  it('agrees on text made of JSON’s own characters', () => {
    const token = fc.constantFrom(
      ...['[', ']', '{', '}', ',', ':', '"a"', '"', '\\', '\\u00e9', '0', '1', '-', '.', 'e', '+'],
      ...[' ', '\n', 'true', 'null', 'false', 'nul', '1.5', '[]', '{}', '"b":'],
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 8 }), (tokens) => {
        const bytes = Buffer.from(`[${tokens.join('')}]`);
        equal(isScanned(bytes), isList(bytes), bytes.toString());
      }),
      runs(6000),
    );
  });

  it('agrees on bytes that were changed at random', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(listText, change, (text, [place, byte]) => {
        const bytes = Buffer.from(text);
        bytes[place % bytes.length] = byte;
        equal(isScanned(bytes), isList(bytes), bytes.toString('latin1'));
      }),
      runs(4000),
    );
  });

  it('throws nothing but ProtocolViolation on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        doesNotThrow(() => isScanned(Buffer.concat([Buffer.from('['), bytes])));
      }),
      runs(2000),
    );
  });
});
