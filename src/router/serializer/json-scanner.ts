import { isUtf8 } from 'node:buffer';
import { ProtocolViolation } from '../protocol/errors.js';
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

const LITERALS = new Map([
  [0x74, Buffer.from('true')],
  [0x66, Buffer.from('false')],
  [0x6e, Buffer.from('null')],
]);
const SIMPLE_ESCAPES = new Set(Buffer.from('"\\/bfnrt'));

/**
 * Finds the elements of a JSON list without building a value, and checks all of it: grammar (RFC 8259), UTF-8, depth and keys.
 * What it has passed, `JSON.parse` accepts too, so the bytes of an element can be sent on as they are.
 */
export class JsonScanner {
  readonly #limits: SerializerLimits;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #depth = 0;
  #starts: number[] = [];
  #ends: number[] = [];

  constructor(limits: SerializerLimits) {
    this.#limits = limits;
  }

  /** Takes in `bytes`, which must be one JSON list, and gives the number of its elements. Throws ProtocolViolation. */
  scan(bytes: Buffer): number {
    if (!isUtf8(bytes)) throw new ProtocolViolation('the message is not valid UTF-8');
    this.#bytes = bytes;
    this.#at = 0;
    this.#depth = 0;
    this.#starts = [];
    this.#ends = [];
    this.#skipSpace();
    if (bytes[this.#at] !== OPEN_LIST) throw new ProtocolViolation('a message is a list');
    this.#list(true);
    this.#skipSpace();
    if (this.#at !== bytes.length) throw this.#unexpected();
    return this.#starts.length;
  }

  /** Where element `index` of the list begins. */
  startOf(index: number): number {
    return this.#starts[index] ?? 0;
  }

  /** Where element `index` ends, exclusive. */
  endOf(index: number): number {
    return this.#ends[index] ?? 0;
  }

  #value(): void {
    const byte = this.#bytes[this.#at];
    if (byte === QUOTE) this.#string();
    else if (byte === OPEN_DICT) this.#dict();
    else if (byte === OPEN_LIST) this.#list(false);
    else if (byte === MINUS || isDigit(byte)) this.#number();
    else this.#literal(byte);
  }

  #list(isOutermost: boolean): void {
    this.#descend();
    if (this.#bytes[this.#at] === CLOSE_LIST) {
      this.#ascend();
      return;
    }
    for (;;) {
      if (isOutermost) this.#starts.push(this.#at);
      this.#value();
      if (isOutermost) this.#ends.push(this.#at);
      this.#skipSpace();
      if (this.#bytes[this.#at] === CLOSE_LIST) break;
      this.#separator();
    }
    this.#ascend();
  }

  #dict(): void {
    this.#descend();
    if (this.#bytes[this.#at] === CLOSE_DICT) {
      this.#ascend();
      return;
    }
    for (let keys = 1; ; keys += 1) {
      if (keys > this.#limits.keys) throw new ProtocolViolation('too many keys in one dict');
      if (this.#bytes[this.#at] !== QUOTE) throw this.#unexpected();
      this.#string();
      this.#skipSpace();
      if (this.#bytes[this.#at] !== COLON) throw this.#unexpected();
      this.#at += 1;
      this.#skipSpace();
      this.#value();
      this.#skipSpace();
      if (this.#bytes[this.#at] === CLOSE_DICT) break;
      this.#separator();
    }
    this.#ascend();
  }

  #descend(): void {
    this.#depth += 1;
    if (this.#depth > this.#limits.depth) throw new ProtocolViolation('nested too deeply');
    this.#at += 1;
    this.#skipSpace();
  }

  #ascend(): void {
    this.#depth -= 1;
    this.#at += 1;
  }

  #separator(): void {
    if (this.#bytes[this.#at] !== COMMA) throw this.#unexpected();
    this.#at += 1;
    this.#skipSpace();
  }

  #string(): void {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    for (;;) {
      const byte = bytes[at];
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) at = this.#escape(at + 1);
      else if (byte !== undefined && byte >= 0x20) at += 1;
      else {
        this.#at = at;
        throw this.#unexpected();
      }
    }
    this.#at = at + 1;
  }

  /** Checks the escape whose letter is at `at`; gives the place after it. */
  #escape(at: number): number {
    const letter = this.#bytes[at];
    if (
      letter === LOWER_U &&
      /^[0-9a-f]{4}$/i.test(this.#bytes.toString('latin1', at + 1, at + 5))
    ) {
      return at + 5;
    }
    if (letter !== undefined && SIMPLE_ESCAPES.has(letter)) return at + 1;
    this.#at = at;
    throw this.#unexpected();
  }

  #number(): void {
    const bytes = this.#bytes;
    if (bytes[this.#at] === MINUS) this.#at += 1;
    if (bytes[this.#at] === ZERO) this.#at += 1;
    else this.#digits();
    if (bytes[this.#at] === DOT) {
      this.#at += 1;
      this.#digits();
    }
    // 0x20 folds the case of the exponent's letter.
    if (((bytes[this.#at] ?? 0) | 0x20) === 0x65) {
      this.#at += 1;
      if (bytes[this.#at] === MINUS || bytes[this.#at] === 0x2b) this.#at += 1;
      this.#digits();
    }
  }

  /** At least one digit. */
  #digits(): void {
    if (!isDigit(this.#bytes[this.#at])) throw this.#unexpected();
    do this.#at += 1;
    while (isDigit(this.#bytes[this.#at]));
  }

  #literal(first: number | undefined): void {
    const literal = first === undefined ? undefined : LITERALS.get(first);
    if (literal === undefined) throw this.#unexpected();
    const end = this.#at + literal.length;
    if (literal.compare(this.#bytes, this.#at, Math.min(end, this.#bytes.length)) !== 0) {
      throw this.#unexpected();
    }
    this.#at = end;
  }

  #skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return;
      this.#at += 1;
    }
  }

  #unexpected(): ProtocolViolation {
    return new ProtocolViolation(
      this.#at < this.#bytes.length
        ? `not JSON: unexpected byte at offset ${this.#at}`
        : 'not JSON: the message ends too early',
    );
  }
}

const isDigit = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= ZERO && byte <= NINE;
