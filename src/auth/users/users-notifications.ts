import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { withDeadline, type Logger } from '../../router/index.js';
import type { UserChangeListener } from './user-provider.js';
import { reasonOf } from './users-database.js';

/** What {@link UsersNotifications} needs. */
export interface UsersNotificationsOptions {
  readonly url: string;
  /** For a connection, and for the answer to one query, in ms. */
  readonly timeoutMs: number;
  /** Between two looks at whether notifications still come, in ms. */
  readonly pollMs: number;
  /** Users have changed: these, or perhaps anybody. */
  readonly onchange: UserChangeListener;
  /** A connection stands: after it was lost, and at first. */
  readonly onconnected: () => void;
  readonly logger: Logger;
}

/** The channel on which config/users.postgres.sql tells of changes: with the id of the user, or with nothing for many. */
const CHANNEL = 'expressway_users';

/**
 * Hears of changed users by LISTEN. A message to itself, now and then, shows whether notifications come through; while they do not (a pooler
 * that shares connections, a standby server), every look takes all users for changed.
 */
export class UsersNotifications {
  readonly #options: UsersNotificationsOptions;
  readonly #timer: NodeJS.Timeout;
  /** A channel of its own for messages to itself. */
  readonly #echo = `expressway_echo_${randomBytes(8).toString('hex')}`;
  #client: pg.Client | undefined;
  #isHeard = false;
  #isDeaf = false;
  #isBusy = false;
  #isAway = false;
  #isClosed = false;

  constructor(options: UsersNotificationsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#look(), options.pollMs);
    void this.#look();
  }

  /** Listens no more. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#drop();
  }

  async #look(): Promise<void> {
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    try {
      if (this.#client === undefined) await this.#connect();
      else if (!this.#isHeard) this.#missed();
      this.#isHeard = false;
      await this.#client?.query('SELECT pg_notify($1, $2)', [this.#echo, '']);
    } catch (error) {
      this.#lost(error);
    } finally {
      this.#isBusy = false;
    }
  }

  async #connect(): Promise<void> {
    const { url, timeoutMs, onchange, onconnected, logger } = this.#options;
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      keepAlive: true,
      application_name: 'expressway',
    });
    this.#client = client;
    client.on('error', (error) => {
      if (this.#client === client) this.#lost(error);
    });
    client.on('end', () => {
      if (this.#client === client) this.#lost(new Error('the connection has ended'));
    });
    client.on('notification', ({ channel, payload = '' }) => {
      if (channel === CHANNEL) onchange(payload === '' ? undefined : [payload]);
      else {
        this.#isHeard = true;
        this.#isDeaf = false;
      }
    });
    await client.connect();
    await client.query(`LISTEN ${CHANNEL}; LISTEN ${this.#echo}`);
    if (this.#isAway) logger.info({}, 'changes of users are heard of again');
    this.#isAway = false;
    onconnected();
    // Whatever happened before, nobody has told.
    onchange();
  }

  /** The connection is there, but nothing came through it. */
  #missed(): void {
    const { onchange, logger } = this.#options;
    if (!this.#isDeaf) {
      logger.warn({}, 'no notifications of changed users come through: they are looked up instead');
    }
    this.#isDeaf = true;
    onchange();
  }

  #lost(error: unknown): void {
    const { logger } = this.#options;
    if (!this.#isAway && !this.#isClosed) {
      logger.warn({ reason: reasonOf(error) }, 'changes of users cannot be heard of');
    }
    this.#isAway = true;
    void this.#drop();
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    try {
      // Of a connection that hangs, the end may never come.
      if (client !== undefined) await withDeadline(client.end(), this.#options.timeoutMs);
    } catch {
      // It is gone, or nearly so.
    }
  }
}
