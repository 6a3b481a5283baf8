import { silentLogger, type Logger } from '../../router/index.js';
import { PasswordCheckOverload, type PasswordVerifier } from './password-verifier.js';
import type { User, UserChangeListener, UserProvider } from './user-provider.js';
import { toUser, UserTable, type UserEntry } from './user-table.js';

export { UnusableUserEntry, type UserEntry } from './user-table.js';

/** What {@link MemoryUsers} needs. */
export interface MemoryUsersOptions {
  readonly entries: readonly UserEntry[];
  /** Closed with the users. */
  readonly passwords: PasswordVerifier;
  /**
   * Keeps the better hash of a password for good, in the place of the former one; false: that is not there. Left out: it lives as long as
   * the process.
   */
  readonly keep?: (change: NewPasswordHash) => Promise<boolean>;
  readonly logger?: Logger;
}

/** A password hash that takes the place of another. */
export interface NewPasswordHash {
  readonly username: string;
  readonly former: string;
  readonly hash: string;
}

/** The users of a list: those of the users file. */
export class MemoryUsers implements UserProvider {
  /** Called when the users are closed. */
  onclose: () => void = () => undefined;
  #table: UserTable;
  readonly #passwords: PasswordVerifier;
  readonly #keep: MemoryUsersOptions['keep'];
  readonly #logger: Logger;
  readonly #listeners = new Set<UserChangeListener>();
  /** The better hashes that were made at log-ins, by those that are kept in the list. */
  readonly #better = new Map<string, string>();
  /** The hashes that are being made better, so that it is done once. */
  readonly #improving = new Set<string>();

  /** Throws UnusableUserEntry for a name without letters, a name or id given twice and for what is no password hash. */
  constructor(options: MemoryUsersOptions) {
    this.#passwords = options.passwords;
    this.#keep = options.keep;
    this.#logger = options.logger ?? silentLogger;
    this.#table = new UserTable(options.entries);
    this.#expectHashes();
  }

  find(username: string): Promise<User | undefined> {
    return Promise.resolve(toUser(this.#table.find(username)));
  }

  findById(id: string): Promise<User | undefined> {
    return Promise.resolve(toUser(this.#table.findById(id)));
  }

  findByPublicKey(key: string): Promise<User | undefined> {
    return Promise.resolve(toUser(this.#table.findByPublicKey(key)));
  }

  findByCertificate(fingerprint: string): Promise<User | undefined> {
    return Promise.resolve(toUser(this.#table.findByCertificate(fingerprint)));
  }

  async verifyPassword(
    username: string,
    password: string,
    source?: string,
  ): Promise<User | undefined> {
    const kept = this.#table.find(username)?.password;
    const hash = kept === undefined ? undefined : (this.#better.get(kept) ?? kept);
    if (!(await this.#passwords.verify(hash, password, source))) return undefined;
    // Asked again: the user may have been disabled, or given another password, meanwhile.
    const entry = this.#table.find(username);
    const user = entry?.password === kept ? toUser(entry) : undefined;
    if (user !== undefined && hash !== undefined && hash === kept) {
      void this.#improve(username, hash, password);
    }
    return user;
  }

  onchange = (listener: UserChangeListener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * Takes another list, whole, and tells who changed, if anybody did. Gives how many. Throws as the constructor does, and then keeps the
   * list that it has.
   */
  replace(entries: readonly UserEntry[]): number {
    const table = new UserTable(entries);
    const changed = this.#table.idsChangedIn(table);
    this.#table = table;
    const kept = new Set(table.passwords());
    for (const hash of this.#better.keys()) if (!kept.has(hash)) this.#better.delete(hash);
    this.#expectHashes();
    if (changed.length > 0) for (const listener of [...this.#listeners]) listener(changed);
    return changed.length;
  }

  close(): Promise<void> {
    this.onclose();
    this.#listeners.clear();
    return this.#passwords.close();
  }

  #expectHashes(): void {
    this.#passwords.expect(this.#table.passwords().map((hash) => this.#better.get(hash) ?? hash));
  }

  async #improve(username: string, former: string, password: string): Promise<void> {
    if (this.#improving.has(former)) return;
    this.#improving.add(former);
    try {
      const hash = await this.#passwords.rehash(former, password);
      if (hash === undefined || this.#table.find(username)?.password !== former) return;
      this.#better.set(former, hash);
      this.#expectHashes();
      await this.#keep?.({ username, hash, former });
    } catch (error) {
      // The next log-in tries again; until then the former hash is as good as before.
      if (error instanceof PasswordCheckOverload) return;
      this.#logger.warn({ error }, 'a password hash could not be replaced by a better one');
    } finally {
      this.#improving.delete(former);
    }
  }
}
