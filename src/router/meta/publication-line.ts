import type { Logger } from '../logger.js';
import { WampError } from '../protocol/errors.js';
import type { Eventually } from './eventually.js';

/** Publications that may wait, at most. */
const WAITING_PUBLICATIONS = 10_000;

interface Waiting {
  readonly publish: () => Promise<void>;
}

/**
 * Lets the router's own publications go in the order in which they came, where some of them must wait for an authorizer's answer: then the
 * later ones wait behind. While nothing waits they go at once.
 */
export class PublicationLine {
  readonly #realm: string;
  readonly #logger: Logger;
  readonly #limit: number;
  readonly #waiting: Waiting[] = [];
  #isMoving = false;
  #dropped = 0;

  /** `limit`: what comes when so many wait is dropped, counted and logged. */
  constructor(realm: string, logger: Logger, limit: number = WAITING_PUBLICATIONS) {
    this.#realm = realm;
    this.#logger = logger;
    this.#limit = limit;
  }

  /** How many publications were dropped, in all. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Publishes with the answer. An answer that fails with a WampError publishes nothing: who failed has logged it. */
  enter<Answer>(answer: Eventually<Answer>, publish: (answer: Answer) => void): void {
    if (!this.#isMoving && !(answer instanceof Promise)) {
      publish(answer);
      return;
    }
    // Nobody may be waiting for it yet when it fails.
    if (answer instanceof Promise) answer.catch(() => undefined);
    if (this.#waiting.length >= this.#limit) {
      this.#drop();
      return;
    }
    this.#waiting.push({
      publish: async () => {
        publish(await answer);
      },
    });
    if (!this.#isMoving) void this.#move();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting.length = 0;
  }

  #drop(): void {
    this.#dropped += 1;
    // Not a line of the log for each: the first tells, and every so many.
    if ((this.#dropped - 1) % this.#limit !== 0) return;
    const fields = { realm: this.#realm, dropped: this.#dropped };
    this.#logger.warn(fields, 'meta events and testaments are dropped: the authorizer is too slow');
  }

  async #move(): Promise<void> {
    this.#isMoving = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        await next.publish();
      } catch (error) {
        if (error instanceof WampError) continue;
        this.#logger.error({ realm: this.#realm, error }, 'a defect');
      }
    }
    this.#isMoving = false;
  }
}
