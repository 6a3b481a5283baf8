import { z } from 'zod';
import type { Outbox, OutboxEntry } from './outbox.js';
import { sql, type Row, type SqlDatabase, type Steps } from './sql-database.js';
import {
  StoreFull,
  type StatusSnapshot,
  type StatusStore,
  type StatusWrite,
  type UserStatus,
} from './status-store.js';

/** Topics of the events that a write leaves in the outbox. */
export const STATUS_TOPICS = {
  changed: 'com.example.status.changed',
  removed: 'com.example.status.removed',
} as const;

/** Bounds of the store. */
export interface SqlStatusStoreOptions {
  /** Most users with a status: the snapshot has to fit into one WAMP message of 1 MiB. Default 1000. */
  readonly maxUsers?: number;
  /** Most events that wait for the router before writes are refused. Default 100000. */
  readonly maxBacklog?: number;
  /** How many sent events are kept to look at. Default 1000. */
  readonly keepSent?: number;
}

// One dialect for both databases. Times are ISO 8601 text: in UTC they sort as they are, in SQL and in JSON alike.
const SCHEMA = [
  `CREATE TABLE IF NOT EXISTS user_status (user_name text PRIMARY KEY, status text NOT NULL, message text NOT NULL,
     version bigint NOT NULL, changed_at text NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS outbox (version bigint PRIMARY KEY, topic text NOT NULL, kwargs text NOT NULL)`,
  // "version" was given out last, "sent" was published last. Updating "version" comes first in each write: its row lock lets
  // one writer in at a time, so that versions are committed in the order of their numbers.
  `CREATE TABLE IF NOT EXISTS status_counter (name text PRIMARY KEY, value bigint NOT NULL)`,
  `INSERT INTO status_counter (name, value) VALUES ('version', 0), ('sent', 0) ON CONFLICT (name) DO NOTHING`,
];

const number = z.coerce.number().int().nonnegative(); // PostgreSQL's driver gives a bigint as a string
const counterRow = z.object({ value: number });
const statusRow = z
  .object({
    user_name: z.string(),
    status: z.string(),
    message: z.string(),
    version: number,
    changed_at: z.string(),
  })
  .transform(({ user_name, ...rest }): UserStatus => ({ user: user_name, ...rest }));
const outboxRow = z.object({
  version: number,
  topic: z.string(),
  kwargs: z.string().transform((text) => kwargsObject.parse(JSON.parse(text))),
});
const kwargsObject = z.record(z.string(), z.unknown());

/** Statuses and their outbox in any {@link SqlDatabase}. */
export class SqlStatusStore implements StatusStore, Outbox {
  readonly #database: SqlDatabase;
  readonly #limits: Required<SqlStatusStoreOptions>;

  private constructor(database: SqlDatabase, options: SqlStatusStoreOptions) {
    this.#database = database;
    this.#limits = { maxUsers: 1000, maxBacklog: 100_000, keepSent: 1000, ...options };
  }

  /** Makes the tables if they are not there. The store owns the database from now on and closes it. */
  static async open(
    database: SqlDatabase,
    options: SqlStatusStoreOptions = {},
  ): Promise<SqlStatusStore> {
    try {
      await database.transaction(createSchema);
    } catch (cause) {
      await database.close();
      throw cause;
    }
    return new SqlStatusStore(database, options);
  }

  get onentry(): () => void {
    return this.#database.onannounced;
  }

  set onentry(listener: () => void) {
    this.#database.onannounced = listener;
  }

  list(): Promise<StatusSnapshot> {
    return this.#database.transaction(listSteps);
  }

  find(user: string): Promise<UserStatus | undefined> {
    return this.#database.transaction(() => findSteps(user));
  }

  set(user: string, change: { status: string; message: string }): Promise<StatusWrite> {
    return this.#database.announcedTransaction(() => setSteps(user, change, this.#limits));
  }

  async remove(user: string): Promise<UserStatus | undefined> {
    try {
      return await this.#database.announcedTransaction(() => removeSteps(user, this.#limits));
    } catch (cause) {
      if (cause instanceof NothingToRemove) return undefined;
      throw cause;
    }
  }

  lead(): Promise<boolean> {
    return this.#database.lead();
  }

  pending(limit: number): Promise<readonly OutboxEntry[]> {
    return this.#database.transaction(() => pendingSteps(limit));
  }

  markSent(version: number): Promise<void> {
    return this.#database.transaction(() => markSteps(version, this.#limits.keepSent));
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** Rolls the removal back, so that no version is spent on nothing. */
class NothingToRemove extends Error {}

function* createSchema(): Steps<void> {
  for (const text of SCHEMA) yield sql(text);
}

function* listSteps(): Steps<StatusSnapshot> {
  // One statement, hence one moment: a status and the counter always belong together.
  const rows = yield sql(
    `SELECT c.value, s.user_name, s.status, s.message, s.version, s.changed_at
       FROM status_counter c LEFT JOIN user_status s ON 1 = 1 WHERE c.name = 'version'`,
  );
  const statuses = rows
    .filter((row) => row['user_name'] !== null)
    .map((row) => statusRow.parse(row));
  // Sorted here and not by the database: each collates in its own way.
  return {
    version: counter(rows),
    statuses: statuses.sort((a, b) => (a.user < b.user ? -1 : 1)),
  };
}

function* findSteps(user: string): Steps<UserStatus | undefined> {
  const [row] = yield sql(
    'SELECT user_name, status, message, version, changed_at FROM user_status WHERE user_name = $1',
    user,
  );
  return row && statusRow.parse(row);
}

function* setSteps(
  user: string,
  change: { status: string; message: string },
  limits: Required<SqlStatusStoreOptions>,
): Steps<StatusWrite> {
  const version = yield* takeVersion(limits.maxBacklog);
  const created = (yield* findSteps(user)) === undefined;
  if (created) {
    const [row] = yield sql('SELECT count(*) AS value FROM user_status');
    if (counterRow.parse(row).value >= limits.maxUsers) {
      throw new StoreFull('users', limits.maxUsers);
    }
  }
  const { status, message } = change;
  const changed_at = new Date().toISOString();
  const entity: UserStatus = { user, status, message, version, changed_at };
  yield sql(
    `INSERT INTO user_status (user_name, status, message, version, changed_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (user_name) DO UPDATE SET status = excluded.status, message = excluded.message,
         version = excluded.version, changed_at = excluded.changed_at`,
    user,
    status,
    message,
    version,
    changed_at,
  );
  yield* addEntry(STATUS_TOPICS.changed, entity);
  return { status: entity, created };
}

function* removeSteps(user: string, limits: Required<SqlStatusStoreOptions>): Steps<UserStatus> {
  const version = yield* takeVersion(limits.maxBacklog);
  const last = yield* findSteps(user);
  if (last === undefined) throw new NothingToRemove();
  yield sql('DELETE FROM user_status WHERE user_name = $1', user);
  const removed: UserStatus = { ...last, version, changed_at: new Date().toISOString() };
  yield* addEntry(STATUS_TOPICS.removed, removed);
  return removed;
}

function* takeVersion(maxBacklog: number): Steps<number> {
  const version = counter(
    yield sql(`UPDATE status_counter SET value = value + 1 WHERE name = 'version' RETURNING value`),
  );
  const sent = counter(yield sql(`SELECT value FROM status_counter WHERE name = 'sent'`));
  // Versions have no gaps, so this difference is the number of entries that wait, this one included.
  if (version - sent > maxBacklog) throw new StoreFull('backlog', maxBacklog);
  return version;
}

function* addEntry(topic: string, status: UserStatus): Steps<void> {
  yield sql(
    'INSERT INTO outbox (version, topic, kwargs) VALUES ($1, $2, $3)',
    status.version,
    topic,
    JSON.stringify(status),
  );
}

function* pendingSteps(limit: number): Steps<readonly OutboxEntry[]> {
  const rows = yield sql(
    `SELECT version, topic, kwargs FROM outbox
      WHERE version > (SELECT value FROM status_counter WHERE name = 'sent') ORDER BY version LIMIT $1`,
    limit,
  );
  return rows.map((row) => outboxRow.parse(row));
}

function* markSteps(version: number, keepSent: number): Steps<void> {
  // Never backwards: an instance that lost its lead may still mark what its successor has long passed.
  yield sql(
    `UPDATE status_counter SET value = $1 WHERE name = 'sent' AND value < $2`,
    version,
    version,
  );
  yield sql('DELETE FROM outbox WHERE version <= $1', version - keepSent);
}

function counter(rows: readonly Row[]): number {
  return counterRow.parse(rows[0]).value;
}
