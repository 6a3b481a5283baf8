/** Delays between tries: each is drawn from the whole range up to a ceiling that doubles ("full jitter"), so that pages which lost the router together do not come back together. */
export class BackOff {
  #firstMs;
  #capMs;
  #random;
  #tries = 0;

  /**
   * @param {number} firstMs Ceiling of the first delay.
   * @param {number} capMs Ceiling of every delay.
   * @param {() => number} random From 0 inclusive to 1 exclusive.
   */
  constructor(firstMs, capMs, random = Math.random) {
    this.#firstMs = firstMs;
    this.#capMs = capMs;
    this.#random = random;
  }

  /** The next delay in milliseconds. */
  next() {
    const ceilingMs = Math.min(this.#capMs, this.#firstMs * 2 ** this.#tries);
    // Past the cap counting on would only make the power overflow.
    if (ceilingMs < this.#capMs) this.#tries += 1;
    return this.#random() * ceilingMs;
  }

  /** It worked: the next delay is a short one again. */
  reset() {
    this.#tries = 0;
  }
}
