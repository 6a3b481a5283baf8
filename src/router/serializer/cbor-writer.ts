import type { ByteWriter } from './byte-writer.js';
import { BIGNUM, NEGATIVE_BIGNUM } from './cbor-tags.js';
import type { ValueWriter } from './value-writer.js';

const UNSIGNED = 0;
const NEGATIVE = 1;
const BINARY = 2;
const TEXT = 3;
const LIST = 4;
const DICT = 5;
const TAG = 6;

/** Values as CBOR, in the shortest form but for floats, which are always of double precision. */
export const cborWriter: ValueWriter = {
  nothing: (out) => {
    out.byte(0xf6);
  },
  boolean: (out, value) => {
    out.byte(value ? 0xf5 : 0xf4);
  },
  integer: (out, value) => {
    if (value < 0) head(out, NEGATIVE, -1 - value);
    else head(out, UNSIGNED, value);
  },
  bigInteger: (out, value) => {
    const magnitude = value < 0n ? -1n - value : value;
    const major = value < 0n ? NEGATIVE : UNSIGNED;
    if (BigInt.asUintN(64, magnitude) === magnitude) {
      out.bigUint64((major << 5) | 27, magnitude);
    } else {
      head(out, TAG, value < 0n ? NEGATIVE_BIGNUM : BIGNUM);
      const digits = magnitude.toString(16);
      const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
      head(out, BINARY, bytes.length);
      out.bytes(bytes);
    }
  },
  float: (out, value) => {
    out.float64(0xfb, value);
  },
  textHeader: (out, length) => {
    head(out, TEXT, length);
  },
  binaryHeader: (out, length) => {
    head(out, BINARY, length);
  },
  listHeader: (out, count) => {
    head(out, LIST, count);
  },
  dictHeader: (out, count) => {
    head(out, DICT, count);
  },
};

/** A major type and its argument, in the shortest form (RFC 8949, 3). */
function head(out: ByteWriter, major: number, argument: number): void {
  const prefix = major << 5;
  if (argument < 24) out.byte(prefix | argument);
  else if (argument < 2 ** 8) out.uint8(prefix | 24, argument);
  else if (argument < 2 ** 16) out.uint16(prefix | 25, argument);
  else if (argument < 2 ** 32) out.uint32(prefix | 26, argument);
  else out.uint64(prefix | 27, argument);
}
