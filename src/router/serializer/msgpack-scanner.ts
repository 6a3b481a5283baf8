import { ProtocolViolation } from '../protocol/errors.js';
import { ElementPlaces } from './element-places.js';
import type { Scanner } from './message-decoder.js';
import { checkEnd, checkText } from './scanned-text.js';
import type { SerializerLimits } from './serializer.js';

/**
 * From 0xc0 on, bytes of the values of a fixed size, their first byte included. 0 where the size varies, or where there is no such
 * value: 0xc1, which MessagePack never uses, and its extension types.
 */
const FIXED_SIZES = Uint8Array.of(
  ...[1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 5, 9, 2, 3, 5, 9],
  ...[2, 3, 5, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
);

/** From 0xc0 on, bytes of the length that follows the first byte of binary, texts, arrays and maps. */
const LENGTH_SIZES = Uint8Array.of(
  ...[0, 0, 0, 0, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4],
);

/** Behind the last byte: no byte, so it matches nothing. */
const END = -1;

/**
 * Finds the elements of a MessagePack array without building a value, and checks all of it: structure, UTF-8, depth and keys. Keys are
 * strings everywhere (WAMP 3). Extension types, timestamps among them, are refused: they mean what their makers say, and the decoder that
 * they surprise would be a subscriber's. But for one, which stands for JavaScript's `undefined` in msgpackr, and so in each message of wampy
 * whose options leave something out.
 *
 * Each reader takes the place where its part begins and gives the place after it, as in {@link JsonScanner}.
 */
export class MsgpackScanner implements Scanner {
  readonly #limits: SerializerLimits;
  readonly #places = new ElementPlaces();

  constructor(limits: SerializerLimits) {
    this.#limits = limits;
  }

  /** Takes in `bytes`, which must be one array, and gives the number of its elements. Throws ProtocolViolation. */
  scan(bytes: Buffer): number {
    if (!isMsgpackList(bytes, 0)) throw new ProtocolViolation('a message is a list');
    this.#checkDepth(1);
    let at = checkEnd(bytes, containerHeader(bytes, 0));
    const count = containerCount(bytes, 0, at);
    for (let index = 0; index < count; index += 1) {
      const end = this.#value(bytes, at, 2);
      this.#places.set(index, at, end);
      at = end;
    }
    if (at !== bytes.length) throw new ProtocolViolation('bytes after the message');
    return count;
  }

  /** Where element `index` of the list begins; known of the first seven, as no message of WAMP has more. */
  startOf(index: number): number {
    return this.#places.startOf(index);
  }

  /** Where element `index` ends, exclusive. */
  endOf(index: number): number {
    return this.#places.endOf(index);
  }

  #value(bytes: Buffer, at: number, depth: number): number {
    const byte = bytes[at] ?? END;
    if (byte < 0xc0) return this.#short(bytes, at, depth);
    if (byte >= 0xe0) return at + 1;
    if (byte >= 0xde) return this.#dict(bytes, at, depth);
    if (byte >= 0xdc) return this.#list(bytes, at, depth);
    const size = FIXED_SIZES[byte - 0xc0] ?? 0;
    return size > 0 ? checkEnd(bytes, at + size) : sized(bytes, at, byte);
  }

  /** A value whose first byte says its length, or all. */
  #short(bytes: Buffer, at: number, depth: number): number {
    const byte = bytes[at] ?? END;
    if (byte < 0x80) return checkEnd(bytes, at + 1);
    if (byte < 0x90) return this.#dict(bytes, at, depth);
    if (byte < 0xa0) return this.#list(bytes, at, depth);
    return checkText(bytes, at + 1, at + 1 + (byte & 0x1f));
  }

  #list(bytes: Buffer, start: number, depth: number): number {
    this.#checkDepth(depth);
    let at = checkEnd(bytes, containerHeader(bytes, start));
    const count = containerCount(bytes, start, at);
    for (let index = 0; index < count; index += 1) at = this.#value(bytes, at, depth + 1);
    return at;
  }

  #dict(bytes: Buffer, start: number, depth: number): number {
    this.#checkDepth(depth);
    let at = checkEnd(bytes, containerHeader(bytes, start));
    const count = containerCount(bytes, start, at);
    if (count > this.#limits.keys) throw new ProtocolViolation('too many keys in one dict');
    for (let index = 0; index < count; index += 1) {
      at = this.#value(bytes, key(bytes, at), depth + 1);
    }
    return at;
  }

  #checkDepth(depth: number): void {
    if (depth > this.#limits.depth) throw new ProtocolViolation('nested too deeply');
  }
}

/** Whether an array begins at `at`. */
export function isMsgpackList(bytes: Buffer, at: number): boolean {
  const byte = bytes[at] ?? END;
  return (byte >= 0x90 && byte < 0xa0) || byte === 0xdc || byte === 0xdd;
}

/** Whether a map begins at `at`. */
export function isMsgpackDict(bytes: Buffer, at: number): boolean {
  const byte = bytes[at] ?? END;
  return (byte >= 0x80 && byte < 0x90) || byte === 0xde || byte === 0xdf;
}

/** Where the contents of an array or map begin that itself begins at `start`. */
export function containerHeader(bytes: Buffer, start: number): number {
  const byte = bytes[start] ?? END;
  return start + 1 + (byte < 0xa0 ? 0 : (LENGTH_SIZES[byte - 0xc0] ?? 0));
}

const containerCount = (bytes: Buffer, start: number, header: number): number =>
  header === start + 1 ? (bytes[start] ?? 0) & 0x0f : unsigned(bytes, start + 1, header);

function key(bytes: Buffer, at: number): number {
  const byte = bytes[at] ?? END;
  if (byte >= 0xa0 && byte < 0xc0) return checkText(bytes, at + 1, at + 1 + (byte & 0x1f));
  if (byte >= 0xd9 && byte <= 0xdb) return sized(bytes, at, byte);
  throw new ProtocolViolation('a key is a string');
}

/** Binary or a text whose length stands behind its first byte. */
function sized(bytes: Buffer, at: number, byte: number): number {
  const size = LENGTH_SIZES[byte - 0xc0] ?? 0;
  if (size === 0) return undefinedEnd(bytes, at);
  const start = checkEnd(bytes, at + 1 + size);
  const end = start + unsigned(bytes, at + 1, start);
  return byte < 0xd9 ? checkEnd(bytes, end) : checkText(bytes, start, end);
}

function unsigned(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = value * 2 ** 8 + (bytes[at] ?? 0);
  return value;
}

/** The place after msgpackr's `undefined`, which begins at `at`: an extension of type 0 with one byte, 0. */
function undefinedEnd(bytes: Buffer, at: number): number {
  const isUndefined = bytes[at] === 0xd4 && bytes[at + 1] === 0 && bytes[at + 2] === 0;
  if (!isUndefined) throw new ProtocolViolation('an extension type of MessagePack');
  return at + 3;
}
