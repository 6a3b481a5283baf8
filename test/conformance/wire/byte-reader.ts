const SAFE = BigInt(Number.MAX_SAFE_INTEGER) + 1n;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads numbers, bytes and texts one after the other. Throws if there are not enough bytes. */
export class ByteReader {
  readonly bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** How many bytes were read. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether all was read. */
  get isAtEnd(): boolean {
    return this.#offset === this.bytes.length;
  }

  /** The next byte, which is not taken. */
  peek(): number {
    return this.bytes.readUInt8(this.#offset);
  }

  /** An unsigned integer of 1, 2, 4 or 8 bytes; a bigint beyond 2^53. */
  unsigned(width: number): number | bigint {
    const at = this.#take(width);
    return width === 8 ? narrow(this.bytes.readBigUInt64BE(at)) : this.bytes.readUIntBE(at, width);
  }

  /** A signed integer of 1, 2, 4 or 8 bytes; a bigint beyond 2^53 either way. */
  signed(width: number): number | bigint {
    const at = this.#take(width);
    return width === 8 ? narrow(this.bytes.readBigInt64BE(at)) : this.bytes.readIntBE(at, width);
  }

  /** The length of something: an unsigned integer that has to be small. */
  length(width: number): number {
    return Number(this.unsigned(width));
  }

  /** An IEEE 754 number of 4 or 8 bytes. */
  float(width: 4 | 8): number {
    const at = this.#take(width);
    return width === 4 ? this.bytes.readFloatBE(at) : this.bytes.readDoubleBE(at);
  }

  /** A copy of the next bytes. */
  take(length: number): Uint8Array {
    const at = this.#take(length);
    return new Uint8Array(this.bytes.subarray(at, at + length));
  }

  /** The next bytes as text, which has to be UTF-8. */
  text(length: number): string {
    return utf8.decode(this.take(length));
  }

  #take(length: number): number {
    const at = this.#offset;
    if (at + length > this.bytes.length) throw new RangeError('the bytes end too early');
    this.#offset += length;
    return at;
  }
}

/** An integer as number where numbers are exact. */
export const narrow = (value: bigint): number | bigint =>
  value <= SAFE && value >= -SAFE ? Number(value) : value;

/** A dictionary of these entries, or a Map if a key is no string. An entry `__proto__` is one like another. */
export function toDict(entries: readonly (readonly [unknown, unknown])[]): unknown {
  return entries.every(([key]) => typeof key === 'string')
    ? Object.fromEntries(entries.map(([key, value]) => [String(key), value]))
    : new Map(entries);
}
