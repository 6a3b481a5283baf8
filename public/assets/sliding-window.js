/** Fewer missing seconds in a row than this are late timers, not a gap in the line. */
const shortestGapSeconds = 4;

/** The last seconds of a few values, one value a second. Its memory is fixed when it is made. */
export class SlidingWindow {
  #seconds;
  /** Unix second that each slot holds. @type {Float64Array} */
  #times;
  /** @type {Float64Array[]} */
  #values;
  /** What data() hands out, refilled by each call. @type {(number | null | undefined)[][]} */
  #columns;

  /**
   * @param {number} seconds The window's length.
   * @param {number} width How many values belong to one second.
   */
  constructor(seconds, width) {
    this.#seconds = seconds;
    this.#times = new Float64Array(seconds).fill(-1);
    this.#values = Array.from({ length: width }, () => new Float64Array(seconds));
    this.#columns = Array.from({ length: width + 1 }, () => new Array(seconds).fill(null));
  }

  /**
   * Keeps the values of a second; the last of one second wins.
   * @param {number} atMs Unix time in milliseconds.
   * @param {readonly number[]} values
   */
  put(atMs, values) {
    const slot = this.#slot(atMs);
    for (const [index, column] of this.#values.entries()) column[slot] = values[index] ?? 0;
  }

  /**
   * Adds to the first value of a second.
   * @param {number} atMs Unix time in milliseconds.
   * @param {number} amount
   */
  add(atMs, amount) {
    const slot = this.#slot(atMs);
    const [column] = this.#values;
    if (column) column[slot] += amount;
  }

  /**
   * Columns for a plot: Unix seconds, then each value; null where the line has a gap, undefined where it goes on across a missing
   * second. The arrays are the same in each call.
   * @param {number} nowMs Unix time in milliseconds: the window's last second is the one that holds it.
   * @returns {(number | null | undefined)[][]}
   */
  data(nowMs) {
    const last = Math.floor(nowMs / 1000);
    // There is nothing to go on from at the window's left edge.
    let missing = shortestGapSeconds;
    for (let index = 0; index < this.#seconds; index += 1) {
      const time = last - this.#seconds + 1 + index;
      const slot = time % this.#seconds;
      const isKept = this.#times[slot] === time;
      this.#fill(index, time, isKept ? slot : -1);
      if (isKept && missing > 0 && missing < shortestGapSeconds) this.#bridge(index, missing);
      missing = isKept ? 0 : missing + 1;
    }
    return this.#columns;
  }

  /** @param {number} atMs */
  #slot(atMs) {
    const time = Math.floor(atMs / 1000);
    const slot = time % this.#seconds;
    if (this.#times[slot] !== time) {
      this.#times[slot] = time;
      for (const column of this.#values) column[slot] = 0;
    }
    return slot;
  }

  /**
   * @param {number} index
   * @param {number} time
   * @param {number} slot -1 when the second has no value.
   */
  #fill(index, time, slot) {
    for (const [place, column] of this.#columns.entries()) {
      const values = this.#values[place - 1];
      column[index] = values === undefined ? time : slot < 0 ? null : values[slot];
    }
  }

  /**
   * @param {number} end
   * @param {number} length
   */
  #bridge(end, length) {
    for (const column of this.#columns.slice(1)) column.fill(undefined, end - length, end);
  }
}
