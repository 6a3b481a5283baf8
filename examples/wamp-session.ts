import {
  autobahnError,
  autobahnResult,
  connectAutobahn,
  findErrorUri,
  type AutobahnConnection,
  type AutobahnSession,
} from './autobahn-connection.js';
import { ConnectionLost, Refused, type EventConnection } from './event-connection.js';

/** Where lines for the operator go; `console` is one. */
export type Log = Pick<Console, 'info' | 'warn' | 'error'>;

/** What a procedure answers with. */
export interface ProcedureResult {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Who joins which realm where. Durations in milliseconds. */
export interface WampSessionOptions {
  readonly url: string;
  readonly realm: string;
  readonly authid: string;
  readonly log: Log;
  /** Procedures that are registered after each connect. A rejection reaches the caller as ERROR without the cause. */
  readonly procedures?: ReadonlyMap<string, () => Promise<ProcedureResult>>;
  /** Told each time a session is open, also after a reconnect. */
  readonly onopen?: () => void;
  /** First pause before connecting again; it doubles up to `maxRetryMs`. Default 250. */
  readonly minRetryMs?: number;
  /** Longest pause; also how long a session must live for the next pause to be short again. Default 2000. */
  readonly maxRetryMs?: number;
  /** How long the router may take to answer anything before the connection is given up. Default 10000. */
  readonly deadlineMs?: number;
}

/**
 * A WAMP session that comes back for ever, whatever ended it: refused connection, lost connection, GOODBYE or ABORT.
 * A backend has nobody to ask, so unlike a browser it does not stop when it is sent away.
 */
export class WampSession implements EventConnection {
  readonly #options: Required<WampSessionOptions>;
  #connection: AutobahnConnection | undefined;
  #session: AutobahnSession | undefined;
  #abandon = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #retryMs: number;
  #openedAt = 0;
  #lastEnd = '';
  #closed = false;
  #onclosed: () => void = () => undefined;

  /** Starts connecting at once. */
  constructor(options: WampSessionOptions) {
    this.#options = {
      procedures: new Map(),
      onopen: () => undefined,
      minRetryMs: 250,
      maxRetryMs: 2000,
      deadlineMs: 10_000,
      ...options,
    };
    this.#retryMs = this.#options.minRetryMs;
    this.#connect();
  }

  get isOpen(): boolean {
    return this.#session?.isOpen ?? false;
  }

  /** {@inheritDoc EventConnection.publish} */
  readonly publish = async (
    topic: string,
    kwargs: Readonly<Record<string, unknown>>,
  ): Promise<void> => {
    const session = this.#session;
    if (!session?.isOpen) throw new ConnectionLost('there is no session with the router');
    await this.#answer(session.publish(topic, [], kwargs, { acknowledge: true }), topic);
  };

  /** Says GOODBYE, waits for the end at most one second, and never connects again. Idempotent. */
  close(): Promise<void> {
    const wasOpen = this.isOpen && !this.#closed;
    this.#closed = true;
    clearTimeout(this.#timer);
    if (!wasOpen) {
      this.#connection?.drop('closed');
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#onclosed = resolve;
      this.#timer = setTimeout(() => this.#connection?.drop('closed'), 1000);
      this.#connection?.close();
    });
  }

  #connect(): void {
    this.#connection = connectAutobahn({
      url: this.#options.url,
      realm: this.#options.realm,
      authid: this.#options.authid,
      deadlineMs: this.#options.deadlineMs,
      onjoin: (session) => {
        this.#joined(session);
      },
      onend: ({ why }) => {
        this.#ended(why);
      },
    });
  }

  #joined(session: AutobahnSession): void {
    this.#session = session;
    this.#abandon = new AbortController();
    this.#openedAt = Date.now();
    this.#lastEnd = '';
    this.#options.log.info(`joined ${this.#options.realm} at ${this.#options.url}`);
    for (const [procedure, handler] of this.#options.procedures) {
      void this.#register(session, procedure, handler);
    }
    this.#options.onopen();
  }

  #ended(why: string): void {
    clearTimeout(this.#timer);
    const lived = this.#session === undefined ? 0 : Date.now() - this.#openedAt;
    this.#session = undefined;
    this.#abandon.abort();
    if (this.#closed) {
      this.#onclosed();
      return;
    }
    if (lived >= this.#options.maxRetryMs) this.#retryMs = this.#options.minRetryMs;
    // A router that is down for an hour is worth one line, not two thousand.
    if (why !== this.#lastEnd) this.#options.log.warn(`no router (${why}); trying again`);
    this.#lastEnd = why;
    // Up to a quarter more or less, so that the services of a host do not all come back in the same millisecond.
    const pauseMs = this.#retryMs * (0.75 + Math.random() / 2);
    this.#retryMs = Math.min(this.#retryMs * 2, this.#options.maxRetryMs);
    this.#timer = setTimeout(() => {
      this.#connect();
    }, pauseMs);
  }

  async #register(
    session: AutobahnSession,
    procedure: string,
    handler: () => Promise<ProcedureResult>,
  ): Promise<void> {
    const endpoint = async (): Promise<unknown> => {
      try {
        const { args, kwargs } = await handler();
        return autobahnResult(args, kwargs);
      } catch (cause) {
        this.#options.log.error(`${procedure} failed:`, cause);
        throw autobahnError('com.example.error.unavailable', 'the service cannot answer now');
      }
    };
    try {
      await this.#answer(session.register(procedure, endpoint), procedure);
    } catch (cause) {
      if (!(cause instanceof Refused)) return;
      // After a half-open connection the router may still hold the registration of the session before this one.
      this.#options.log.error(`${cause.message}; trying again in ${this.#options.maxRetryMs} ms`);
      setTimeout(() => {
        if (this.#session === session) void this.#register(session, procedure, handler);
      }, this.#options.maxRetryMs).unref();
    }
  }

  /** autobahn leaves requests of a lost session pending for ever: here each ends with it, or with its deadline. */
  async #answer(request: Promise<unknown>, what: string): Promise<void> {
    const { signal } = this.#abandon;
    let onabort: () => void = () => undefined;
    let deadline: NodeJS.Timeout | undefined;
    const lost = new Promise<never>((_, reject) => {
      onabort = () => {
        reject(new ConnectionLost(`the session ended before the router answered for ${what}`));
      };
      signal.addEventListener('abort', onabort);
      deadline = setTimeout(
        () => this.#connection?.drop(`no answer within ${this.#options.deadlineMs} ms`),
        this.#options.deadlineMs,
      );
    });
    try {
      await Promise.race([request, lost]);
    } catch (cause) {
      const uri = findErrorUri(cause);
      throw uri === undefined ? cause : new Refused(uri, what);
    } finally {
      clearTimeout(deadline);
      signal.removeEventListener('abort', onabort);
    }
  }
}
