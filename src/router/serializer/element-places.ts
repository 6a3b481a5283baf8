/** Elements whose places are kept: an ERROR has seven, nothing has more. */
const PLACES = 7;

/** Where the elements of a message's list begin and end. */
export class ElementPlaces {
  readonly #starts = new Uint32Array(PLACES);
  readonly #ends = new Uint32Array(PLACES);

  /** Beyond the seventh element nothing is kept. */
  set(index: number, start: number, end: number): void {
    // Beyond their length, typed arrays ignore what is written.
    this.#starts[index] = start;
    this.#ends[index] = end;
  }

  /** Where element `index` of the list begins; known of the first seven. */
  startOf(index: number): number {
    return this.#starts[index] ?? 0;
  }

  /** Where element `index` ends, exclusive. */
  endOf(index: number): number {
    return this.#ends[index] ?? 0;
  }
}
