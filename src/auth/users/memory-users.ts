import { isPasswordHash, type PasswordVerifier } from './password-verifier.js';
import type { User, UserCredentials, UserProvider } from './user-provider.js';

/** One entry of the users file, as parsed. */
export interface UserEntry {
  /** What tokens name. Default the username. */
  readonly id?: string | undefined;
  readonly username: string;
  readonly role: string;
  /** Roles besides `role`. */
  readonly roles?: readonly string[] | undefined;
  /** Its argon2id hash, as `hashPassword` gives it. Left out: there is no log-in by password. */
  readonly password?: string | undefined;
  /** May not log in. Default false. */
  readonly disabled?: boolean | undefined;
  /** Tokens issued before then are void, in Unix seconds. */
  readonly tokensValidFrom?: number | undefined;
  readonly credentials?: UserCredentials | undefined;
}

/** What {@link MemoryUsers} needs. */
export interface MemoryUsersOptions {
  readonly entries: readonly UserEntry[];
  /** Closed with the users. */
  readonly passwords: PasswordVerifier;
}

/** An entry cannot be used. The message names the user, never the hash. */
export class UnusableUserEntry extends Error {
  override readonly name = 'UnusableUserEntry';
  readonly code = 'ERR_UNUSABLE_USER_ENTRY';
  /** Its place in the list, from 0. */
  readonly index: number;

  constructor(index: number, message: string) {
    super(message);
    this.index = index;
  }
}

/** The users of a list that was read at start: those of the users file. */
export class MemoryUsers implements UserProvider {
  // A Map: names come from the wire, and `__proto__` is one.
  readonly #entries = new Map<string, UserEntry>();
  readonly #byId = new Map<string, UserEntry>();
  readonly #passwords: PasswordVerifier;

  /** Throws {@link UnusableUserEntry} for a name without letters, a name or id given twice and for what is no argon2id hash. */
  constructor(options: MemoryUsersOptions) {
    this.#passwords = options.passwords;
    for (const [index, entry] of options.entries.entries()) {
      const name = JSON.stringify(entry.username);
      if (entry.username === '') throw new UnusableUserEntry(index, 'a user has no name');
      if (this.#entries.has(entry.username)) {
        throw new UnusableUserEntry(index, `user ${name} is there twice`);
      }
      if (entry.password !== undefined && !isPasswordHash(entry.password)) {
        throw new UnusableUserEntry(index, `the password of user ${name} is no argon2id hash`);
      }
      const id = idOf(entry);
      if (this.#byId.has(id)) {
        throw new UnusableUserEntry(index, `the id of user ${name} is that of another`);
      }
      this.#entries.set(entry.username, entry);
      this.#byId.set(id, entry);
    }
  }

  find(username: string): Promise<User | undefined> {
    return Promise.resolve(toUser(this.#entries.get(username)));
  }

  findById(id: string): Promise<User | undefined> {
    return Promise.resolve(toUser(this.#byId.get(id)));
  }

  async verifyPassword(username: string, password: string): Promise<User | undefined> {
    const entry = this.#entries.get(username);
    const isRight = await this.#passwords.verify(entry?.password, password);
    return isRight ? toUser(entry) : undefined;
  }

  close(): Promise<void> {
    return this.#passwords.close();
  }
}

const idOf = ({ id, username }: UserEntry): string => id ?? username;

function toUser(entry: UserEntry | undefined): User | undefined {
  if (entry === undefined || entry.disabled === true) return undefined;
  const { username, role, roles = [], tokensValidFrom, credentials } = entry;
  return {
    id: idOf(entry),
    username,
    role,
    roles: [...new Set([role, ...roles])],
    ...(tokensValidFrom === undefined ? {} : { tokensValidFrom }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}
