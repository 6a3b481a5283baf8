import pg from 'pg';
import type { Log } from '../wamp-session.js';
import type { Row, SqlDatabase, Steps } from './sql-database.js';

const CHANNEL = 'status_outbox';
// Any number will do that nothing else in the database uses for an advisory lock: here the letters "stat".
const PUBLISHER_LOCK = 0x73_74_61_74;

/** How the service uses PostgreSQL; every wait ends by itself. Milliseconds. */
const LIMITS: pg.PoolConfig = {
  max: 10,
  connectionTimeoutMillis: 5_000,
  statement_timeout: 10_000,
  query_timeout: 15_000,
  idle_in_transaction_session_timeout: 30_000,
  application_name: 'status-service',
};

/**
 * PostgreSQL. Several instances of the service may share a database: each writes, one publishes (it holds an advisory lock on
 * a connection of its own), and NOTIFY at commit tells it of the others' entries without polling.
 */
export class PostgresDatabase implements SqlDatabase {
  readonly #url: string;
  readonly #log: Log;
  readonly #pool: pg.Pool;
  #listener: pg.Client | undefined;
  #leads = false;
  #closed = false;
  onannounced: () => void = () => undefined;

  /** Connects when first used. */
  constructor(url: string, log: Log) {
    this.#url = url;
    this.#log = log;
    this.#pool = new pg.Pool({ ...LIMITS, connectionString: url });
    this.#pool.on('error', (cause) => {
      log.warn(`PostgreSQL ended an idle connection: ${cause.message}`);
    });
  }

  transaction<T>(steps: () => Steps<T>): Promise<T> {
    return this.#run(steps(), []);
  }

  announcedTransaction<T>(steps: () => Steps<T>): Promise<T> {
    return this.#run(steps(), [`NOTIFY ${CHANNEL}`]);
  }

  async lead(): Promise<boolean> {
    const listener = (this.#listener ??= await this.#listen());
    // Asked only while not held: the lock counts, and would have to be given back as often as it was taken.
    if (!this.#leads) {
      const { rows } = await listener.query<Row>('SELECT pg_try_advisory_lock($1) AS held', [
        PUBLISHER_LOCK,
      ]);
      this.#leads = this.#listener === listener && rows[0]?.['held'] === true;
    }
    return this.#leads;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled([this.#listener?.end(), this.#pool.end()]);
  }

  async #listen(): Promise<pg.Client> {
    const client = new pg.Client({ ...LIMITS, connectionString: this.#url, keepAlive: true });
    const lost = (cause?: Error): void => {
      if (this.#listener !== client) return;
      this.#listener = undefined;
      this.#leads = false;
      if (this.#closed) return;
      this.#log.warn(
        `lost the connection that listens to PostgreSQL: ${cause?.message ?? 'ended'}`,
      );
      this.onannounced();
    };
    client.on('error', lost);
    client.on('end', lost);
    client.on('notification', () => {
      this.onannounced();
    });
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}`);
    return client;
  }

  async #run<T>(steps: Steps<T>, closing: readonly string[]): Promise<T> {
    const client = await this.#pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      let step = steps.next([]);
      while (step.done !== true) {
        const { text, values } = step.value;
        const { rows } = await client.query<Row>(text, [...values]);
        step = steps.next(rows);
      }
      for (const text of [...closing, 'COMMIT']) await client.query(text);
      return step.value;
    } catch (cause) {
      broken = await client.query('ROLLBACK').then(
        () => false,
        () => true,
      );
      throw cause;
    } finally {
      client.release(broken);
    }
  }
}
