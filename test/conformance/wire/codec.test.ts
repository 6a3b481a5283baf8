import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { decode as decodeByLibrary, Encoder as CborLibrary } from 'cbor-x';
import { Packr } from 'msgpackr';

import { decodeCbor, encodeCbor } from './cbor.js';
import { decodeMsgPack, encodeMsgPack } from './msgpack.js';
import { encoded, Encoded, Extension, tell } from './value.js';

const msgpackr = new Packr({ useRecords: false, mapsAsObjects: true });
const cborX = new CborLibrary({ useRecords: false, mapsAsObjects: true });

const LENGTHS = [0, 1, 15, 16, 23, 24, 31, 32, 255, 256, 65_535, 65_536];
const INTEGERS = [
  ...[0, 1, 23, 24, 127, 128, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1],
  ...[-1, -24, -25, -32, -33, -128, -129, -256, -257, -32_768, -32_769, -(2 ** 31)],
];

/** What both libraries and both codecs have to understand alike. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0.5, -1.25e-7, 1e300, '', 'é😀', [], {}, [[], {}]],
  ...INTEGERS,
  ...LENGTHS.map((length) => 'x'.repeat(length)),
  ...LENGTHS.slice(0, -2).map((length) => Array.from({ length }, (_, index) => index)),
  ...LENGTHS.slice(0, -2).map((length) =>
    Object.fromEntries(Array.from({ length }, (_, index) => [`key${index}`, index])),
  ),
  [36, 55_123_153, 4_294_967_295, {}, ['Hello'], { a: { b: [1, null] } }],
];

describe('the MessagePack of the suite', () => {
  for (const value of VALUES)
    it(`is what another library writes and reads: ${tell(value).slice(0, 40)}`, () => {
      deepEqual(msgpackr.unpack(encodeMsgPack([value])), [value]);
      deepEqual(decodeMsgPack(msgpackr.pack({ value })), { value });
    });

  for (const length of LENGTHS)
    it(`has ${length} bytes as \`bin\``, () => {
      const bytes = new Uint8Array(length).fill(7);
      deepEqual(Uint8Array.from(msgpackr.unpack(encodeMsgPack(bytes)) as Buffer), bytes);
      deepEqual(decodeMsgPack(msgpackr.pack(Buffer.from(bytes))), bytes);
    });

  const written: readonly (readonly [unknown, string])[] = [
    [2 ** 53, 'cf0020000000000000'],
    [2 ** 32, 'cf0000000100000000'],
    [-(2 ** 53), 'd3ffe0000000000000'],
    [2n ** 64n - 1n, 'cfffffffffffffffff'],
    [-(2n ** 63n), 'd38000000000000000'],
    [-0.5, 'cbbfe0000000000000'],
    [[encoded('c1')], '91c1'],
    [{ gone: undefined, a: 1 }, '81a16101'],
  ];
  for (const [value, hex] of written)
    it(`writes ${tell(value)} as ${hex}`, () => {
      equal(encodeMsgPack(value).toString('hex'), hex);
    });

  const read: readonly (readonly [string, unknown])[] = [
    ['81cf002000000000000001', new Map([[2 ** 53, 1]])],
    ['cf0020000000000001', 2n ** 53n + 1n],
    ['d30000000000000001', 1],
    ['ca3fc00000', 1.5],
    ['d60102030405', new Extension(1, new Uint8Array([2, 3, 4, 5]))],
    ['c702ffaabb', new Extension(-1, new Uint8Array([0xaa, 0xbb]))],
    ['81a95f5f70726f746f5f5f01', JSON.parse('{"__proto__":1}')],
  ];
  for (const [hex, value] of read)
    it(`reads ${hex} as ${tell(value)}`, () => {
      deepEqual(decodeMsgPack(Buffer.from(hex, 'hex')), value);
    });

  it('tells floating point numbers among the elements of a message', () => {
    const [type, id] = decodeMsgPack(Buffer.from('9221cb3ff0000000000000', 'hex')) as unknown[];
    equal(type, 33);
    ok(id instanceof Encoded);
  });

  for (const hex of ['', 'c1', '91', '9101ff', 'a2c0af', 'a1ff', 'd901', 'dc0001', 'cd01'])
    it(`refuses ${hex || 'nothing'}`, () => {
      throws(() => decodeMsgPack(Buffer.from(hex, 'hex')));
    });
});

describe('the CBOR of the suite', () => {
  for (const value of VALUES)
    it(`is what another library writes and reads: ${tell(value).slice(0, 40)}`, () => {
      deepEqual(decodeByLibrary(encodeCbor([value])), [value]);
      deepEqual(decodeCbor(cborX.encode({ value })), { value });
    });

  // RFC 8949, appendix A.
  const both: readonly (readonly [unknown, string])[] = [
    [1_000_000_000_000, '1b000000e8d4a51000'],
    [2n ** 64n - 1n, '1bffffffffffffffff'],
    [-(2n ** 64n), '3bffffffffffffffff'],
    [-1000, '3903e7'],
    [2 ** 53, '1b0020000000000000'],
    [1.1, 'fb3ff199999999999a'],
    [new Uint8Array([1, 2, 3, 4]), '4401020304'],
    ['\u6c34', '63e6b0b4'],
    [['a', { b: 'c' }], '826161a161626163'],
  ];
  for (const [value, hex] of both)
    it(`writes and reads ${tell(value)} as ${hex}`, () => {
      equal(encodeCbor(value).toString('hex'), hex);
      deepEqual(decodeCbor(Buffer.from(hex, 'hex')), value);
    });

  const read: readonly (readonly [string, unknown])[] = [
    ['c249010000000000000000', 2n ** 64n],
    ['c349010000000000000000', -1n - 2n ** 64n],
    ['81f93c00', [encoded('f93c00')]],
    ['a10000', new Map([[0, 0]])],
    ['8181f93e00', [[1.5]]],
    ['8181f90001', [[5.960464477539063e-8]]],
    ['8181f9fc00', [[-Infinity]]],
    ['8181fa47c35000', [[100_000]]],
    ['8181f97e00', [[NaN]]],
    ['5f42010243030405ff', new Uint8Array([1, 2, 3, 4, 5])],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf6346756ef563416d7421ff', { Fun: true, Amt: -2 }],
    ['c11a514b67b0', new Extension(1, 1_363_896_240)],
    ['f7', undefined],
    ['a1695f5f70726f746f5f5f01', JSON.parse('{"__proto__":1}')],
  ];
  for (const [hex, value] of read)
    it(`reads ${hex} as ${tell(value)}`, () => {
      deepEqual(decodeCbor(Buffer.from(hex, 'hex')), value);
    });

  for (const hex of ['', '81', '8101ff', '61ff', '62c0af', '1c', 'ff', '9f', '5f6161ff', 'f8'])
    it(`refuses ${hex || 'nothing'}`, () => {
      throws(() => decodeCbor(Buffer.from(hex, 'hex')));
    });
});
