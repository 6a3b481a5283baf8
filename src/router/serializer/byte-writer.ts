const FIRST_SIZE = 1024;
/** A buffer that has grown beyond it is not kept for the next use. */
const LARGEST_KEPT = 64 * 1024;
/** Up to this length a loop is quicker than a native call. */
const SHORT_TEXT = 48;
const LAST_ASCII = 0x7f;

/** A buffer that grows as it is written to, for the binary formats. Numbers are written in network order. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #length = 0;

  /** Bytes that have been written. */
  get length(): number {
    return this.#length;
  }

  /** Begins anew. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > LARGEST_KEPT) this.#bytes = Buffer.allocUnsafe(FIRST_SIZE);
  }

  /** A copy of what has been written. */
  toBuffer(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  /** Copies what has been written into `target`, from `at` on. */
  copyTo(target: Buffer, at: number): void {
    const bytes = this.#bytes;
    const length = this.#length;
    if (length > SHORT_TEXT) {
      bytes.copy(target, at, 0, length);
      return;
    }
    for (let index = 0; index < length; index += 1) target[at + index] = bytes[index] ?? 0;
  }

  /** Writes one byte. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  /** Writes a byte, and an unsigned integer of one byte after it. */
  uint8(prefix: number, value: number): void {
    this.#reserve(2);
    this.#bytes[this.#length] = prefix;
    this.#bytes[this.#length + 1] = value;
    this.#length += 2;
  }

  /** Writes a byte, and an integer of two bytes after it; of a negative one its two's complement. */
  uint16(prefix: number, value: number): void {
    this.byte(prefix);
    this.uint8(value >>> 8, value);
  }

  /** Writes a byte, and an integer of four bytes after it; of a negative one its two's complement. */
  uint32(prefix: number, value: number): void {
    this.uint16(prefix, value >>> 16);
    this.uint8(value >>> 8, value);
  }

  /** Writes a byte, and an integer of eight bytes after it, exact up to 2^53; of a negative one its two's complement. */
  uint64(prefix: number, value: number): void {
    this.uint32(prefix, Math.floor(value / 2 ** 32));
    this.uint16(value >>> 24, value >>> 8);
    this.byte(value);
  }

  /** Writes a byte, and the lower 64 bits of `value` after it. */
  bigUint64(prefix: number, value: bigint): void {
    this.byte(prefix);
    this.#reserve(8);
    this.#length = this.#bytes.writeBigUInt64BE(BigInt.asUintN(64, value), this.#length);
  }

  /** Writes a byte, and a number of double precision after it. */
  float64(prefix: number, value: number): void {
    this.byte(prefix);
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleBE(value, this.#length);
  }

  /** Writes bytes as they are. */
  bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /**
   * Writes a text in UTF-8 behind its header, for which it calls `header` with the number of bytes. A lone surrogate, which has no
   * place in UTF-8, becomes U+FFFD.
   */
  text(value: string, header: (out: ByteWriter, length: number) => void): void {
    const start = this.#length;
    if (value.length <= SHORT_TEXT) {
      header(this, value.length);
      if (this.#ascii(value)) return;
      this.#length = start;
    }
    const length = Buffer.byteLength(value);
    header(this, length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
  }

  #ascii(value: string): boolean {
    this.#reserve(value.length);
    const bytes = this.#bytes;
    const start = this.#length;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      if (code > LAST_ASCII) return false;
      bytes[start + index] = code;
    }
    this.#length = start + value.length;
    return true;
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
