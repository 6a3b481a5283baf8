import { isDeepStrictEqual } from 'node:util';
import { CredentialIndex } from './credential-index.js';
import { isPasswordHash } from './password-verifier.js';
import type { User, UserCredentials } from './user-provider.js';

/** A user as it is kept: in the users file, or as a row of a database. */
export interface UserEntry {
  /** What tokens name. Default the username. */
  readonly id?: string | undefined;
  readonly username: string;
  readonly role: string;
  /** Roles besides `role`. */
  readonly roles?: readonly string[] | undefined;
  /** The hash of its password, as `hashPassword` gives it or of another kind that can be checked. Left out: there is no log-in by password. */
  readonly password?: string | undefined;
  /** May not log in. Default false. */
  readonly disabled?: boolean | undefined;
  /** Tokens issued before then are void, in Unix seconds. */
  readonly tokensValidFrom?: number | undefined;
  readonly credentials?: UserCredentials | undefined;
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

/** What tokens name the user of an entry by. */
export const idOf = ({ id, username }: UserEntry): string => id ?? username;

/** The user of an entry; undefined for none and for one that is disabled. */
export function toUser(entry: UserEntry | undefined): User | undefined {
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

/** A list of users, by name and by id. It does not change. */
export class UserTable {
  // Maps: names come from the wire, and `__proto__` is one.
  readonly #byName = new Map<string, UserEntry>();
  readonly #byId = new Map<string, UserEntry>();
  readonly #credentials: CredentialIndex<UserEntry>;

  /** Throws {@link UnusableUserEntry} for a name without letters, a name or id given twice and for what is no password hash. */
  constructor(entries: readonly UserEntry[]) {
    for (const [index, entry] of entries.entries()) {
      const name = JSON.stringify(entry.username);
      const id = idOf(entry);
      const refuse = (message: string): never => {
        throw new UnusableUserEntry(index, message);
      };
      if (entry.username === '') refuse('a user has no name');
      if (this.#byName.has(entry.username)) refuse(`user ${name} is there twice`);
      if (this.#byId.has(id)) refuse(`the id of user ${name} is that of another`);
      if (entry.password !== undefined && !isPasswordHash(entry.password)) {
        refuse(`the password of user ${name} is no hash that can be checked`);
      }
      this.#byName.set(entry.username, entry);
      this.#byId.set(id, entry);
    }
    this.#credentials = new CredentialIndex(entries);
  }

  /** The entry of exactly that name. */
  find(username: string): UserEntry | undefined {
    return this.#byName.get(username);
  }

  /** The entry of that id. */
  findById(id: string): UserEntry | undefined {
    return this.#byId.get(id);
  }

  /** The entry that has this public key, 64 hex digits in lower case. */
  findByPublicKey(key: string): UserEntry | undefined {
    return this.#credentials.findByPublicKey(key);
  }

  /** The entry that has the certificate of this fingerprint, 64 hex digits in lower case. */
  findByCertificate(fingerprint: string): UserEntry | undefined {
    return this.#credentials.findByCertificate(fingerprint);
  }

  /** The hashes of all passwords. */
  passwords(): readonly string[] {
    return [...this.#byName.values()].flatMap(({ password }) => password ?? []);
  }

  /** The ids of users who are in one of the two tables only, or in both and not the same; another password changes nobody. */
  idsChangedIn(later: UserTable): readonly string[] {
    const ids = new Set([...this.#byId.keys(), ...later.#byId.keys()]);
    return [...ids].filter(
      (id) => !isDeepStrictEqual(toUser(this.#byId.get(id)), toUser(later.#byId.get(id))),
    );
  }
}
