import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Decoder as CborDecoder } from 'cbor-x';
import fc from 'fast-check';
import { Unpackr } from 'msgpackr';
import { Payload, type PayloadFormat } from '../../../src/router/protocol/payload.js';
import { cborFormat, cborSerializer } from '../../../src/router/serializer/cbor-serializer.js';
import { jsonFormat, jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import {
  msgpackFormat,
  msgpackSerializer,
} from '../../../src/router/serializer/msgpack-serializer.js';
import { runs, wireValue } from '../../support/fuzz.js';

const serializers = [jsonSerializer(), msgpackSerializer(), cborSerializer()];
const formats: readonly PayloadFormat[] = [jsonFormat, msgpackFormat, cborFormat];
const binaryFormats = [msgpackFormat, cborFormat];

/** The bytes of a list in another format. */
function convert(bytes: Buffer, from: PayloadFormat, to: PayloadFormat): Buffer {
  return new Payload(from, bytes, undefined).argsIn(to) ?? Buffer.alloc(0);
}

/** The text of a JSON payload, as a JSON peer gets it. */
const toJson = (value: unknown, from: PayloadFormat): string =>
  convert(from.encode([value]), from, jsonFormat).toString();

/** What a binary peer gets from the text of a JSON payload. */
const fromJson = (text: string, to: PayloadFormat): unknown => {
  const [value] = to.decode(convert(Buffer.from(`[${text}]`), jsonFormat, to)) as unknown[];
  return value;
};

/** A value as JSON can carry it: all but NaN and the infinities. */
function asJson(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asJson(each)]));
}

/** A value as JSON.parse gives it. */
const parsed = (value: unknown): unknown => jsonFormat.decode(jsonFormat.encode(value));

describe('the formats', () => {
  for (const format of binaryFormats) {
    it(`${format.name} gives every value back that it was given`, () => {
      fc.assert(
        fc.property(wireValue, (value) => {
          deepEqual(format.decode(format.encode(value)), value);
        }),
        runs(2000),
      );
    });
  }

  it('json gives every value back, binary and integers beyond 2^53 when it is read exactly', () => {
    fc.assert(
      fc.property(wireValue, (value) => {
        deepEqual(parsed(jsonFormat.decodeExactly(jsonFormat.encode(value))), parsed(value));
      }),
      runs(2000),
    );
  });

  // Two more libraries, each of which a client may have.
  it('write what msgpackr and cbor-x read', () => {
    const msgpackr = new Unpackr({
      useRecords: false,
      int64AsType: 'bigint',
      mapsAsObjects: false,
    });
    const cborX = new CborDecoder({ useRecords: false, mapsAsObjects: false });
    fc.assert(
      fc.property(wireValue, (value) => {
        const expected = JSON.parse(jsonFormat.encode(value).toString()) as unknown;
        const read = [
          msgpackr.unpack(msgpackFormat.encode(value)),
          cborX.decode(cborFormat.encode(value)),
        ];
        for (const each of read) {
          deepEqual(JSON.parse(jsonFormat.encode(ofMaps(each)).toString()), expected);
        }
      }),
      runs(1000),
    );
  });
});

/** Dicts in place of Maps. */
function ofMaps(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ofMaps);
  if (!(value instanceof Map)) return value;
  return Object.fromEntries([...value].map(([key, each]) => [String(key), ofMaps(each)]));
}

describe('a conversion', () => {
  for (const from of formats) {
    for (const serializer of serializers.filter((each) => each.format !== from)) {
      const to = serializer.format;

      // SER-5 to SER-7, SER-10, SER-11, SER-20, P4, P5
      it(`from ${from.name} to ${to.name} keeps any value, and is a payload of ${to.name}`, () => {
        fc.assert(
          fc.property(wireValue, (value) => {
            const bytes = from.encode([value]);
            const converted = convert(bytes, from, to);
            const message = Buffer.concat([
              HEADS[to.name] ?? EMPTY,
              converted,
              TAILS[to.name] ?? EMPTY,
            ]);
            equal(serializer.decode(message).type, 16);
            const isJson = from === jsonFormat || to === jsonFormat;
            const expected = isJson ? asJson(from.decodeExactly(bytes)) : from.decode(bytes);
            deepEqual(floats(to.decodeExactly(converted)), floats(expected));
          }),
          runs(1500),
        );
      });
    }
  }
});
const EMPTY = Buffer.alloc(0);
/** What stands before and after the Arguments of `[16, 1, {}, "a.b", Arguments]`. */
const HEADS: Readonly<Record<string, Buffer>> = {
  json: Buffer.from('[16,1,{},"a.b",'),
  msgpack: Buffer.from('95100180a3612e62', 'hex'),
  cbor: Buffer.from('851001a063612e62', 'hex'),
};
const TAILS: Readonly<Record<string, Buffer>> = { json: Buffer.from(']') };

/** BigInts as the numbers next to them: JSON does not tell the float 2^60 from the integer. */
function floats(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(floats);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, floats(each)]));
}

describe('a conversion to JSON', () => {
  for (const from of binaryFormats) {
    it(`from ${from.name} follows WAMP 15.4 and never fails`, () => {
      const nul = '\\u0000';
      for (const [value, text] of [
        [Buffer.of(0, 1, 2), `"${nul}AAEC"`],
        [Buffer.of(), `"${nul}"`],
        [Buffer.of(0xfb, 0xff), `"${nul}+/8="`],
        [{ a: [{ b: Buffer.of(0) }] }, `{"a":[{"b":"${nul}AA=="}]}`],
        [2n ** 53n + 1n, '9007199254740993'],
        [2n ** 64n - 1n, '18446744073709551615'],
        [-(2n ** 63n), '-9223372036854775808'],
        [NaN, 'null'],
        [[Infinity, -Infinity], '[null,null]'],
        [-0, '-0'],
        [1e21, '1e+21'],
        [
          JSON.parse('{"__proto__":{"a":1},"constructor":1}'),
          '{"__proto__":{"a":1},"constructor":1}',
        ],
        ['größe\n', '"größe\\n"'],
      ] as const) {
        equal(toJson(value, from), `[${text}]`);
      }
    });
  }

  it('writes what only CBOR has: undefined, dates, big integers of any size', () => {
    for (const [bytes, text] of [
      ['81f7', '[null]'],
      ['81a16161f7', '[{}]'],
      ['81c074323031332d30332d32315432303a30343a30305a', '["2013-03-21T20:04:00Z"]'],
      ['81c11a514b67b0', '[1363896240]'],
      ['81c249010000000000000000', '[18446744073709551616]'],
      ['813bffffffffffffffff', '[-18446744073709551616]'],
    ] as const) {
      equal(convert(Buffer.from(bytes, 'hex'), cborFormat, jsonFormat).toString(), text);
    }
    const largest = Buffer.concat([Buffer.from('81c25880', 'hex'), Buffer.alloc(128, 0xff)]);
    equal(convert(largest, cborFormat, jsonFormat).toString(), `[${2n ** 1024n - 1n}]`);
    deepEqual(msgpackFormat.decode(convert(largest, cborFormat, msgpackFormat)), [Infinity]);
  });
});

describe('a conversion from JSON', () => {
  for (const to of binaryFormats) {
    it(`to ${to.name} follows WAMP 15.4`, () => {
      for (const [text, value] of [
        ['"\\u0000AAEC"', Buffer.of(0, 1, 2)],
        ['"\\u0000"', Buffer.of()],
        ['{"a":[[{"b":"\\u0000AA=="}]]}', { a: [[{ b: Buffer.of(0) }]] }],
        ['{"\\u0000AAEC":1}', { '\u0000AAEC': 1 }],
        // SER-8: not base64, not padded, of another alphabet, with bits left over, with white space.
        ...['no base64', 'AAE', 'A', '-_8=', 'AB==', 'AAEC\\n', ' AAEC', 'AA==AA==', 'é'].map(
          (rest) => [`"\\u0000${rest}"`, `\u0000${JSON.parse(`"${rest}"`)}`] as const,
        ),
        ['"a\\u0000AAEC"', 'a\u0000AAEC'],
        ['9007199254740992', 2 ** 53],
        ['9007199254740993', 2n ** 53n + 1n],
        ['-9007199254740993', -(2n ** 53n) - 1n],
        ['18446744073709551615', 2n ** 64n - 1n],
        ['-9223372036854775808', -(2n ** 63n)],
        ['1234567890123456.5', 1234567890123456.5],
        ['0.1234567890123456789', 0.12345678901234568],
        ['1e400', null],
        ['-1E+400', null],
        ['1e0000000002', 100],
        ['1e-400', 0],
        ['-0', -0],
        [
          '[ 9007199254740993 , [ ] , { } , true , false , null ]',
          [2n ** 53n + 1n, [], {}, true, false, null],
        ],
        ['{ "a\\"\\\\" : 9007199254740993 , "b" : "\\\\" }', { 'a"\\': 2n ** 53n + 1n, b: '\\' }],
        ['{"a":1,"a":9007199254740993}', { a: 2n ** 53n + 1n }],
        ['"\\ud800"', '\ufffd'],
        ['"\\ud83c\\udf88"', '🎈'],
        ['["\\u0000AA==","\\ud800","🎈"]', [Buffer.of(0), '\ufffd', '🎈']],
      ] as const) {
        deepEqual(fromJson(text, to), value, text);
      }
    });

    it(`to ${to.name} sets no prototype`, () => {
      for (const text of ['{"__proto__":{"a":1}}', '{"__proto__":{"a":"\\u0000AA=="}}']) {
        const value = fromJson(text, to) as object;
        deepEqual(Object.keys(value), ['__proto__']);
        equal(Object.getPrototypeOf(value), Object.prototype);
        equal('a' in value, false);
      }
    });
  }

  it('keeps integers beyond 64 bits as CBOR can, and else the nearest number', () => {
    for (const big of [2n ** 64n, -(2n ** 64n) - 1n, 10n ** 300n]) {
      equal(fromJson(String(big), cborFormat), big);
      equal(fromJson(String(big), msgpackFormat), Number(big));
    }
    equal(fromJson('1'.repeat(310), cborFormat), null);
    equal(fromJson('9'.repeat(100_000), msgpackFormat), null);
  });

  it('takes long strings without running out of stack', () => {
    const long = 'x\\n'.repeat(500_000);
    equal(fromJson(`"\\u0000${long}"`, cborFormat), `\u0000${'x\n'.repeat(500_000)}`);
  });
});

describe('jsonFormat', () => {
  it('decodes strings as strings, also those that stand for binary, and integers as numbers', () => {
    deepEqual(jsonFormat.decode(Buffer.from('["\\u0000AAEC",9007199254740993]')), [
      '\u0000AAEC',
      2 ** 53,
    ]);
  });

  it('writes what JSON.stringify writes', () => {
    const date = new Date(0);
    for (const value of [
      [undefined, () => 1, Symbol('a')],
      { a: undefined, b: [() => 1], c: Symbol('a'), d: date, e: { f: date } },
      [date, 1.5, 'a\u2028"', '\ud800', { '\ud800': '' }, new Map([[1, 2]])],
      { a: { b: { c: [[], {}] } } },
      null,
    ]) {
      equal(jsonFormat.encode(value).toString(), JSON.stringify(value));
      for (const format of binaryFormats) {
        const read = jsonFormat.encode(format.decode(format.encode(value))).toString();
        equal(read, JSON.stringify(value).replaceAll('\\ud800', '\ufffd'));
      }
    }
  });
});
