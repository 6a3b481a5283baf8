import { BIGNUM, NEGATIVE_BIGNUM } from './cbor-tags.js';
import { exactInteger } from './exact-integer.js';
import { setEntry } from './plain-dict.js';

const BREAK = 0xff;
const INDEFINITE = 31;

/**
 * Reads values from CBOR that a {@link CborScanner} has passed. Integers beyond 2^53 become BigInts, bignums among them, binary becomes
 * Uint8Arrays that share nothing with the message. What is undefined is left out of dicts, and null in lists, as in JSON. A date is the
 * text or number that it is written as.
 */
export class CborReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** The value that begins at `start`. */
  read(bytes: Buffer, start = 0): unknown {
    this.#bytes = bytes;
    this.#at = start;
    return this.#value() ?? null;
  }

  #value(): unknown {
    const byte = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    const info = byte & 0x1f;
    switch (byte >> 5) {
      case 0:
        return this.#integer(info);
      case 1:
        return negated(this.#integer(info));
      case 2:
        return Buffer.from(this.#string(info));
      case 3:
        return this.#text(info);
      case 4:
        return this.#list(info);
      case 5:
        return this.#dict(info);
      case 6:
        return this.#tagged(info);
      default:
        return this.#simple(info);
    }
  }

  #integer(info: number): number | bigint {
    if (info < 27) return this.#argument(info);
    const start = this.#at;
    const value = this.#argument(info);
    return Number.isSafeInteger(value) ? value : exactInteger(this.#bytes.readBigUInt64BE(start));
  }

  /** The argument of a head; of 64 bits it is rounded. */
  #argument(info: number): number {
    const start = this.#at;
    switch (info) {
      case 24:
        this.#at += 1;
        return this.#bytes[start] ?? 0;
      case 25:
        this.#at += 2;
        return this.#bytes.readUInt16BE(start);
      case 26:
        this.#at += 4;
        return this.#bytes.readUInt32BE(start);
      case 27:
        this.#at += 8;
        return this.#bytes.readUInt32BE(start) * 2 ** 32 + this.#bytes.readUInt32BE(start + 4);
      case INDEFINITE:
        return Infinity;
      default:
        return info;
    }
  }

  /** The bytes of a text or of binary, in the message itself where they stand together. */
  #string(info: number): Buffer {
    if (info === INDEFINITE) {
      const chunks: Buffer[] = [];
      while (!this.#isAtBreak()) chunks.push(this.#chunk());
      return Buffer.concat(chunks);
    }
    const length = this.#argument(info);
    const start = this.#at;
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }

  #chunk(): Buffer {
    const info = (this.#bytes[this.#at] ?? 0) & 0x1f;
    this.#at += 1;
    return this.#string(info);
  }

  #text(info: number): string {
    if (info === INDEFINITE) return this.#string(info).toString();
    const length = this.#argument(info);
    const start = this.#at;
    this.#at += length;
    return this.#bytes.toString('utf8', start, this.#at);
  }

  #list(info: number): unknown[] {
    const count = this.#argument(info);
    const list: unknown[] = [];
    while (list.length < count) {
      if (count === Infinity && this.#isAtBreak()) break;
      list.push(this.#value() ?? null);
    }
    return list;
  }

  #dict(info: number): object {
    const count = this.#argument(info);
    const dict: Record<string, unknown> = {};
    for (let index = 0; index < count; index += 1) {
      if (count === Infinity && this.#isAtBreak()) break;
      const key = String(this.#value());
      const value = this.#value();
      // Of two equal keys the last one counts, also where it says nothing.
      if (value === undefined) Reflect.deleteProperty(dict, key);
      else setEntry(dict, key, value);
    }
    return dict;
  }

  #tagged(info: number): unknown {
    const tag = this.#argument(info);
    const value = this.#value();
    if (!(value instanceof Uint8Array)) return value;
    if (tag === BIGNUM) return exactInteger(bigIntOf(value));
    return tag === NEGATIVE_BIGNUM ? exactInteger(-1n - bigIntOf(value)) : value;
  }

  #simple(info: number): unknown {
    const start = this.#at;
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 23:
        return undefined;
      case 25:
        this.#at += 2;
        return float16(this.#bytes.readUInt16BE(start));
      case 26:
        this.#at += 4;
        return this.#bytes.readFloatBE(start);
      case 27:
        this.#at += 8;
        return this.#bytes.readDoubleBE(start);
      default:
        return null;
    }
  }

  /** Goes past the end of an indefinite item, if it is here. */
  #isAtBreak(): boolean {
    if (this.#bytes[this.#at] !== BREAK) return false;
    this.#at += 1;
    return true;
  }
}

const negated = (value: number | bigint): number | bigint =>
  typeof value === 'bigint' || value === 2 ** 53 ? exactInteger(-1n - BigInt(value)) : -1 - value;

function bigIntOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

/** The number in the bits of a half precision float: 1 of sign, 5 of exponent, 10 of fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (0x400 + fraction) * 2 ** (exponent - 25);
}
