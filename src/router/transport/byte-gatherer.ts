const NOTHING: Buffer = Buffer.alloc(0);

/** Gathers bytes that come in parts, in a buffer that grows with what has really come, not with what is announced. */
export class ByteGatherer {
  #bytes = NOTHING;
  #length = 0;

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** The first `length` of them are those that have come. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Takes those of `source` from `start` to before `end`; `expected`: so many are to come in all, if that is known. */
  add(source: Buffer, start: number, end: number, expected = Infinity): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) {
      const capacity = Math.min(expected, Math.max(length, 2 * this.#bytes.length));
      const grown = Buffer.allocUnsafe(capacity);
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    source.copy(this.#bytes, this.#length, start, end);
    this.#length = length;
  }

  /** Gives them away. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = NOTHING;
    this.#length = 0;
    return taken;
  }
}
