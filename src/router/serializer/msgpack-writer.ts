import type { ByteWriter } from './byte-writer.js';
import type { ValueWriter } from './value-writer.js';

/** Values as MessagePack, in the shortest form but for floats, which are always of double precision. */
export const msgpackWriter: ValueWriter = {
  nothing: (out) => {
    out.byte(0xc0);
  },
  boolean: (out, value) => {
    out.byte(value ? 0xc3 : 0xc2);
  },
  integer: (out, value) => {
    if (value < 0) negative(out, value);
    else unsigned(out, value);
  },
  // Beyond 64 bits MessagePack has floats only.
  bigInteger: (out, value) => {
    if (BigInt.asUintN(64, value) === value) out.bigUint64(0xcf, value);
    else if (BigInt.asIntN(64, value) === value) out.bigUint64(0xd3, value);
    else out.float64(0xcb, Number(value));
  },
  float: (out, value) => {
    out.float64(0xcb, value);
  },
  textHeader: (out, length) => {
    if (length < 0x20) out.byte(0xa0 | length);
    else if (length < 2 ** 8) out.uint8(0xd9, length);
    else if (length < 2 ** 16) out.uint16(0xda, length);
    else out.uint32(0xdb, length);
  },
  binaryHeader: (out, length) => {
    if (length < 2 ** 8) out.uint8(0xc4, length);
    else if (length < 2 ** 16) out.uint16(0xc5, length);
    else out.uint32(0xc6, length);
  },
  listHeader: (out, count) => {
    if (count < 0x10) out.byte(0x90 | count);
    else if (count < 2 ** 16) out.uint16(0xdc, count);
    else out.uint32(0xdd, count);
  },
  dictHeader: (out, count) => {
    if (count < 0x10) out.byte(0x80 | count);
    else if (count < 2 ** 16) out.uint16(0xde, count);
    else out.uint32(0xdf, count);
  },
};

function unsigned(out: ByteWriter, value: number): void {
  if (value < 0x80) out.byte(value);
  else if (value < 2 ** 8) out.uint8(0xcc, value);
  else if (value < 2 ** 16) out.uint16(0xcd, value);
  else if (value < 2 ** 32) out.uint32(0xce, value);
  else out.uint64(0xcf, value);
}

function negative(out: ByteWriter, value: number): void {
  if (value >= -0x20) out.byte(value);
  else if (value >= -(2 ** 7)) out.uint8(0xd0, value);
  else if (value >= -(2 ** 15)) out.uint16(0xd1, value);
  else if (value >= -(2 ** 31)) out.uint32(0xd2, value);
  else out.uint64(0xd3, value);
}
