import pg from 'pg';
import { AuthenticatorUnavailable, type Logger } from '../../router/index.js';

/** What {@link UsersDatabase} needs. */
export interface UsersDatabaseOptions {
  /** Where the database is. Holds a password: it is not logged. */
  readonly url: string;
  /** Connections at most. */
  readonly pool: number;
  /** For a connection, and for the answer to one query, in ms. */
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** A row, by the names of its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** A few connections to PostgreSQL, made when they are needed. */
export class UsersDatabase {
  readonly #pool: pg.Pool;
  readonly #logger: Logger;
  #isAway = false;

  constructor({ url, pool, timeoutMs, logger }: UsersDatabaseOptions) {
    this.#logger = logger;
    this.#pool = new pg.Pool({
      connectionString: url,
      max: pool,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      application_name: 'expressway',
    });
    // A connection that is lost while nobody uses it; the next query makes another.
    this.#pool.on('error', (error) => {
      this.#tell(error);
    });
  }

  /** The rows that a query gives. Rejects with AuthenticatorUnavailable when the database does not answer, or with an error. */
  async query(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    try {
      const { rows } = await this.#pool.query<Row>(text, [...values]);
      if (this.#isAway) this.#logger.info({}, 'the database of users answers again');
      this.#isAway = false;
      return rows;
    } catch (error) {
      this.#tell(error);
      throw new AuthenticatorUnavailable('the database of users does not answer');
    }
  }

  /** Lets running queries end, then closes the connections. Idempotent. */
  async close(): Promise<void> {
    if (!this.#pool.ended) await this.#pool.end();
  }

  /** Once, and not at every log-in that fails for it. */
  #tell(error: unknown): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#logger.error({ reason: reasonOf(error) }, 'the database of users does not answer');
  }
}

/** What a driver's error says, without the values that a query had. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? String(error.code) : '';
  return [code, error.message].filter((part) => part !== '').join(' ');
}
