import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionLost, Refused, type EventConnection } from '../event-connection.js';
import type { Log } from '../wamp-session.js';
import type { Outbox, OutboxEntry } from './outbox.js';

/** Bounds and pauses of the publisher. */
export interface OutboxPublisherOptions {
  readonly outbox: Outbox;
  readonly connection: EventConnection;
  readonly log: Log;
  /** Entries that are read, and marked, in one go. After a crash at most so many are published twice. Default 32. */
  readonly batch?: number;
  /** Pause after the database failed, and between questions whether to take over from another instance. Default 1000. */
  readonly retryMs?: number;
  /** Pause after the router refused an entry. Default 5000. */
  readonly refusedRetryMs?: number;
}

/**
 * Publishes the outbox in order, one entry at a time: the next is not sent before the router has acknowledged the one before it,
 * so that a refusal in the middle cannot change the order. Entries are marked only when acknowledged. Delivery is therefore at
 * least once; a subscriber knows a duplicate by its version.
 */
export class OutboxPublisher {
  readonly #options: Required<OutboxPublisherOptions>;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #signalled = false;
  #signal: () => void = () => undefined;

  /** Starts at once; takes over `outbox.onentry`. */
  constructor(options: OutboxPublisherOptions) {
    this.#options = { batch: 32, retryMs: 1000, refusedRetryMs: 5000, ...options };
    this.#options.outbox.onentry = () => {
      this.wake();
    };
    this.#running = this.#run();
  }

  /** Tells that there may be something to do: a new entry, or an open connection. */
  wake(): void {
    this.#signalled = true;
    this.#signal();
  }

  /** Ends after the entry that is on its way; what is left waits in the outbox for the next start. Idempotent. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#round();
      } catch (cause) {
        if (cause instanceof ConnectionLost) continue;
        this.#options.log.error('the outbox cannot be read; trying again:', cause);
        await this.#pause(this.#options.retryMs);
      }
    }
  }

  async #round(): Promise<void> {
    const { outbox, connection, batch, retryMs } = this.#options;
    this.#signalled = false;
    if (!connection.isOpen) {
      await this.#wakened();
    } else if (!(await outbox.lead())) {
      await this.#pause(retryMs);
    } else {
      const entries = await outbox.pending(batch);
      if (entries.length === 0) await this.#wakened();
      else await this.#publish(entries);
    }
  }

  async #publish(entries: readonly OutboxEntry[]): Promise<void> {
    const { outbox, connection } = this.#options;
    let acknowledged = 0;
    let refused: Refused | undefined;
    try {
      for (const { version, topic, kwargs } of entries) {
        if (this.#stop.signal.aborted) break;
        await connection.publish(topic, kwargs);
        acknowledged = version;
      }
    } catch (cause) {
      if (!(cause instanceof Refused)) throw cause;
      refused = cause;
    } finally {
      if (acknowledged > 0) await outbox.markSent(acknowledged);
    }
    if (refused !== undefined) await this.#refused(refused);
  }

  async #refused(cause: Refused): Promise<void> {
    const { refusedRetryMs, log } = this.#options;
    log.error(
      `${cause.message}. Nothing is published until it accepts: check the permissions of the trusted role. ` +
        `Trying again in ${refusedRetryMs} ms.`,
    );
    await this.#pause(refusedRetryMs);
  }

  #wakened(): Promise<void> {
    if (this.#signalled || this.#stop.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#signal = resolve;
    });
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}
