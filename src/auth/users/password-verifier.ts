import { randomBytes } from 'node:crypto';
import { hash, hashSync, parseOptions, verify } from '@node-rs/argon2';

// argon2id by the library's default; 19 MiB, 2 passes, 1 lane: the first choice of OWASP's Password Storage Cheat Sheet.
const COST = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** Bounds of a {@link PasswordVerifier}. Each running check takes 19 MiB and a thread of libuv's pool. */
export interface PasswordVerifierOptions {
  /** Checks at a time. Default 2. */
  readonly concurrency?: number;
  /** Checks that wait. Default 100. */
  readonly queue?: number;
}

/** Too many password checks wait already, or the verifier is closed: come back later (HTTP 503). */
export class PasswordCheckOverload extends Error {
  override readonly name = 'PasswordCheckOverload';
  readonly code = 'ERR_PASSWORD_CHECK_OVERLOAD';
}

/** Hashes a password for the users file: argon2id, 19 MiB, t=2, p=1, off the event loop. */
export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/** Whether `text` is an argon2id hash that {@link PasswordVerifier} can check. */
export function isPasswordHash(text: string): boolean {
  try {
    parseOptions(text);
    return text.startsWith('$argon2id$');
  } catch {
    return false;
  }
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Checks passwords against argon2id hashes off the event loop, a few at a time. */
export class PasswordVerifier {
  readonly #concurrency: number;
  readonly #queueLimit: number;
  /** Checked in place of the hash that an unknown user does not have, so that both take the same time. */
  readonly #dummy = hashSync(randomBytes(32), COST);
  readonly #waiting: Waiter[] = [];
  readonly #closers: (() => void)[] = [];
  #running = 0;
  #isClosed = false;

  constructor(options: PasswordVerifierOptions = {}) {
    this.#concurrency = options.concurrency ?? 2;
    this.#queueLimit = options.queue ?? 100;
  }

  /**
   * Whether `passwordHash` is of `password`; undefined stands for no such user: false, at the same cost. Rejects with
   * {@link PasswordCheckOverload} when the queue is full or the verifier closed.
   */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    await this.#enter();
    try {
      const isRight = await verify(passwordHash ?? this.#dummy, password);
      return isRight && passwordHash !== undefined;
    } finally {
      this.#leave();
    }
  }

  /** Refuses what waits and what comes, and resolves when nothing runs any more. Idempotent. */
  close(): Promise<void> {
    this.#isClosed = true;
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new PasswordCheckOverload('password checks have ended'));
    }
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => this.#closers.push(resolve));
  }

  async #enter(): Promise<void> {
    if (this.#isClosed) throw new PasswordCheckOverload('password checks have ended');
    if (this.#running < this.#concurrency) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= this.#queueLimit) {
      throw new PasswordCheckOverload('too many password checks wait');
    }
    await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    // The place passes straight to who waits, so nobody who comes in between can take it.
    if (next !== undefined) {
      next.resolve();
      return;
    }
    this.#running -= 1;
    if (this.#running === 0) for (const resolve of this.#closers.splice(0)) resolve();
  }
}
