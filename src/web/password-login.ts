import type { Logger } from '../router/index.js';
import type { Credentials } from './basic-credentials.js';
import { HttpProblem } from './http-problem.js';
import { TooManyLogins, type LoginAttempt, type LoginLimiter } from './login-limiter.js';

/** Somebody who may log in. */
export interface User {
  /** What tokens name. */
  readonly id: string;
  readonly username: string;
  readonly role: string;
}

/** Who exists and what proves it: what the web floor asks of a provider of users. */
export interface UserDirectory {
  /** The user of this name; undefined when there is none or it is disabled. */
  find(username: string): Promise<User | undefined>;
  /**
   * The user whose name and password these are, at the same cost whether or not it exists. Rejects with an error named
   * `PasswordCheckOverload` when too many checks wait already. `source` is the address that it comes from.
   */
  verifyPassword(username: string, password: string, source?: string): Promise<User | undefined>;
}

/** Seconds after which to come back when too many password checks wait. */
const overloadRetrySeconds = 1;

/** The one way by which a password is checked, for Basic authentication and for the form alike. */
export class PasswordLogin {
  readonly #users: UserDirectory;
  readonly #limiter: LoginLimiter;
  readonly #logger: Logger;

  constructor(users: UserDirectory, limiter: LoginLimiter, logger: Logger) {
    this.#users = users;
    this.#limiter = limiter;
    this.#logger = logger;
  }

  /**
   * The user, or undefined when name or password is wrong. Rejects with an {@link HttpProblem}: 429 after too many wrong
   * passwords, 503 when too many checks wait; both say when to come back.
   */
  async verify({ username, password }: Credentials, address: string): Promise<User | undefined> {
    const attempt = await this.#begin(username, address);
    let user: User | undefined;
    try {
      user = await this.#users.verifyPassword(username, password, address);
    } catch (error) {
      attempt.cancel();
      throw this.#isOverload(error) ? overload() : error;
    }
    await attempt.settle(user !== undefined);
    // The name of a failed log-in is not logged: people type their password there.
    if (user === undefined) this.#logger.info({ peer: address }, 'log-in failed');
    return user;
  }

  async #begin(username: string, address: string): Promise<LoginAttempt> {
    try {
      return await this.#limiter.begin(username, address);
    } catch (error) {
      if (!(error instanceof TooManyLogins)) throw error;
      this.#logger.warn({ peer: address }, 'log-in refused: too many wrong passwords');
      const seconds = Math.ceil(error.retryAfterMs / 1000);
      throw new HttpProblem(429, `Too many failed log-ins. Try again in ${seconds} s.`, {
        'Retry-After': String(seconds),
      });
    }
  }

  #isOverload(error: unknown): boolean {
    return error instanceof Error && error.name === 'PasswordCheckOverload';
  }
}

function overload(): HttpProblem {
  return new HttpProblem(503, 'Too many people log in at the moment. Try again.', {
    'Retry-After': String(overloadRetrySeconds),
  });
}
