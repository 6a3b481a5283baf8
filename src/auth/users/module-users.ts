import { pathToFileURL } from 'node:url';
import { AuthenticatorUnavailable, withDeadline, type Logger } from '../../router/index.js';
import { PasswordCheckOverload, type PasswordVerifier } from './password-verifier.js';
import type { User, UserChangeListener, UserProvider } from './user-provider.js';
import { parseUser } from './user-shape.js';

/** What {@link ModuleUsers} needs. */
export interface ModuleUsersOptions {
  /** The absolute path of an ES module whose default export is a {@link UserProviderFactory}. */
  readonly path: string;
  /** What the function is given. */
  readonly options: Readonly<Record<string, unknown>>;
  /** For one answer, in ms. */
  readonly timeoutMs: number;
  /** Closed with the users. */
  readonly passwords: PasswordVerifier;
  readonly logger: Logger;
}

/** What a module of users is lent. */
export interface UsersModuleTools {
  /** Checks passwords against hashes, off the event loop and within bounds. */
  readonly passwords: PasswordVerifier;
  readonly logger: Logger;
}

/** The default export of a module of users. */
export type UserProviderFactory = (
  options: Readonly<Record<string, unknown>>,
  tools: UsersModuleTools,
) => UserProvider | Promise<UserProvider>;

/** A module of users cannot be used; the message says why. */
export class UnusableUsersModule extends Error {
  override readonly name = 'UnusableUsersModule';
  readonly code = 'ERR_UNUSABLE_USERS_MODULE';
}

const OPTIONAL = ['onchange', 'findByPublicKey', 'findByCertificate'] as const;
const REQUIRED = ['find', 'findById', 'verifyPassword', 'close'] as const;

/** The users of an embedder's own module. Its answers are bounded in time and checked, and its errors stay here. */
export class ModuleUsers implements UserProvider {
  /** Left out where the module cannot tell. */
  readonly onchange?: (listener: UserChangeListener) => () => void;
  /** Left out where the module has none. */
  readonly findByPublicKey?: (key: string) => Promise<User | undefined>;
  /** Left out where the module has none. */
  readonly findByCertificate?: (fingerprint: string) => Promise<User | undefined>;
  readonly #provider: UserProvider;
  readonly #options: ModuleUsersOptions;

  private constructor(provider: UserProvider, options: ModuleUsersOptions) {
    this.#provider = provider;
    this.#options = options;
    if (provider.findByPublicKey !== undefined) {
      this.findByPublicKey = (key) =>
        this.#ask('findByPublicKey', () => provider.findByPublicKey?.(key));
    }
    if (provider.findByCertificate !== undefined) {
      this.findByCertificate = (fingerprint) =>
        this.#ask('findByCertificate', () => provider.findByCertificate?.(fingerprint));
    }
    if (provider.onchange !== undefined) {
      this.onchange = (listener) => provider.onchange?.(listener) ?? (() => undefined);
    }
  }

  /** Imports the module and asks it for its users. Rejects with {@link UnusableUsersModule}. */
  static async load(options: ModuleUsersOptions): Promise<ModuleUsers> {
    const { path, timeoutMs, passwords, logger } = options;
    try {
      const module: unknown = await import(pathToFileURL(path).href);
      const make = memberOf(module, 'default');
      if (typeof make !== 'function') throw new Error('its default export is no function');
      const answer: unknown = Reflect.apply(make, undefined, [
        options.options,
        { passwords, logger },
      ]);
      const provider = await withDeadline(Promise.resolve(answer), timeoutMs);
      for (const name of REQUIRED) {
        if (typeof memberOf(provider, name) === 'function') continue;
        throw new Error(`what its default export gives has no function ${name}`);
      }
      const odd = OPTIONAL.find((name) => !isOptional(memberOf(provider, name)));
      if (odd !== undefined) throw new Error(`its ${odd} is no function`);
      if (!isProvider(provider)) throw new Error('it gives no object');
      return new ModuleUsers(provider, options);
    } catch (cause) {
      await passwords.close();
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UnusableUsersModule(`The module of users ${path} cannot be used: ${reason}.`, {
        cause,
      });
    }
  }

  find(username: string): Promise<User | undefined> {
    return this.#ask('find', () => this.#provider.find(username));
  }

  findById(id: string): Promise<User | undefined> {
    return this.#ask('findById', () => this.#provider.findById(id));
  }

  verifyPassword(username: string, password: string, source?: string): Promise<User | undefined> {
    return this.#ask('verifyPassword', () =>
      this.#provider.verifyPassword(username, password, source),
    );
  }

  async close(): Promise<void> {
    const { passwords, timeoutMs, logger } = this.#options;
    try {
      await withDeadline(this.#provider.close(), timeoutMs);
    } catch (error) {
      logger.error({ error }, 'the module of users did not close');
    }
    await passwords.close();
  }

  async #ask(name: string, question: () => unknown): Promise<User | undefined> {
    const { timeoutMs, logger } = this.#options;
    try {
      // Through a promise of ours: a function of others may throw, or give the user itself.
      return parseUser(await withDeadline(Promise.resolve().then(question), timeoutMs));
    } catch (error) {
      if (error instanceof PasswordCheckOverload) throw error;
      logger.error({ function: name, error }, 'the module of users failed');
      throw new AuthenticatorUnavailable('the module of users gave no usable answer');
    }
  }
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const isOptional = (value: unknown): boolean => value === undefined || typeof value === 'function';

/** Whether it is one, once its functions have been looked at. */
const isProvider = (value: unknown): value is UserProvider =>
  typeof value === 'object' && value !== null;
