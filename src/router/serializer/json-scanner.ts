import { isUtf8 } from 'node:buffer';
import { ProtocolViolation } from '../protocol/errors.js';
import type { Scanner } from './message-decoder.js';
import type { SerializerLimits } from './serializer.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_U = 0x75;
const OPEN_DICT = 0x7b;
const CLOSE_DICT = 0x7d;
/** Elements whose places are kept: an ERROR has seven, nothing has more. */
const PLACES = 7;
/** Behind the last byte: no byte, so it matches nothing. */
const END = -1;

const LITERALS = new Map([
  [0x74, Buffer.from('true')],
  [0x66, Buffer.from('false')],
  [0x6e, Buffer.from('null')],
]);
const SIMPLE_ESCAPES = new Set(Buffer.from('"\\/bfnrt'));

/**
 * Finds the elements of a JSON list without building a value, and checks all of it: grammar (RFC 8259), UTF-8, depth and keys.
 * What it has passed, `JSON.parse` accepts too, so the bytes of an element can be sent on as they are.
 *
 * Each reader takes the place where its part begins and gives the place after it: kept in a field, the place would be stored to memory
 * at every byte, which takes twice as long.
 */
export class JsonScanner implements Scanner {
  readonly #limits: SerializerLimits;
  readonly #starts = new Uint32Array(PLACES);
  readonly #ends = new Uint32Array(PLACES);
  #count = 0;

  constructor(limits: SerializerLimits) {
    this.#limits = limits;
  }

  /** Takes in `bytes`, which must be one JSON list, and gives the number of its elements. Throws ProtocolViolation. */
  scan(bytes: Buffer): number {
    if (!isUtf8(bytes)) throw new ProtocolViolation('the message is not valid UTF-8');
    const start = skipSpace(bytes, 0);
    if (bytes[start] !== OPEN_LIST) throw new ProtocolViolation('a message is a list');
    this.#count = 0;
    const end = skipSpace(bytes, this.#outermostList(bytes, start));
    if (end !== bytes.length) throw unexpected(bytes, end);
    return this.#count;
  }

  /** Where element `index` of the list begins; known of the first seven, as no message of WAMP has more. */
  startOf(index: number): number {
    return this.#starts[index] ?? 0;
  }

  /** Where element `index` ends, exclusive. */
  endOf(index: number): number {
    return this.#ends[index] ?? 0;
  }

  #outermostList(bytes: Buffer, start: number): number {
    this.#checkDepth(1);
    let at = skipSpace(bytes, start + 1);
    if (bytes[at] === CLOSE_LIST) return at + 1;
    for (;;) {
      const index = this.#count;
      this.#count += 1;
      // Beyond their length, typed arrays ignore what is written.
      this.#starts[index] = at;
      at = this.#value(bytes, at, 2);
      this.#ends[index] = at;
      at = skipSpace(bytes, at);
      if (bytes[at] === CLOSE_LIST) return at + 1;
      at = separator(bytes, at);
    }
  }

  #value(bytes: Buffer, at: number, depth: number): number {
    const byte = byteAt(bytes, at);
    if (byte === QUOTE) return string(bytes, at + 1);
    if (byte === OPEN_DICT) return this.#dict(bytes, at, depth);
    if (byte === OPEN_LIST) return this.#list(bytes, at, depth);
    if (byte === MINUS || isDigit(byte)) return number(bytes, at);
    return literal(bytes, at);
  }

  #list(bytes: Buffer, start: number, depth: number): number {
    this.#checkDepth(depth);
    let at = skipSpace(bytes, start + 1);
    if (bytes[at] === CLOSE_LIST) return at + 1;
    for (;;) {
      at = skipSpace(bytes, this.#value(bytes, at, depth + 1));
      if (bytes[at] === CLOSE_LIST) return at + 1;
      at = separator(bytes, at);
    }
  }

  #dict(bytes: Buffer, start: number, depth: number): number {
    this.#checkDepth(depth);
    let at = skipSpace(bytes, start + 1);
    if (bytes[at] === CLOSE_DICT) return at + 1;
    for (let keys = 1; ; keys += 1) {
      if (keys > this.#limits.keys) throw new ProtocolViolation('too many keys in one dict');
      if (bytes[at] !== QUOTE) throw unexpected(bytes, at);
      at = skipSpace(bytes, string(bytes, at + 1));
      if (bytes[at] !== COLON) throw unexpected(bytes, at);
      at = this.#value(bytes, skipSpace(bytes, at + 1), depth + 1);
      at = skipSpace(bytes, at);
      if (bytes[at] === CLOSE_DICT) return at + 1;
      at = separator(bytes, at);
    }
  }

  #checkDepth(depth: number): void {
    if (depth > this.#limits.depth) throw new ProtocolViolation('nested too deeply');
  }
}

function separator(bytes: Buffer, at: number): number {
  if (bytes[at] !== COMMA) throw unexpected(bytes, at);
  return skipSpace(bytes, at + 1);
}

/** `start` is after the opening quote. */
function string(bytes: Buffer, start: number): number {
  const { length } = bytes;
  let at = start;
  while (at < length) {
    const byte = bytes[at] ?? END;
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH) at = escape(bytes, at + 1);
    else if (byte >= 0x20) at += 1;
    else break;
  }
  throw unexpected(bytes, at);
}

/** Checks the escape whose letter is at `at`; gives the place after it. */
function escape(bytes: Buffer, at: number): number {
  const letter = byteAt(bytes, at);
  if (letter === LOWER_U && /^[0-9a-f]{4}$/i.test(bytes.toString('latin1', at + 1, at + 5))) {
    return at + 5;
  }
  if (SIMPLE_ESCAPES.has(letter)) return at + 1;
  throw unexpected(bytes, at);
}

function number(bytes: Buffer, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  at = bytes[at] === ZERO ? at + 1 : digits(bytes, at);
  if (bytes[at] === DOT) at = digits(bytes, at + 1);
  // 0x20 folds the case of the exponent's letter.
  if (((bytes[at] ?? 0) | 0x20) === 0x65) {
    const isSigned = bytes[at + 1] === MINUS || bytes[at + 1] === 0x2b;
    at = digits(bytes, isSigned ? at + 2 : at + 1);
  }
  return at;
}

/** At least one digit. */
function digits(bytes: Buffer, start: number): number {
  let at = start;
  while (isDigit(byteAt(bytes, at))) at += 1;
  if (at === start) throw unexpected(bytes, at);
  return at;
}

function literal(bytes: Buffer, start: number): number {
  const word = LITERALS.get(byteAt(bytes, start));
  if (word === undefined) throw unexpected(bytes, start);
  const end = start + word.length;
  if (word.compare(bytes, start, Math.min(end, bytes.length)) !== 0) throw unexpected(bytes, start);
  return end;
}

/** The place of the first byte from `start` on that is no white space of JSON. */
export function skipSpace(bytes: Buffer, start: number): number {
  let at = start;
  for (;;) {
    const byte = byteAt(bytes, at);
    // Most bytes are none, and greater than all four.
    if (byte > 0x20) return at;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return at;
    at += 1;
  }
}

const byteAt = (bytes: Buffer, at: number): number => bytes[at] ?? END;

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;

const unexpected = (bytes: Buffer, at: number): ProtocolViolation =>
  new ProtocolViolation(
    at < bytes.length
      ? `not JSON: unexpected byte at offset ${at}`
      : 'not JSON: the message ends too early',
  );
