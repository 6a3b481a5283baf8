import { AuthenticatorUnavailable, type Logger } from '../../router/index.js';
import { BatchLoader } from './batch-loader.js';
import { PasswordCheckOverload, type PasswordVerifier } from './password-verifier.js';
import { UserCache } from './user-cache.js';
import type { User, UserChangeListener, UserProvider } from './user-provider.js';
import { idOf, toUser, type UserEntry } from './user-table.js';
import { UsersDatabase, type Row } from './users-database.js';
import { UsersNotifications } from './users-notifications.js';

/** What {@link PostgresUsers} needs. */
export interface PostgresUsersOptions {
  /** Where the database is. Holds a password: it is not logged. */
  readonly url: string;
  /** Connections at most, besides one that listens. */
  readonly pool: number;
  /** For a connection, and for the answer to one query, in ms. */
  readonly timeoutMs: number;
  /** How long a user is taken for unchanged, in ms; 0: not at all. */
  readonly cacheMs: number;
  /** Between two looks at whether notifications still come, in ms. */
  readonly pollMs: number;
  /** Whether better password hashes are written into the table. */
  readonly rehash: boolean;
  /** The user that a row describes. Throws for a row that cannot be used. */
  readonly toEntry: (row: Row) => UserEntry;
  /** Closed with the users. */
  readonly passwords: PasswordVerifier;
  readonly logger: Logger;
}

const COLUMNS = `id, username, role, roles, password, disabled, wampcra, scram, public_keys, certificates,
  to_char(tokens_valid_from AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS tokens_valid_from`;
const BY_NAME = `SELECT ${COLUMNS} FROM expressway_users WHERE username = ANY($1::text[])`;
const BY_ID = `SELECT ${COLUMNS} FROM expressway_users WHERE id = ANY($1::text[])`;
// Two: of two who have the same one, neither is found, as it does not say who comes.
const BY_PUBLIC_KEY = `SELECT ${COLUMNS} FROM expressway_users WHERE public_keys @> $1::text[] LIMIT 2`;
const BY_CERTIFICATE = `SELECT ${COLUMNS} FROM expressway_users WHERE certificates @> $1::text[] LIMIT 2`;
const REHASH = 'UPDATE expressway_users SET password = $1 WHERE id = $2 AND password = $3';
/** One hash of each kind and cost. */
const HASHES = String.raw`SELECT min(password) AS password FROM expressway_users WHERE password IS NOT NULL
  GROUP BY substring(password FROM '^(\$argon2id\$v=19\$[^$]+|\$2[aby]\$\d\d|\$scrypt\$[^$]+|\$apr1|\{SHA\})') LIMIT 16`;

/**
 * The users of the table `expressway_users` (config/users.postgres.sql). Found users are taken for unchanged for a short time, or until the database
 * tells otherwise. While it does not answer, all questions reject with AuthenticatorUnavailable.
 */
export class PostgresUsers implements UserProvider {
  readonly #options: PostgresUsersOptions;
  readonly #database: UsersDatabase;
  readonly #notifications: UsersNotifications;
  readonly #cache: UserCache;
  readonly #byName: BatchLoader<UserEntry>;
  readonly #byId: BatchLoader<UserEntry>;
  readonly #listeners = new Set<UserChangeListener>();
  /** Counts the changes that were told: what was asked for before one is not kept after it. */
  #changes = 0;

  constructor(options: PostgresUsersOptions) {
    const { pool, cacheMs } = options;
    this.#options = options;
    this.#database = new UsersDatabase(options);
    this.#cache = new UserCache({ keepMs: cacheMs });
    const overload = (): Error => new AuthenticatorUnavailable('too many users are looked up');
    // Each is left a connection by the other.
    const parallel = Math.max(Math.floor(pool / 2), 1);
    const loader = (query: string, keyOf: (entry: UserEntry) => string): BatchLoader<UserEntry> =>
      new BatchLoader({ load: (keys) => this.#load(query, keys, keyOf), parallel, overload });
    this.#byName = loader(BY_NAME, ({ username }) => username);
    this.#byId = loader(BY_ID, idOf);
    this.#notifications = new UsersNotifications({
      ...options,
      onchange: (ids) => {
        this.#forget(ids);
      },
      onconnected: () => void this.#expectHashes(),
    });
  }

  async find(username: string): Promise<User | undefined> {
    if (!isKey(username)) return undefined;
    return toUser(this.#cache.find(username) ?? (await this.#byName.load(username)));
  }

  async findById(id: string): Promise<User | undefined> {
    if (!isKey(id)) return undefined;
    return toUser(this.#cache.findById(id) ?? (await this.#byId.load(id)));
  }

  findByPublicKey(key: string): Promise<User | undefined> {
    return this.#findHolder(BY_PUBLIC_KEY, key);
  }

  findByCertificate(fingerprint: string): Promise<User | undefined> {
    return this.#findHolder(BY_CERTIFICATE, fingerprint);
  }

  async verifyPassword(
    username: string,
    password: string,
    source?: string,
  ): Promise<User | undefined> {
    // Never from the cache: else the time would tell who was here before.
    const changes = this.#changes;
    const entry = isKey(username) ? await this.#byName.load(username) : undefined;
    const isRight = await this.#options.passwords.verify(entry?.password, password, source);
    if (!isRight || entry?.password === undefined) return undefined;
    if (toUser(entry) !== undefined) void this.#rehash(entry, entry.password, password);
    return changes === this.#changes ? toUser(entry) : this.findById(idOf(entry));
  }

  onchange = (listener: UserChangeListener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  async close(): Promise<void> {
    this.#listeners.clear();
    await this.#options.passwords.close();
    await this.#notifications.close();
    await this.#database.close();
  }

  async #findHolder(query: string, credential: string): Promise<User | undefined> {
    if (!isKey(credential)) return undefined;
    const [row, another] = await this.#database.query(query, [[credential]]);
    return row === undefined || another !== undefined ? undefined : toUser(this.#toEntry(row));
  }

  async #load(
    query: string,
    keys: readonly string[],
    keyOf: (entry: UserEntry) => string,
  ): Promise<ReadonlyMap<string, UserEntry>> {
    const changes = this.#changes;
    const rows = await this.#database.query(query, [keys]);
    const entries = rows.flatMap((row) => this.#toEntry(row) ?? []);
    if (changes === this.#changes) for (const entry of entries) this.#cache.add(entry);
    return new Map(entries.map((entry) => [keyOf(entry), entry]));
  }

  /** Undefined for a row that cannot be used: its user is as good as unknown. */
  #toEntry(row: Row): UserEntry | undefined {
    try {
      return this.#options.toEntry(row);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown';
      this.#options.logger.error(
        { id: row['id'], reason },
        'a user in the database cannot be used',
      );
      return undefined;
    }
  }

  #forget(ids: readonly string[] | undefined): void {
    this.#changes += 1;
    if (ids === undefined) this.#cache.clear();
    else for (const id of ids) this.#cache.remove(id);
    for (const listener of [...this.#listeners]) listener(ids);
  }

  /** So that an unknown user costs what a known one does, whatever the kinds of their hashes are. */
  async #expectHashes(): Promise<void> {
    try {
      const rows = await this.#database.query(HASHES, []);
      this.#options.passwords.expect(rows.map((row) => String(row['password'])));
    } catch {
      // It has been logged; kinds are learnt at log-ins, too.
    }
  }

  async #rehash(entry: UserEntry, former: string, password: string): Promise<void> {
    const { rehash, passwords, logger } = this.#options;
    if (!rehash) return;
    try {
      const hash = await passwords.rehash(former, password);
      if (hash === undefined) return;
      await this.#database.query(REHASH, [hash, idOf(entry), former]);
    } catch (error) {
      // The next log-in tries again; until then the former hash is as good as before.
      if (error instanceof PasswordCheckOverload) return;
      logger.warn({ error }, 'a password hash could not be replaced by a better one');
    }
  }
}

/** Whether there can be such a name or id: PostgreSQL knows no NUL, and what is no Unicode would become the name of another. */
const isKey = (text: string): boolean =>
  text.length <= 512 &&
  text !== '' &&
  !text.includes('\0') &&
  Buffer.from(text).toString() === text;
