import { exactInteger } from './exact-integer.js';
import { BINARY_MARK } from './json-writer.js';
import { setEntry } from './plain-dict.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const LOWER_F = 0x66;
const LOWER_N = 0x6e;
const LOWER_T = 0x74;
const OPEN_DICT = 0x7b;
const CLOSE_DICT = 0x7d;

/** What `JSON.parse` would lose may be in a text only where one of these is. */
const NEEDS_CARE = /\\u0000|\d{16}|\d[eE]\+?\d{3}/;
/** Doubles have 309 digits at most; more would only make it expensive to read them. */
const MOST_DIGITS = 309;

/**
 * Reads JSON that a {@link JsonScanner} has passed, for another format: strings of U+0000 and base64 as binary (WAMP 15.4), integers
 * beyond 2^53 as BigInts. A number that JavaScript can only take for infinite becomes null.
 */
export function readExactly(text: string): unknown {
  return NEEDS_CARE.test(text) ? new JsonReader(text).read() : (JSON.parse(text) as unknown);
}

class JsonReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    this.#skipSpace();
    switch (this.#text.charCodeAt(this.#at)) {
      case OPEN_LIST:
        return this.#list();
      case OPEN_DICT:
        return this.#dict();
      case QUOTE:
        return binaryOr(this.#string());
      case LOWER_T:
        this.#at += 4;
        return true;
      case LOWER_F:
        this.#at += 5;
        return false;
      case LOWER_N:
        this.#at += 4;
        return null;
      default:
        return this.#number();
    }
  }

  #list(): unknown[] {
    const list: unknown[] = [];
    this.#at += 1;
    while (!this.#closes(CLOSE_LIST)) list.push(this.read());
    return list;
  }

  #dict(): object {
    const dict: Record<string, unknown> = {};
    this.#at += 1;
    while (!this.#closes(CLOSE_DICT)) {
      const key = this.#string();
      this.#skipSpace();
      // The colon.
      this.#at += 1;
      setEntry(dict, key, this.read());
    }
    return dict;
  }

  /** Goes to the next entry, or past the end of the list or dict and says so. */
  #closes(bracket: number): boolean {
    this.#skipSpace();
    const code = this.#text.charCodeAt(this.#at);
    if (code === COMMA) {
      this.#at += 1;
      this.#skipSpace();
      return false;
    }
    if (code !== bracket) return false;
    this.#at += 1;
    return true;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let at = start + 1;
    let hasEscapes = false;
    for (let code = text.charCodeAt(at); code !== QUOTE; code = text.charCodeAt(at)) {
      if (code === BACKSLASH) hasEscapes = true;
      at += code === BACKSLASH ? 2 : 1;
    }
    this.#at = at + 1;
    return hasEscapes
      ? (JSON.parse(text.slice(start, this.#at)) as string)
      : text.slice(start + 1, at);
  }

  #number(): unknown {
    const start = this.#at;
    while (isOfNumber(this.#text.charCodeAt(this.#at))) this.#at += 1;
    const digits = this.#text.slice(start, this.#at);
    const value = Number(digits);
    if (!Number.isFinite(value)) return null;
    const isExact = Number.isSafeInteger(value) || digits.length > MOST_DIGITS + 1;
    return isExact || /[.eE]/.test(digits) ? value : exactInteger(BigInt(digits));
  }

  #skipSpace(): void {
    while (this.#text.charCodeAt(this.#at) <= 0x20) this.#at += 1;
  }
}

/** Whether a character may be part of a number: digits, signs, the point and the exponent's letter. */
const isOfNumber = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) ||
  code === 0x2b ||
  code === 0x2d ||
  code === 0x2e ||
  (code | 0x20) === 0x65;

/** The binary that a string stands for; the string itself where what follows U+0000 is not base64 as RFC 4648 wants it. */
function binaryOr(text: string): string | Uint8Array {
  if (!text.startsWith(BINARY_MARK)) return text;
  const base64 = text.slice(1);
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : text;
}
