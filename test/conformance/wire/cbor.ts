import { ByteReader, narrow, toDict } from './byte-reader.js';
import { Encoded, Extension } from './value.js';

// CBOR (RFC 8949). Written for the suite alone: the exam of a serializer needs another one.

const INDEFINITE = 31;
const BREAK = 0xff;

/** Encodes a value; integers of 64 bits are written as integers, in the shortest form. */
export function encodeCbor(value: unknown): Buffer {
  if (value instanceof Encoded) return value.bytes;
  if (value instanceof Uint8Array) return Buffer.concat([head(2, BigInt(value.length)), value]);
  if (Array.isArray(value))
    return Buffer.concat([head(4, BigInt(value.length)), ...value.map(encodeCbor)]);
  switch (typeof value) {
    case 'number':
      return isInteger(value) ? encodeInteger(BigInt(value)) : withDouble(value);
    case 'bigint':
      return encodeInteger(value);
    case 'string':
      return Buffer.concat([head(3, BigInt(Buffer.byteLength(value))), Buffer.from(value)]);
    case 'boolean':
      return Buffer.of(value ? 0xf5 : 0xf4);
    case 'object':
      return value === null ? Buffer.of(0xf6) : encodeDict(value);
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
export function decodeCbor(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes);
  const value = reader.peek() >> 5 === 4 ? decodeMessage(reader) : decodeValue(reader);
  if (!reader.isAtEnd) throw new RangeError('bytes behind the message');
  return value;
}

function decodeMessage(reader: ByteReader): unknown {
  return elements(reader, () => {
    const start = reader.offset;
    const isFloat = reader.peek() >= 0xf9 && reader.peek() <= 0xfb;
    const value = decodeValue(reader);
    return isFloat ? new Encoded(reader.bytes.subarray(start, reader.offset)) : value;
  });
}

function decodeValue(reader: ByteReader): unknown {
  const major = reader.peek() >> 5;
  switch (major) {
    case 0:
      return argument(reader);
    case 1:
      return narrow(-1n - BigInt(argument(reader)));
    case 2:
      return chunked(reader, (length) => Buffer.from(reader.take(length)));
    case 3:
      return chunked(reader, (length) => reader.text(length));
    case 4:
      return elements(reader, () => decodeValue(reader));
    case 5:
      return toDict(elements(reader, () => [decodeValue(reader), decodeValue(reader)] as const));
    case 6:
      return decodeTag(reader);
    default:
      return decodeSimple(reader);
  }
}

/** The argument of a head: a value, a length, a number of elements. */
function argument(reader: ByteReader): number | bigint {
  const short = reader.length(1) & 0x1f;
  if (short < 24) return short;
  if (short > 27) throw new RangeError(`additional information ${short}`);
  return reader.unsigned(2 ** (short - 24));
}

/** The elements of a list or dictionary, whose length is given or ends with a break. */
function elements<Element>(reader: ByteReader, next: () => Element): Element[] {
  const found: Element[] = [];
  if ((reader.peek() & 0x1f) === INDEFINITE) {
    reader.take(1);
    while (reader.peek() !== BREAK) found.push(next());
    reader.take(1);
    return found;
  }
  const length = Number(argument(reader));
  while (found.length < length) found.push(next());
  return found;
}

/** Bytes or text, in one piece or in chunks up to a break. */
function chunked(reader: ByteReader, next: (length: number) => Buffer | string): unknown {
  if ((reader.peek() & 0x1f) !== INDEFINITE) return toPlain(next(Number(argument(reader))));
  const major = reader.peek() >> 5;
  const chunks = elements(reader, () => {
    if (reader.peek() >> 5 !== major) throw new RangeError('a chunk of another kind');
    return next(Number(argument(reader)));
  });
  return chunks.every((chunk) => typeof chunk === 'string')
    ? chunks.join('')
    : toPlain(Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))));
}

const toPlain = (value: Buffer | string): Uint8Array | string =>
  typeof value === 'string' ? value : new Uint8Array(value);

/** A tagged value; a big integer (tags 2 and 3) is what it stands for. */
function decodeTag(reader: ByteReader): unknown {
  const tag = Number(argument(reader));
  const content = decodeValue(reader);
  if (!(content instanceof Uint8Array) || (tag !== 2 && tag !== 3))
    return new Extension(tag, content);
  const value = BigInt(`0x0${Buffer.from(content).toString('hex')}`);
  return narrow(tag === 2 ? value : -1n - value);
}

function decodeSimple(reader: ByteReader): unknown {
  const first = reader.length(1);
  switch (first) {
    case 0xf4:
      return false;
    case 0xf5:
      return true;
    case 0xf6:
      return null;
    case 0xf7:
      return undefined;
    case 0xf9:
      return toHalf(reader.length(2));
    case 0xfa:
      return reader.float(4);
    case 0xfb:
      return reader.float(8);
    default:
      throw new RangeError(`simple value ${first.toString(16)}`);
  }
}

/** The number that these 16 bits stand for (RFC 8949, appendix D). */
function toHalf(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (mantissa + 1024) * 2 ** (exponent - 25);
}

function encodeDict(value: object): Buffer {
  // As in JSON, what is undefined is not there.
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Buffer.concat([head(5, BigInt(entries.length)), ...entries.flat().map(encodeCbor)]);
}

const encodeInteger = (value: bigint): Buffer =>
  value >= 0n ? head(0, value) : head(1, -1n - value);

/** The head of a value: its major type and its argument in the shortest form. */
function head(major: number, value: bigint): Buffer {
  if (value < 24n) return Buffer.of((major << 5) | Number(value));
  const power = [0, 1, 2, 3].find((bits) => value < 1n << BigInt(8 << bits)) ?? 3;
  const bytes = Buffer.alloc(1 + (1 << power));
  bytes[0] = (major << 5) | (24 + power);
  if (power === 3) bytes.writeBigUInt64BE(value, 1);
  else bytes.writeUIntBE(Number(value), 1, 1 << power);
  return bytes;
}

/** Whether a number is an integer that a head can hold. */
const isInteger = (value: number): boolean =>
  Number.isInteger(value) && !Object.is(value, -0) && value < 2 ** 64 && value >= -(2 ** 64);

function withDouble(value: number): Buffer {
  const bytes = Buffer.alloc(9, 0xfb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
