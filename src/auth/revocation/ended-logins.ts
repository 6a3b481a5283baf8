/** Bounds of {@link EndedLogins}. */
export interface EndedLoginsOptions {
  /** As long as a token may live after its log-in ended: the verifier's `maxTtlMs` plus its clock tolerance. */
  readonly keepMs: number;
  /** How many are remembered. Default 100,000. */
  readonly max?: number;
}

/**
 * Remembers which log-ins ended, for as long as tokens of them may be about. Bounded, and closed when the bound is met: whoever
 * holds a token of a log-in as old as one that had to be forgotten is refused and fetches a new token.
 */
export class EndedLogins {
  readonly #keepMs: number;
  readonly #max: number;
  /** login -> when it ended, in ms since the epoch, oldest first. */
  readonly #ended = new Map<string, number>();
  #forgottenUntil = -Infinity;

  /** Throws RangeError when nothing could be remembered. */
  constructor(options: EndedLoginsOptions) {
    const { keepMs, max = 100_000 } = options;
    if (!(keepMs > 0 && max >= 1)) throw new RangeError('keepMs and max must be positive');
    this.#keepMs = keepMs;
    this.#max = max;
  }

  /** How many are remembered now. */
  get size(): number {
    return this.#ended.size;
  }

  /** From now on tokens of `login` are refused. */
  end(login: string): void {
    const now = Date.now();
    this.#ended.delete(login);
    this.#ended.set(login, now);
    this.#sweep(now);
  }

  /** Whether a token of `login`, issued at `issuedAt` (Unix seconds), is to be refused. */
  isEnded(login: string, issuedAt: number): boolean {
    return this.#ended.has(login) || issuedAt * 1000 <= this.#forgottenUntil;
  }

  #sweep(now: number): void {
    for (const [login, endedAt] of this.#ended) {
      const isOver = endedAt + this.#keepMs < now;
      if (!isOver && this.#ended.size <= this.#max) return;
      this.#ended.delete(login);
      if (!isOver) this.#forgottenUntil = Math.max(this.#forgottenUntil, endedAt);
    }
  }
}
