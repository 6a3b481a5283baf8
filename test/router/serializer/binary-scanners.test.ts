import { deepEqual, doesNotThrow, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { CborScanner } from '../../../src/router/serializer/cbor-scanner.js';
import { cborFormat, cborSerializer } from '../../../src/router/serializer/cbor-serializer.js';
import type { Scanner } from '../../../src/router/serializer/message-decoder.js';
import { MsgpackScanner } from '../../../src/router/serializer/msgpack-scanner.js';
import {
  msgpackFormat,
  msgpackSerializer,
} from '../../../src/router/serializer/msgpack-serializer.js';
import { readCbor, readMsgpack } from '../../support/binary-oracles.js';
import { edited, edits, runs, wireValue } from '../../support/fuzz.js';

const LIMITS = { depth: 6, keys: 100 };
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Whether a reader takes the bytes. */
function isRead(read: (bytes: Buffer, depth: number) => unknown, bytes: Buffer): boolean {
  try {
    read(bytes, LIMITS.depth);
    return true;
  } catch {
    return false;
  }
}

/** Whether the scanner takes the bytes; anything but a ProtocolViolation is thrown on. */
function isScanned(scanner: Scanner, bytes: Buffer): boolean {
  try {
    scanner.scan(bytes);
    return true;
  } catch (error) {
    if (error instanceof ProtocolViolation) return false;
    throw error;
  }
}

const cases = [
  {
    name: 'MsgpackScanner against @msgpack/msgpack',
    scanner: new MsgpackScanner(LIMITS),
    format: msgpackFormat,
    serializer: msgpackSerializer(LIMITS),
    read: readMsgpack,
    // Every first byte of MessagePack, few of them often.
    listOf: (count: number) => hex(`9${count.toString(16)}`),
  },
  {
    name: 'CborScanner against cbor2',
    scanner: new CborScanner(LIMITS),
    format: cborFormat,
    serializer: cborSerializer(LIMITS),
    read: readCbor,
    listOf: (count: number) => hex(`8${count.toString(16)}`),
  },
];

for (const { name, scanner, format, serializer, read, listOf } of cases) {
  const list = fc.array(wireValue, { maxLength: 6 });

  describe(name, () => {
    it('cuts out the elements that were put in', () => {
      fc.assert(
        fc.property(list, (values) => {
          const bytes = format.encode(values);
          fc.pre(isScanned(scanner, bytes));
          equal(scanner.scan(bytes), values.length);
          const elements = values.map((_, index) =>
            bytes.subarray(scanner.startOf(index), scanner.endOf(index)),
          );
          deepEqual(
            elements,
            values.map((value) => format.encode(value)),
          );
        }),
        runs(1000),
      );
    });

    it('agrees on what was written', () => {
      fc.assert(
        fc.property(list, (values) => {
          const bytes = format.encode(values);
          equal(isScanned(scanner, bytes), isRead(read, bytes), bytes.toString('hex'));
        }),
        runs(1000),
      );
    });

    it('agrees on bytes that were changed in a few places', () => {
      fc.assert(
        fc.property(list, edits, (values, changes) => {
          const bytes = edited(format.encode(values), changes);
          equal(isScanned(scanner, bytes), isRead(read, bytes), bytes.toString('hex'));
        }),
        runs(3000),
      );
    });

    it('agrees on any bytes', () => {
      fc.assert(
        fc.property(fc.nat({ max: 4 }), fc.uint8Array({ maxLength: 12 }), (count, rest) => {
          const bytes = Buffer.concat([listOf(count), rest]);
          equal(isScanned(scanner, bytes), isRead(read, bytes), bytes.toString('hex'));
        }),
        runs(4000),
      );
    });

    it('throws nothing but ProtocolViolation as a serializer, whatever the bytes', () => {
      fc.assert(
        fc.property(fc.nat({ max: 7 }), fc.uint8Array({ maxLength: 24 }), (count, rest) => {
          const bytes = Buffer.concat([listOf(count), hex('10'), rest]);
          doesNotThrow(() => {
            isDecoded(() => serializer.decode(bytes));
          }, bytes.toString('hex'));
        }),
        runs(2000),
      );
    });

    it('refuses every message that ends too early', () => {
      fc.assert(
        fc.property(list, (values) => {
          const bytes = format.encode(values);
          for (let end = 0; end < bytes.length; end += 1) {
            equal(isScanned(scanner, bytes.subarray(0, end)), false);
          }
        }),
        runs(100),
      );
    });
  });
}

/** Anything but a ProtocolViolation is thrown on. */
function isDecoded(decode: () => unknown): boolean {
  try {
    decode();
    return true;
  } catch (error) {
    if (error instanceof ProtocolViolation) return false;
    throw error;
  }
}

const refuses = (scanner: Scanner, bytes: string, message: string | RegExp): void => {
  throws(() => scanner.scan(hex(bytes)), { name: 'ProtocolViolation', message }, bytes);
};

describe('MsgpackScanner', () => {
  const scanner = new MsgpackScanner({ depth: 64, keys: 3 });

  // P3, SER-18
  it('refuses extension types: timestamps, records, any other, of every form', () => {
    for (const value of [
      ...['d6ff00000000', 'd7ff0000000000000000', 'c70cff000000000000000000000000'],
      ...['d47240', 'd50100 00', 'd801 00000000000000000000000000000000', 'c80001 01 00'],
      ...['c900000001 01 00', 'c1'],
    ]) {
      refuses(scanner, `91${value}`, 'an extension type of MessagePack');
    }
  });

  // MSG-15
  it('refuses keys that are no strings', () => {
    for (const key of ['01', 'c0', 'c3', 'c40161', 'ca00000000', '90', '80', 'd47240', 'e0']) {
      refuses(scanner, `9181${key}01`, 'a key is a string');
    }
    equal(scanner.scan(hex('9183 a161 01 d90162 02 da000163 03')), 1);
  });

  // SER-16
  it('refuses invalid UTF-8 in texts and keys, short and long', () => {
    for (const text of ['80', 'c328', 'c080', 'e28228', 'eda080', 'f4908080', 'ff']) {
      const short = `a${text.length / 2}${text}`;
      const long = `d940${'61'.repeat(64 - text.length / 2)}${text}`;
      for (const each of [short, long]) {
        refuses(scanner, `91${each}`, 'a text is not valid UTF-8');
        refuses(scanner, `9181${each}01`, 'a text is not valid UTF-8');
      }
    }
  });

  // P2
  it('has limits on depth and keys', () => {
    equal(scanner.scan(Buffer.concat([Buffer.alloc(63, 0x91), hex('90')])), 1);
    refuses(scanner, `${'91'.repeat(64)}90`, 'nested too deeply');
    refuses(scanner, '91'.repeat(100_000), 'nested too deeply');
    refuses(scanner, `91${'81a161'.repeat(64)}01`, 'nested too deeply');
    refuses(scanner, '9184 a16101 a16201 a16301 a16401', 'too many keys in one dict');
    refuses(scanner, '91dfffffffff', 'too many keys in one dict');
    refuses(scanner, 'ddffffffff', 'the message ends too early');
  });

  // SER-15, SER-19
  it('refuses what is no list, and what follows a message', () => {
    for (const bytes of ['', '80', 'c0', '01', 'a0', 'c1', 'cf0000000000000001']) {
      refuses(scanner, bytes, 'a message is a list');
    }
    refuses(scanner, '9090', 'bytes after the message');
  });
});

describe('CborScanner', () => {
  const scanner = new CborScanner({ depth: 64, keys: 3 });

  // P3, SER-18
  it('refuses tags that make a decoder do more than read', () => {
    for (const tag of [
      ...['c4', 'c5', 'd5', 'd6', 'd7', 'd818', 'd819', 'd81a', 'd81b', 'd81c', 'd81d', 'd81e'],
      ...['d820', 'd821', 'd823', 'd824', 'd825', 'd833', 'd840', 'd90100', 'd90102', 'd9d9f8'],
      ...['db0020000000000002', 'dbffffffffffffffff'],
    ]) {
      for (const content of ['00', '4100', '6161', '80', 'a0', '820101']) {
        refuses(scanner, `81${tag}${content}`, 'a tag of CBOR that is not accepted');
      }
    }
  });

  it('passes dates, big integers and the mark of CBOR', () => {
    for (const value of [
      ...['c11a514b67b0', 'c120', 'c1f93c00', 'c1fb41d452d9ec200000', 'c240', 'c2420100', 'c34101'],
      ...['d9d9f780', 'd9d9f7d9d9f701', 'c25f41014102ff', 'd80100', 'da0000000101'],
      ...[dateText('2013-03-21T20:04:00Z'), dateText('2024-02-29T23:59:59.123456+05:30')],
    ]) {
      equal(scanner.scan(hex(`81${value}`)), 1, value);
    }
    equal(scanner.scan(hex(`81c25880${'ff'.repeat(128)}`)), 1);
    equal(scanner.scan(hex('d9d9f7 80')), 0);
  });

  it('refuses tagged values that a decoder would stumble over', () => {
    for (const text of [
      ...['', 'today', '2013-03-21', '2013-02-30T00:00:00Z', '2013-13-01T00:00:00Z'],
      ...['2013-03-21T24:00:00Z', '2013-03-21T20:04:00', '2013-03-21 20:04:00Z'],
      ...['0000-01-01T00:00:00Z', '2023-02-29T00:00:00Z', '2013-03-21T20:60:00Z'],
    ]) {
      refuses(scanner, `81${dateText(text)}`, /does not fit its tag/);
    }
    for (const value of ['c1f97e00', 'c1f97c00', 'c1fb7e37e43c8800759c', 'c11b0020000000000000']) {
      refuses(scanner, `81${value}`, /does not fit its tag/);
    }
    refuses(scanner, 'c1f6', 'a message is a list');
    refuses(scanner, '81c1f6', /does not fit its tag/);
    refuses(scanner, `81c25881${'ff'.repeat(129)}`, /does not fit its tag/);
    for (const value of ['c000', 'c1616a', 'c201', 'c26161', 'c3c240', 'c1c240']) {
      refuses(scanner, `81${value}`, 'a tag of CBOR that is not accepted');
    }
  });

  // MSG-15
  it('refuses keys that are no texts', () => {
    for (const key of ['01', '20', '4161', '80', 'a0', 'c06161', 'f6', 'f93c00']) {
      refuses(scanner, `81a1${key}01`, 'a key is a string');
      refuses(scanner, `81bf${key}01ff`, 'a key is a string');
    }
    equal(scanner.scan(hex('81a3 6161 01 780162 02 7f6163ff 03')), 1);
  });

  // SER-16, SER-17: each chunk is UTF-8 by itself (RFC 8949, 3.2.3).
  it('refuses invalid UTF-8 in texts, keys and chunks', () => {
    for (const text of ['6180', '62c328', '62c080', '63eda080', '64f4908080', '7f61c361a9ff']) {
      refuses(scanner, `81${text}`, 'a text is not valid UTF-8');
      refuses(scanner, `81a1${text}01`, 'a text is not valid UTF-8');
    }
    equal(scanner.scan(hex('81 7f 62c3a9 60 6161 ff')), 1);
  });

  // SER-17
  it('refuses items of indefinite length that are not made well', () => {
    for (const value of ['1f', '3f', 'df01', '7f4161ff', '5f6161ff', '7f7f6161ffff', '7f01ff']) {
      throws(() => scanner.scan(hex(`81${value}`)), ProtocolViolation, value);
    }
    for (const bytes of [
      '9f',
      '9f01',
      '81ff',
      '81bf6161ff',
      '81bf6161',
      '815f4161',
      'ff',
      '81a1ff',
    ]) {
      throws(() => scanner.scan(hex(bytes)), ProtocolViolation, bytes);
    }
  });

  it('refuses reserved lengths and simple values that mean nothing', () => {
    for (const value of ['1c', '1d', '1e', '3c', '5c', '7d', '9e', 'bc', 'dc', 'fc', 'fd', 'fe']) {
      throws(() => scanner.scan(hex(`81${value}00`)), ProtocolViolation, value);
    }
    for (const value of ['e0', 'f0', 'f3', 'f800', 'f814', 'f820', 'f8ff']) {
      refuses(scanner, `81${value}`, 'a value of CBOR that means nothing');
    }
  });

  // P2
  it('has limits on depth and keys, tags counted as levels', () => {
    equal(scanner.scan(Buffer.concat([Buffer.alloc(63, 0x81), hex('80')])), 1);
    refuses(scanner, `${'81'.repeat(64)}80`, 'nested too deeply');
    refuses(scanner, '9f'.repeat(100_000), 'nested too deeply');
    refuses(scanner, `81${'d9d9f7'.repeat(100_000)}01`, 'nested too deeply');
    refuses(scanner, `81${'a16161'.repeat(64)}01`, 'nested too deeply');
    refuses(scanner, '81a4 616101 616201 616301 616401', 'too many keys in one dict');
    refuses(scanner, '81bf 616101 616201 616301 616401 ff', 'too many keys in one dict');
    for (const bytes of [
      '9bffffffffffffffff',
      '9affffffff',
      '81bbffffffffffffffff',
      '7bffffffffffffffff',
    ]) {
      throws(() => scanner.scan(hex(bytes)), ProtocolViolation, bytes);
    }
  });

  // SER-15, SER-19
  it('refuses what is no list, and what follows a message', () => {
    for (const bytes of ['', 'a0', 'f6', '01', '60', 'd9d9f7', 'd9d9f7a0', 'c080']) {
      refuses(scanner, bytes, 'a message is a list');
    }
    refuses(scanner, '8080', 'bytes after the message');
    refuses(scanner, '9fff00', 'bytes after the message');
  });
});

/** A date as CBOR writes it: tag 0 and the text. */
function dateText(text: string): string {
  return `c0${cborFormat.encode(text).toString('hex')}`;
}
