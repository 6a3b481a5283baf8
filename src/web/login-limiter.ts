import { createHash } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { networkOf } from '../auth/users/network.js';

/** How many wrong passwords are borne, and what follows. */
export interface LoginLimits {
  /** Wrong passwords for one user from one address within the window before the two are locked. */
  readonly perUser: number;
  /** Wrong passwords from one address, whoever's, within the window before it is locked. */
  readonly perIp: number;
  /** Milliseconds for which a wrong password counts, from the first one on. */
  readonly windowMs: number;
  /** Milliseconds that the first lock lasts; each further one within a day lasts twice as long. */
  readonly lockMs: number;
  /** Milliseconds that a lock lasts at most. */
  readonly maxLockMs: number;
  /** Addresses, and pairs of user and address, remembered at once; beyond that the oldest are forgotten. */
  readonly maxTracked: number;
}

/** What holds unless {@link LoginLimits} say otherwise: a person's typing errors pass, a guessing program does not. */
export const defaultLoginLimits: LoginLimits = {
  perUser: 10,
  perIp: 20,
  windowMs: 300_000,
  lockMs: 60_000,
  maxLockMs: 3_600_000,
  maxTracked: 10_000,
};

/** Too many wrong passwords, or too many checks at once: come back after `retryAfterMs`. */
export class TooManyLogins extends Error {
  override readonly name = 'TooManyLogins';
  readonly code = 'ERR_TOO_MANY_LOGINS';
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super('too many log-ins failed');
    this.retryAfterMs = retryAfterMs;
  }
}

/** An admitted log-in. Exactly one of the two is called, once. */
export interface LoginAttempt {
  /** The password was checked. */
  readonly settle: (isRight: boolean) => Promise<void>;
  /** It could not be checked: counts for nothing. */
  readonly cancel: () => void;
}

/**
 * Slows the guessing of passwords down, per address and per user and address, so that an attack on a user does not lock out
 * the user elsewhere. Checks that still run count as wrong until they are done: guessing in parallel gains nothing.
 */
export class LoginLimiter {
  readonly #addresses: FailureCounter;
  readonly #pairs: FailureCounter;

  constructor(limits: Partial<LoginLimits> = {}) {
    const all = { ...defaultLoginLimits, ...limits };
    this.#addresses = new FailureCounter(all.perIp, all);
    this.#pairs = new FailureCounter(all.perUser, all);
  }

  /**
   * Milliseconds after which to come back for whoever would be refused now, whatever the name; undefined if that is to be found out. At once,
   * so that a flood can be turned away before it costs anything.
   */
  refusesFor(address: string): number | undefined {
    return this.#addresses.refusesFor(networkOf(address));
  }

  /** Admits a log-in as `username` from `address`, or rejects with {@link TooManyLogins}. */
  async begin(username: string, address: string): Promise<LoginAttempt> {
    const network = networkOf(address);
    const pair = `${network} ${createHash('sha256').update(username).digest('base64url')}`;
    await this.#addresses.begin(network);
    try {
      await this.#pairs.begin(pair);
    } catch (refusal) {
      this.#addresses.release(network);
      throw refusal;
    }
    return {
      settle: async (isRight) => {
        // A good password clears the pair only: else an attacker's own account would clear the address.
        await (isRight ? this.#pairs.forget(pair) : this.#pairs.fail(pair));
        if (!isRight) await this.#addresses.fail(network);
        this.#release(network, pair);
      },
      cancel: () => {
        this.#release(network, pair);
      },
    };
  }

  #release(network: string, pair: string): void {
    this.#addresses.release(network);
    this.#pairs.release(pair);
  }
}

/** How long the memory of earlier locks lasts. */
const lockMemorySeconds = 86_400;

/** Milliseconds after which to come back when only the checks that still run are in the way. */
const busyRetryMs = 1000;

/** Wrong passwords per key, with locks that double. */
class FailureCounter {
  readonly #points: number;
  readonly #limits: LoginLimits;
  readonly #failures: RateLimiterMemory;
  readonly #locks: RateLimiterMemory;
  /** Checks that still run, per key; bounded by the requests in flight. */
  readonly #running = new Map<string, number>();
  /** Keys with failures, the one that failed last at the end. */
  readonly #tracked = new Set<string>();
  /** Keys that were refused for their failures, and until when (ms since the epoch). */
  readonly #refusedUntil = new Map<string, number>();

  constructor(points: number, limits: LoginLimits) {
    this.#points = points;
    this.#limits = limits;
    this.#failures = new RateLimiterMemory({ points, duration: limits.windowMs / 1000 });
    this.#locks = new RateLimiterMemory({ points: 1, duration: lockMemorySeconds });
  }

  refusesFor(key: string): number | undefined {
    const remaining = (this.#refusedUntil.get(key) ?? 0) - Date.now();
    if (remaining > 0) return remaining;
    this.#refusedUntil.delete(key);
    return (this.#running.get(key) ?? 0) >= this.#points ? busyRetryMs : undefined;
  }

  async begin(key: string): Promise<void> {
    const running = (this.#running.get(key) ?? 0) + 1;
    this.#running.set(key, running);
    // Asked in the same turn in which the reservation was made, so that the two add up.
    const record = await this.#failures.get(key);
    const failed = record?.consumedPoints ?? 0;
    if (failed + running <= this.#points) return;
    this.release(key);
    if (failed < this.#points) throw new TooManyLogins(busyRetryMs);
    const retryAfterMs = Math.max(record?.msBeforeNext ?? 0, 1);
    this.#refuse(key, retryAfterMs);
    throw new TooManyLogins(retryAfterMs);
  }

  /** Remembers a refusal; the oldest gives way, which costs no more than to find it out anew. */
  #refuse(key: string, forMs: number): void {
    this.#refusedUntil.delete(key);
    this.#refusedUntil.set(key, Date.now() + forMs);
    const [oldest] = this.#refusedUntil.keys();
    if (this.#refusedUntil.size > this.#limits.maxTracked && oldest !== undefined) {
      this.#refusedUntil.delete(oldest);
    }
  }

  release(key: string): void {
    const running = this.#running.get(key) ?? 0;
    if (running > 1) this.#running.set(key, running - 1);
    else this.#running.delete(key);
  }

  async fail(key: string): Promise<void> {
    await this.#track(key);
    const { consumedPoints } = await this.#failures.penalty(key);
    if (consumedPoints !== this.#points) return;
    const { consumedPoints: locks } = await this.#locks.penalty(key);
    const lockMs = Math.min(this.#limits.lockMs * 2 ** (locks - 1), this.#limits.maxLockMs);
    await this.#failures.block(key, lockMs / 1000);
  }

  async forget(key: string): Promise<void> {
    this.#tracked.delete(key);
    this.#refusedUntil.delete(key);
    await Promise.all([this.#failures.delete(key), this.#locks.delete(key)]);
  }

  async #track(key: string): Promise<void> {
    this.#tracked.delete(key);
    this.#tracked.add(key);
    const [oldest] = this.#tracked;
    if (this.#tracked.size > this.#limits.maxTracked && oldest !== undefined) {
      await this.forget(oldest);
    }
  }
}
