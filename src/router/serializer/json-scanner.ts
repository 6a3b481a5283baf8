import { isUtf8 } from 'node:buffer';
import { ProtocolViolation } from '../protocol/errors.js';
import type { Scanner } from './message-decoder.js';
import { skipPlain, STANDS_FOR_ITSELF } from './plain-run.js';
import type { SerializerLimits } from './serializer.js';

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const ONE = 0x31;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_E = 0x65;
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
const LAST_ASCII = 0x7f;
/** Strings up to this length are gone through byte by byte. */
const SHORT = 48;
/** By byte: 1 for what follows the digits of a number that is no integer. */
const CONTINUES_NUMBER = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte === DOT || (byte | 0x20) === LOWER_E),
);
const SIMPLE_ESCAPES = new Set(Buffer.from('"\\/bfnrt'));

/** What ends a list or dict stands two behind what begins it, in ASCII. */
const closerOf = (opener: number): number => opener + 2;

/**
 * Finds the elements of a JSON list without building a value, and checks all of it: grammar (RFC 8259), UTF-8, depth and keys.
 * What it has passed, `JSON.parse` accepts too, so the bytes of an element can be sent on as they are.
 *
 * Every byte that is routed passes here. So one loop goes from value to value, with a stack of what is open, and what is rare (white space,
 * escapes, fractions, literals, errors) stands in functions of its own: the loop must stay small enough to be compiled as one. Each
 * reader takes the place where its part begins and gives the place after it: kept in a field, it would be stored to memory at every byte.
 */
export class JsonScanner implements Scanner {
  readonly #limits: SerializerLimits;
  readonly #starts = new Uint32Array(PLACES);
  readonly #ends = new Uint32Array(PLACES);
  /** By depth: what ends the list or dict that is open there, and how many keys it has had. */
  readonly #closers: Uint8Array;
  readonly #keys: Uint32Array;
  /** Whether the message has been found to be UTF-8: most are ASCII, which needs no such question. */
  #isUtf8 = false;

  constructor(limits: SerializerLimits) {
    this.#limits = limits;
    this.#closers = new Uint8Array(limits.depth + 1);
    this.#keys = new Uint32Array(limits.depth + 1);
  }

  /** Takes in `bytes`, which must be one JSON list, and gives the number of its elements. Throws ProtocolViolation. */
  scan(bytes: Buffer): number {
    this.#isUtf8 = false;
    const start = skipSpace(bytes, 0);
    if (byteAt(bytes, start) !== OPEN_LIST) throw new ProtocolViolation('a message is a list');
    const first = skipSpace(bytes, start + 1);
    if (byteAt(bytes, first) !== CLOSE_LIST) return this.#elements(bytes, first);
    checkEnd(bytes, first + 1);
    return 0;
  }

  /** Where element `index` of the list begins; known of the first seven, as no message of WAMP has more. */
  startOf(index: number): number {
    return this.#starts[index] ?? 0;
  }

  /** Where element `index` ends, exclusive. */
  endOf(index: number): number {
    return this.#ends[index] ?? 0;
  }

  /** Goes through the outermost list, from its first element to the end of the bytes; gives the number of its elements. */
  // eslint-disable-next-line complexity -- one loop on purpose, see above
  #elements(bytes: Buffer, first: number): number {
    const { length } = bytes;
    let at = first;
    let count = 0;
    let depth = 1;
    let closer = this.#open(OPEN_LIST, depth);
    for (;;) {
      if (at < length && (bytes[at] ?? END) <= SPACE) at = skipSpace(bytes, at);
      // Beyond their length, typed arrays ignore what is written.
      if (depth === 1) this.#starts[count] = at;
      const byte = at < length ? (bytes[at] ?? END) : END;
      if (byte === QUOTE) {
        at = this.#string(bytes, at + 1, length);
      } else if (byte >= ONE && byte <= NINE) {
        at = integer(bytes, at, length);
      } else if (byte === OPEN_DICT || byte === OPEN_LIST) {
        depth += 1;
        closer = this.#open(byte, depth);
        at = skipSpace(bytes, at + 1);
        if (byteAt(bytes, at) !== closer) {
          if (closer === CLOSE_DICT) at = this.#key(bytes, at, depth);
          continue;
        }
      } else {
        at = byte === MINUS || byte === ZERO ? number(bytes, at) : literal(bytes, at);
      }
      // Behind a value: the ends of what it ends, then a comma.
      for (;;) {
        if (depth === 1) this.#ends[count++] = at;
        if (at < length && (bytes[at] ?? END) <= SPACE) at = skipSpace(bytes, at);
        if (at >= length || bytes[at] !== closer) break;
        at += 1;
        depth -= 1;
        if (depth === 0) {
          checkEnd(bytes, at);
          return count;
        }
        closer = this.#closers[depth] ?? END;
      }
      if (at >= length || bytes[at] !== COMMA) fail(bytes, at);
      at += 1;
      if (closer === CLOSE_DICT) at = this.#key(bytes, at, depth);
    }
  }

  /** Notes a list or dict that begins with `opener`; gives what it ends with. */
  #open(opener: number, depth: number): number {
    if (depth > this.#limits.depth) throw new ProtocolViolation('nested too deeply');
    const closer = closerOf(opener);
    this.#closers[depth] = closer;
    this.#keys[depth] = 0;
    return closer;
  }

  /** A key and its colon. */
  #key(bytes: Buffer, start: number, depth: number): number {
    const keys = (this.#keys[depth] ?? 0) + 1;
    if (keys > this.#limits.keys) throw new ProtocolViolation('too many keys in one dict');
    this.#keys[depth] = keys;
    const { length } = bytes;
    let at = start < length && bytes[start] === QUOTE ? start : skipSpace(bytes, start);
    if (at >= length || bytes[at] !== QUOTE) fail(bytes, at);
    at = this.#string(bytes, at + 1, length);
    if (at < length && bytes[at] === COLON) return at + 1;
    at = skipSpace(bytes, at);
    if (byteAt(bytes, at) !== COLON) fail(bytes, at);
    return at + 1;
  }

  /** `start` is after the opening quote. */
  #string(bytes: Buffer, start: number, length: number): number {
    const near = Math.min(length, start + SHORT);
    let at = start;
    while (at < near && STANDS_FOR_ITSELF[bytes[at] ?? END] === 1) at += 1;
    if (at === near) at = skipPlain(bytes, at);
    return at < length && bytes[at] === QUOTE ? at + 1 : this.#unusualString(bytes, at);
  }

  /** `start` is at a byte that may not stand in a string as it is, or is none of ASCII. */
  #unusualString(bytes: Buffer, start: number): number {
    let at = start;
    for (;;) {
      const byte = byteAt(bytes, at);
      if (byte === QUOTE) return at + 1;
      if (byte === BACKSLASH) {
        at = escape(bytes, at + 1);
      } else if (byte > LAST_ASCII) {
        this.#requireUtf8(bytes);
        do at += 1;
        while (byteAt(bytes, at) > LAST_ASCII);
      } else if (STANDS_FOR_ITSELF[byte] === 1) {
        do at += 1;
        while (STANDS_FOR_ITSELF[byteAt(bytes, at)] === 1);
      } else {
        fail(bytes, at);
      }
    }
  }

  /** Throws ProtocolViolation when the message, of which it is asked once, is none. Outside of strings JSON is ASCII anyway. */
  #requireUtf8(bytes: Buffer): void {
    if (this.#isUtf8) return;
    if (!isUtf8(bytes)) throw new ProtocolViolation('the message is not valid UTF-8');
    this.#isUtf8 = true;
  }
}

/** A number that does not begin with a zero or sign: most are integers. */
function integer(bytes: Buffer, start: number, length: number): number {
  let at = start + 1;
  while (at < length && isDigit(bytes[at] ?? END)) at += 1;
  return at < length && CONTINUES_NUMBER[bytes[at] ?? END] === 1 ? number(bytes, start) : at;
}

/** Checks the escape whose letter is at `at`; gives the place after it. */
function escape(bytes: Buffer, at: number): number {
  const letter = byteAt(bytes, at);
  if (letter === LOWER_U && /^[0-9a-f]{4}$/i.test(bytes.toString('latin1', at + 1, at + 5))) {
    return at + 5;
  }
  if (SIMPLE_ESCAPES.has(letter)) return at + 1;
  fail(bytes, at);
}

function number(bytes: Buffer, start: number): number {
  let at = byteAt(bytes, start) === MINUS ? start + 1 : start;
  at = byteAt(bytes, at) === ZERO ? at + 1 : digits(bytes, at);
  if (byteAt(bytes, at) === DOT) at = digits(bytes, at + 1);
  // 0x20 folds the case of the exponent's letter.
  if ((byteAt(bytes, at) | 0x20) === LOWER_E) {
    const sign = byteAt(bytes, at + 1);
    at = digits(bytes, sign === MINUS || sign === PLUS ? at + 2 : at + 1);
  }
  return at;
}

/** At least one digit. */
function digits(bytes: Buffer, start: number): number {
  let at = start;
  while (isDigit(byteAt(bytes, at))) at += 1;
  if (at === start) fail(bytes, at);
  return at;
}

function literal(bytes: Buffer, start: number): number {
  const word = LITERALS.get(byteAt(bytes, start));
  if (word === undefined) fail(bytes, start);
  const end = start + word.length;
  if (word.compare(bytes, start, Math.min(end, bytes.length)) !== 0) fail(bytes, start);
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

/** Asks for the length first: where a read was ever out of bounds, all are slow. */
const byteAt = (bytes: Buffer, at: number): number =>
  at < bytes.length ? (bytes[at] ?? END) : END;

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;

/** Nothing but white space may follow. */
function checkEnd(bytes: Buffer, start: number): void {
  const end = skipSpace(bytes, start);
  if (end !== bytes.length) fail(bytes, end);
}

function fail(bytes: Buffer, at: number): never {
  throw new ProtocolViolation(
    at < bytes.length
      ? `not JSON: unexpected byte at offset ${at}`
      : 'not JSON: the message ends too early',
  );
}
