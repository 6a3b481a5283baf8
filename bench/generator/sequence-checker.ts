/** What went wrong in a stream of numbered messages. */
export interface SequenceFaults {
  /** Numbers that were skipped and never came. */
  readonly lost: number;
  /** Numbers that came after a later one. */
  readonly reordered: number;
  /** Numbers that came more than once. */
  readonly duplicated: number;
  /** Numbers that no sender ever used: off the stride or before the first. */
  readonly foreign: number;
}

const MAX_MISSING = 10_000;

/** Checks that the numbers `first`, `first + stride`, … arrive each once and in order. */
export class SequenceChecker {
  readonly #first: number;
  readonly #stride: number;
  readonly #missing = new Set<number>();
  #next: number;
  #reordered = 0;
  #duplicated = 0;
  #foreign = 0;

  constructor(first: number, stride = 1) {
    this.#first = first;
    this.#stride = stride;
    this.#next = first;
  }

  /** The number that is to come next. */
  get next(): number {
    return this.#next;
  }

  /** Takes one number; true when it was the expected one. Throws RangeError when more than 10,000 are missing at once. */
  accept(sequence: number): boolean {
    if (sequence === this.#next) {
      this.#next += this.#stride;
      return true;
    }
    this.#misplaced(sequence);
    return false;
  }

  /** What is wrong so far; a number that has not come yet counts as lost once a later one has come. */
  faults(): SequenceFaults {
    return {
      lost: this.#missing.size,
      reordered: this.#reordered,
      duplicated: this.#duplicated,
      foreign: this.#foreign,
    };
  }

  #misplaced(sequence: number): void {
    if (sequence < this.#first || (sequence - this.#first) % this.#stride !== 0) {
      this.#foreign += 1;
    } else if (sequence > this.#next) {
      this.#skipTo(sequence);
    } else if (this.#missing.delete(sequence)) {
      this.#reordered += 1;
    } else {
      this.#duplicated += 1;
    }
  }

  #skipTo(sequence: number): void {
    const skipped = (sequence - this.#next) / this.#stride;
    if (this.#missing.size + skipped > MAX_MISSING) {
      throw new RangeError(`expected number ${this.#next}, got ${sequence}`);
    }
    for (; this.#next < sequence; this.#next += this.#stride) this.#missing.add(this.#next);
    this.#next += this.#stride;
  }
}
