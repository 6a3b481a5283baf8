/** Bounds of a {@link CheckQueue}. */
export interface CheckQueueOptions {
  /** Checks at a time. Default 2. */
  readonly concurrency?: number;
  /** Checks that wait. Default 100. */
  readonly queue?: number;
  /** Checks of one source that wait. Default a quarter of `queue`, and at least one. */
  readonly perSource?: number;
}

/** Too many password checks wait already, or the verifier is closed: come back later (HTTP 503). */
export class PasswordCheckOverload extends Error {
  override readonly name = 'PasswordCheckOverload';
  readonly code = 'ERR_PASSWORD_CHECK_OVERLOAD';
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Lets a few checks run at a time and a few more wait. Each source has a line of its own, and the lines are served by turns: whoever sends
 * many waits behind itself. When all places are taken, the last of the longest line gives way to a source that has none.
 */
export class CheckQueue {
  readonly #concurrency: number;
  readonly #limit: number;
  readonly #perSource: number;
  /** In the order of their turns; no line is empty. */
  readonly #lines = new Map<string | undefined, Waiter[]>();
  readonly #closers: (() => void)[] = [];
  #waiting = 0;
  #running = 0;
  #isClosed = false;

  constructor(options: CheckQueueOptions = {}) {
    this.#concurrency = options.concurrency ?? 2;
    this.#limit = options.queue ?? 100;
    this.#perSource = options.perSource ?? Math.max(Math.floor(this.#limit / 4), 1);
  }

  /**
   * Gives what `check` gives, once it had its turn. Rejects with {@link PasswordCheckOverload} when there is no place to wait, or no longer. Checks
   * without a source wait in one line that may be as long as the queue.
   */
  async run<T>(source: string | undefined, check: () => Promise<T>): Promise<T> {
    await this.#enter(source);
    try {
      return await check();
    } finally {
      this.#leave();
    }
  }

  /** Refuses what waits and what comes, and resolves when nothing runs any more. Idempotent. */
  close(): Promise<void> {
    this.#isClosed = true;
    const waiters = [...this.#lines.values()].flat();
    this.#lines.clear();
    this.#waiting = 0;
    for (const { reject } of waiters) reject(ended());
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#closers.push(resolve));
  }

  async #enter(source: string | undefined): Promise<void> {
    if (this.#isClosed) throw ended();
    if (this.#running < this.#concurrency) {
      this.#running += 1;
      return;
    }
    this.#makeRoom(source);
    await new Promise<void>((resolve, reject) => {
      const line = this.#lines.get(source) ?? [];
      this.#lines.set(source, line);
      line.push({ resolve, reject });
      this.#waiting += 1;
    });
  }

  #makeRoom(source: string | undefined): void {
    const own = this.#lines.get(source)?.length ?? 0;
    if (source !== undefined && own >= this.#perSource) throw overload();
    if (this.#waiting < this.#limit) return;
    const [longest, line] = this.#longestLine();
    if (line === undefined || line.length <= own + 1) throw overload();
    const last = line.pop();
    if (line.length === 0) this.#lines.delete(longest);
    this.#waiting -= 1;
    last?.reject(overload());
  }

  #longestLine(): readonly [string | undefined, Waiter[] | undefined] {
    let found: readonly [string | undefined, Waiter[] | undefined] = [undefined, undefined];
    for (const entry of this.#lines) {
      if (entry[1].length > (found[1]?.length ?? 0)) found = entry;
    }
    return found;
  }

  #leave(): void {
    const next = this.#next();
    // The place passes straight to who waits, so nobody who comes in between can take it.
    if (next !== undefined) {
      next.resolve();
      return;
    }
    this.#running -= 1;
    if (this.#running === 0) for (const resolve of this.#closers.splice(0)) resolve();
  }

  /** The first of the line whose turn it is; the line goes behind the others. */
  #next(): Waiter | undefined {
    for (const [source, line] of this.#lines) {
      const next = line.shift();
      this.#lines.delete(source);
      if (line.length > 0) this.#lines.set(source, line);
      if (next !== undefined) this.#waiting -= 1;
      return next;
    }
    return undefined;
  }
}

const overload = (): PasswordCheckOverload =>
  new PasswordCheckOverload('too many password checks wait');

const ended = (): PasswordCheckOverload => new PasswordCheckOverload('password checks have ended');
