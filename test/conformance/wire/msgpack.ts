import { ByteReader, toDict } from './byte-reader.js';
import { Encoded, Extension } from './value.js';

// MessagePack as of 2013, where `str` and `bin` are kinds of their own. Written for the suite alone: the exam of a serializer needs another one.

/** Encodes a value; integers of 64 bits are written as integers, in the shortest form. */
export function encodeMsgPack(value: unknown): Buffer {
  if (value instanceof Encoded) return value.bytes;
  if (value instanceof Uint8Array)
    return Buffer.concat([sized(value.length, [0xc4, 0xc5, 0xc6]), value]);
  if (Array.isArray(value)) return encodeList(value);
  switch (typeof value) {
    case 'number':
      return isInteger(value) ? encodeInteger(BigInt(value)) : withDouble(value);
    case 'bigint':
      return encodeInteger(value);
    case 'string':
      return encodeText(value);
    case 'boolean':
      return Buffer.of(value ? 0xc3 : 0xc2);
    case 'object':
      return value === null ? Buffer.of(0xc0) : encodeDict(value);
    case 'undefined':
    case 'function':
    case 'symbol':
      throw new TypeError(`cannot encode ${typeof value}`);
  }
}

/**
 * Decodes a message: all bytes, one value. A floating point number at the top level of the list comes as `Encoded`: there are only integers in
 * the messages of a router (WAMP 2.1.2).
 */
export function decodeMsgPack(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes);
  const value = decodeMessage(reader);
  if (!reader.isAtEnd) throw new RangeError('bytes behind the message');
  return value;
}

function decodeMessage(reader: ByteReader): unknown {
  const length = listLength(reader.peek());
  if (length === undefined) return decodeValue(reader);
  reader.unsigned(1);
  const count = length < 0 ? reader.length(-length) : length;
  return Array.from({ length: count }, () => {
    const start = reader.offset;
    const isFloat = reader.peek() === 0xca || reader.peek() === 0xcb;
    const value = decodeValue(reader);
    return isFloat ? new Encoded(reader.bytes.subarray(start, reader.offset)) : value;
  });
}

/** The length of a list with this head, negative if it is written in so many bytes; undefined: no list. */
function listLength(head: number): number | undefined {
  if (head >= 0x90 && head <= 0x9f) return head - 0x90;
  return head === 0xdc ? -2 : head === 0xdd ? -4 : undefined;
}

function decodeValue(reader: ByteReader): unknown {
  const head = reader.length(1);
  if (head <= 0x7f) return head;
  if (head <= 0x8f) return decodeDict(reader, head - 0x80);
  if (head <= 0x9f) return decodeList(reader, head - 0x90);
  if (head <= 0xbf) return reader.text(head - 0xa0);
  if (head >= 0xe0) return head - 0x100;
  const decode = DECODERS[head - 0xc0];
  if (decode === undefined) throw new RangeError('byte c1 begins no value');
  return decode(reader);
}

const extension = (reader: ByteReader, length: number): Extension =>
  new Extension(Number(reader.signed(1)), reader.take(length));

/** What follows the heads from c0 on. */
const DECODERS: readonly (((reader: ByteReader) => unknown) | undefined)[] = [
  () => null,
  undefined,
  () => false,
  () => true,
  ...[1, 2, 4].map((width) => (r: ByteReader) => r.take(r.length(width))),
  ...[1, 2, 4].map((width) => (r: ByteReader) => extension(r, r.length(width))),
  (r) => r.float(4),
  (r) => r.float(8),
  ...[1, 2, 4, 8].map((width) => (r: ByteReader) => r.unsigned(width)),
  ...[1, 2, 4, 8].map((width) => (r: ByteReader) => r.signed(width)),
  ...[1, 2, 4, 8, 16].map((length) => (r: ByteReader) => extension(r, length)),
  ...[1, 2, 4].map((width) => (r: ByteReader) => r.text(r.length(width))),
  ...[2, 4].map((width) => (r: ByteReader) => decodeList(r, r.length(width))),
  ...[2, 4].map((width) => (r: ByteReader) => decodeDict(r, r.length(width))),
];

function decodeList(reader: ByteReader, length: number): unknown[] {
  const values: unknown[] = [];
  while (values.length < length) values.push(decodeValue(reader));
  return values;
}

function decodeDict(reader: ByteReader, length: number): unknown {
  const entries: (readonly [unknown, unknown])[] = [];
  while (entries.length < length) entries.push([decodeValue(reader), decodeValue(reader)]);
  return toDict(entries);
}

function encodeList(values: readonly unknown[]): Buffer {
  const { length } = values;
  const head = length <= 15 ? Buffer.of(0x90 + length) : sized(length, [undefined, 0xdc, 0xdd]);
  return Buffer.concat([head, ...values.map(encodeMsgPack)]);
}

function encodeDict(value: object): Buffer {
  // As in JSON, what is undefined is not there.
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  const { length } = entries;
  const head = length <= 15 ? Buffer.of(0x80 + length) : sized(length, [undefined, 0xde, 0xdf]);
  return Buffer.concat([head, ...entries.flat().map(encodeMsgPack)]);
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  const { length } = bytes;
  const head = length <= 31 ? Buffer.of(0xa0 + length) : sized(length, [0xd9, 0xda, 0xdb]);
  return Buffer.concat([head, bytes]);
}

/** A head of the first of these types whose 1, 2 or 4 bytes take the length. */
function sized(length: number, types: readonly [number | undefined, number, number]): Buffer {
  if (length <= 0xff && types[0] !== undefined) return Buffer.of(types[0], length);
  const head = Buffer.alloc(length <= 0xffff ? 3 : 5);
  head[0] = length <= 0xffff ? types[1] : types[2];
  head.writeUIntBE(length, 1, head.length - 1);
  return head;
}

function encodeInteger(value: bigint): Buffer {
  if (value >= 0n) {
    if (value <= 0x7fn) return Buffer.of(Number(value));
    if (value <= 0xffn) return Buffer.of(0xcc, Number(value));
    if (value <= 0xffffffffn) return sized(Number(value), [undefined, 0xcd, 0xce]);
    const long = Buffer.alloc(9, 0xcf);
    long.writeBigUInt64BE(value, 1);
    return long;
  }
  if (value >= -32n) return Buffer.of(0x100 + Number(value));
  const width = [1, 2, 4].find((bytes) => value >= -(1n << BigInt(8 * bytes - 1)));
  const head = Buffer.alloc(1 + (width ?? 8), 0xd3);
  if (width === undefined) head.writeBigInt64BE(value, 1);
  else {
    head[0] = 0xd0 + Math.log2(width);
    head.writeIntBE(Number(value), 1, width);
  }
  return head;
}

/** Whether a number is one of the integers of 64 bits. */
const isInteger = (value: number): boolean =>
  Number.isInteger(value) && !Object.is(value, -0) && value < 2 ** 64 && value >= -(2 ** 63);

function withDouble(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xcb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
