import { ProtocolViolation } from '../protocol/errors.js';
import { CborReader } from './cbor-reader.js';
import { checkTag, checkTagged, hasCheckedContent, SELF_DESCRIBED } from './cbor-tags.js';
import { ElementPlaces } from './element-places.js';
import type { Scanner } from './message-decoder.js';
import { checkEnd, checkText } from './scanned-text.js';
import type { SerializerLimits } from './serializer.js';

const TEXT = 3;
const LIST = 4;
const DICT = 5;
const BREAK = 0xff;
/** In the lower bits of a head: no length, the end is marked. */
const INDEFINITE = 31;
/** The simple values false, true, null and undefined, and floats by their size. */
const SIMPLE_SIZES: ReadonlyMap<number, number> = new Map([
  [20, 1],
  [21, 1],
  [22, 1],
  [23, 1],
  [25, 3],
  [26, 5],
  [27, 9],
]);

/**
 * Finds the elements of a CBOR array without building a value, and checks all of it: structure, UTF-8, depth and keys. Keys are texts
 * everywhere (WAMP 3). Items of indefinite length are accepted; of the tags those of cbor-tags.ts; of the simple values those that RFC
 * 8949 names.
 *
 * Each reader takes the place where its part begins and gives the place after it, as in {@link JsonScanner}.
 */
export class CborScanner implements Scanner {
  readonly #limits: SerializerLimits;
  readonly #places = new ElementPlaces();
  readonly #reader = new CborReader();

  constructor(limits: SerializerLimits) {
    this.#limits = limits;
  }

  /** Takes in `bytes`, which must be one array, and gives the number of its elements. Throws ProtocolViolation. */
  scan(bytes: Buffer): number {
    const start = isSelfDescribed(bytes) ? 3 : 0;
    if (!isCborList(bytes, start)) throw new ProtocolViolation('a message is a list');
    this.#checkDepth(1);
    const most = argumentOf(bytes, start);
    let at = headEnd(bytes, start);
    let count = 0;
    for (; count < most && !isEnd(bytes, at, most); count += 1) {
      const end = this.#value(bytes, at, 2);
      this.#places.set(count, at, end);
      at = end;
    }
    if (most === Infinity) at += 1;
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
    const major = majorAt(bytes, at);
    switch (major) {
      case 0:
      case 1:
        return definiteHead(bytes, at);
      case 2:
      case TEXT:
        return string(bytes, at);
      case LIST:
        return this.#list(bytes, at, depth);
      case DICT:
        return this.#dict(bytes, at, depth);
      case 6:
        return this.#tagged(bytes, at, depth);
      default:
        return simple(bytes, at);
    }
  }

  #list(bytes: Buffer, start: number, depth: number): number {
    this.#checkDepth(depth);
    const count = argumentOf(bytes, start);
    let at = headEnd(bytes, start);
    for (let index = 0; index < count && !isEnd(bytes, at, count); index += 1) {
      at = this.#value(bytes, at, depth + 1);
    }
    return count === Infinity ? at + 1 : at;
  }

  #dict(bytes: Buffer, start: number, depth: number): number {
    this.#checkDepth(depth);
    const count = argumentOf(bytes, start);
    let at = headEnd(bytes, start);
    for (let index = 0; index < count && !isEnd(bytes, at, count); index += 1) {
      if (index >= this.#limits.keys) throw new ProtocolViolation('too many keys in one dict');
      if (majorAt(bytes, at) !== TEXT) throw new ProtocolViolation('a key is a string');
      at = this.#value(bytes, string(bytes, at), depth + 1);
    }
    return count === Infinity ? at + 1 : at;
  }

  /** A tag counts as a level, else there would be no end to tags of tags. */
  #tagged(bytes: Buffer, start: number, depth: number): number {
    this.#checkDepth(depth);
    const tag = argumentOf(bytes, start);
    const content = definiteHead(bytes, start);
    checkTag(tag, majorAt(bytes, content));
    const end = this.#value(bytes, content, depth + 1);
    if (hasCheckedContent(tag)) checkTagged(tag, this.#reader.read(bytes, content));
    return end;
  }

  #checkDepth(depth: number): void {
    if (depth > this.#limits.depth) throw new ProtocolViolation('nested too deeply');
  }
}

/** Whether an array begins at `at`. */
export const isCborList = (bytes: Buffer, at: number): boolean => (bytes[at] ?? 0) >> 5 === LIST;

/** Whether a map begins at `at`. */
export const isCborDict = (bytes: Buffer, at: number): boolean => (bytes[at] ?? 0) >> 5 === DICT;

/** Whether an array or map has nothing in it. */
export const isCborEmpty = (bytes: Buffer, start: number, end: number): boolean =>
  argumentOf(bytes, start) === 0 || (isIndefinite(bytes, start) && end === start + 2);

const isSelfDescribed = (bytes: Buffer): boolean =>
  bytes[0] === 0xd9 && bytes[1] === SELF_DESCRIBED >> 8 && bytes[2] === (SELF_DESCRIBED & 0xff);

/** The major type of the item at `at`. */
function majorAt(bytes: Buffer, at: number): number {
  checkEnd(bytes, at + 1);
  return (bytes[at] ?? 0) >> 5;
}

const isIndefinite = (bytes: Buffer, at: number): boolean =>
  ((bytes[at] ?? 0) & 0x1f) === INDEFINITE;

/** Whether the mark at `at` ends an item of indefinite length. */
function isEnd(bytes: Buffer, at: number, count: number): boolean {
  if (count !== Infinity) return false;
  checkEnd(bytes, at + 1);
  return bytes[at] === BREAK;
}

/** Where the head at `at` ends. */
function headEnd(bytes: Buffer, at: number): number {
  const info = (bytes[at] ?? 0) & 0x1f;
  if (info < 24 || info === INDEFINITE) return at + 1;
  if (info > 27) throw new ProtocolViolation('not CBOR: a reserved length');
  return checkEnd(bytes, at + 1 + (1 << (info - 24)));
}

function definiteHead(bytes: Buffer, at: number): number {
  if (isIndefinite(bytes, at)) throw new ProtocolViolation('not CBOR: a length is missing');
  return headEnd(bytes, at);
}

/** The argument of the head at `at`: Infinity when it is indefinite, rounded beyond 2^53. */
function argumentOf(bytes: Buffer, at: number): number {
  const info = (bytes[at] ?? 0) & 0x1f;
  if (info < 24) return info;
  if (info === INDEFINITE) return Infinity;
  const end = headEnd(bytes, at);
  let value = 0;
  for (let place = at + 1; place < end; place += 1) value = value * 2 ** 8 + (bytes[place] ?? 0);
  return value;
}

/** A text or binary, perhaps in chunks of definite length. */
function string(bytes: Buffer, start: number): number {
  if (!isIndefinite(bytes, start)) return chunk(bytes, start);
  const major = majorAt(bytes, start);
  let at = start + 1;
  while (!isEnd(bytes, at, Infinity)) {
    if (majorAt(bytes, at) !== major || isIndefinite(bytes, at)) {
      throw new ProtocolViolation('not CBOR: a chunk of another type');
    }
    at = chunk(bytes, at);
  }
  return at + 1;
}

function chunk(bytes: Buffer, at: number): number {
  const start = headEnd(bytes, at);
  const end = start + argumentOf(bytes, at);
  return majorAt(bytes, at) === TEXT ? checkText(bytes, start, end) : checkEnd(bytes, end);
}

function simple(bytes: Buffer, at: number): number {
  const size = SIMPLE_SIZES.get((bytes[at] ?? 0) & 0x1f);
  if (size === undefined) throw new ProtocolViolation('a value of CBOR that means nothing');
  return checkEnd(bytes, at + size);
}
