import { ConnectionLost, type EventConnection } from '../event-connection.js';
import type { Log } from '../wamp-session.js';
import type { HostSample } from './host-sampler.js';

/** The topic of the samples. */
export const SAMPLE_TOPIC = 'com.example.host.sample';

/**
 * Publishes samples and keeps none: one that cannot go out now is dropped and counted, for an old sample is worth nothing.
 * At most one is on its way, so a slow router gets fewer samples instead of a queue.
 */
export class SamplePublisher {
  readonly #connection: EventConnection;
  readonly #log: Log;
  #onItsWay = false;
  #dropped = 0;
  #refusal: string | undefined;

  constructor(connection: EventConnection, log: Log) {
    this.#connection = connection;
    this.#log = log;
  }

  /** How many samples were dropped since one last arrived. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Sends the sample or drops it; never rejects. Resolves when its fate is known. */
  async publish(sample: HostSample): Promise<void> {
    if (this.#onItsWay || !this.#connection.isOpen) {
      this.#dropped += 1;
      return;
    }
    this.#onItsWay = true;
    try {
      await this.#connection.publish(SAMPLE_TOPIC, { ...sample });
      this.#arrived();
    } catch (cause) {
      this.#dropped += 1;
      if (!(cause instanceof ConnectionLost)) this.#refused(cause);
    } finally {
      this.#onItsWay = false;
    }
  }

  #arrived(): void {
    if (this.#dropped > 0) this.#log.info(`publishing again; dropped ${this.#dropped} samples`);
    this.#dropped = 0;
    this.#refusal = undefined;
  }

  #refused(cause: unknown): void {
    const words = cause instanceof Error ? cause.message : String(cause);
    if (words !== this.#refusal) this.#log.error(`samples are not published: ${words}`);
    this.#refusal = words;
  }
}
