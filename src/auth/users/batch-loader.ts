import { setImmediate } from 'node:timers';

/** What {@link BatchLoader} needs. */
export interface BatchLoaderOptions<Value> {
  /** Gives the values of these keys; a key that it leaves out has none. */
  readonly load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;
  /** Loads at a time. */
  readonly parallel: number;
  /** Keys that wait. Default 10,000. */
  readonly queue?: number;
  /** What a key rejects with for which there is no place. */
  readonly overload: () => Error;
}

interface Waiter<Value> {
  readonly promise: Promise<Value | undefined>;
  readonly resolve: (value: Value | undefined) => void;
  readonly reject: (error: unknown) => void;
}

// One question may be this long; more keys than that are asked for in several.
const KEYS_A_LOAD = 500;

/** Asks for many keys at once: all that are wanted in one turn, and all that come while others are being loaded. */
export class BatchLoader<Value> {
  readonly #options: BatchLoaderOptions<Value>;
  /** Keys that nobody has asked for yet. */
  readonly #waiting = new Map<string, Waiter<Value>>();
  #running = 0;
  #isScheduled = false;

  constructor(options: BatchLoaderOptions<Value>) {
    this.#options = options;
  }

  /** The value of a key, asked for after this call; undefined if it has none. Rejects as `load` does. */
  load(key: string): Promise<Value | undefined> {
    const waiter = this.#waiting.get(key);
    if (waiter !== undefined) return waiter.promise;
    if (this.#waiting.size >= (this.#options.queue ?? 10_000)) {
      return Promise.reject(this.#options.overload());
    }
    const { promise, resolve, reject } = newWaiter<Value>();
    this.#waiting.set(key, { promise, resolve, reject });
    this.#schedule();
    return promise;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      while (this.#running < this.#options.parallel && this.#waiting.size > 0) void this.#next();
    });
  }

  async #next(): Promise<void> {
    this.#running += 1;
    const batch = [...this.#waiting].slice(0, KEYS_A_LOAD);
    for (const [key] of batch) this.#waiting.delete(key);
    try {
      const values = await this.#options.load(batch.map(([key]) => key));
      for (const [key, { resolve }] of batch) resolve(values.get(key));
    } catch (error) {
      for (const [, { reject }] of batch) reject(error);
    } finally {
      this.#running -= 1;
      if (this.#waiting.size > 0) this.#schedule();
    }
  }
}

function newWaiter<Value>(): Waiter<Value> {
  let resolve: Waiter<Value>['resolve'] = () => undefined;
  let reject: Waiter<Value>['reject'] = () => undefined;
  const promise = new Promise<Value | undefined>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}
