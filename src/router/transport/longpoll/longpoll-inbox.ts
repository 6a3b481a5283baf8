import type { ServerResponse } from 'node:http';

/** One request of a client that brings messages. */
export interface Delivery {
  readonly response: ServerResponse;
  /** Its body; undefined until it has arrived whole. */
  body: Buffer | undefined;
}

/** So many may be under way at a time, each with a message at most: clients that send without waiting are few messages ahead. */
const MOST_DELIVERIES = 16;

/**
 * The requests that bring a client's messages, in the order in which they came: several may be under way at a time, and a later one can
 * be whole first. Each waits for those before it, and all of them while the transport is paused.
 */
export class LongPollInbox {
  readonly #process: (body: Buffer, response: ServerResponse) => void;
  #deliveries: Delivery[] = [];
  #isPaused = false;
  #isDraining = false;

  /** `process` handles what a request brought, and answers it. */
  constructor(process: (body: Buffer, response: ServerResponse) => void) {
    this.#process = process;
  }

  /** Takes a place for a request whose body is yet to come; undefined when there are too many. */
  reserve(response: ServerResponse): Delivery | undefined {
    if (this.#deliveries.length >= MOST_DELIVERIES) return undefined;
    const delivery: Delivery = { response, body: undefined };
    this.#deliveries.push(delivery);
    return delivery;
  }

  /** The body is there. */
  complete(delivery: Delivery, body: Buffer): void {
    delivery.body = body;
    this.#drain();
  }

  /** There will be no body: those behind it go on. */
  abandon(delivery: Delivery): void {
    this.#deliveries = this.#deliveries.filter((each) => each !== delivery);
    this.#drain();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#drain();
  }

  /** Gives up all that wait; they are the caller's to answer. */
  clear(): readonly ServerResponse[] {
    const responses = this.#deliveries.map(({ response }) => response);
    this.#deliveries = [];
    return responses;
  }

  /** Not entered twice: a message that pauses and resumes is not overtaken by the next request while the rest of its batch is to come. */
  #drain(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    while (!this.#isPaused) {
      const [next] = this.#deliveries;
      if (next?.body === undefined) break;
      this.#deliveries.shift();
      this.#process(next.body, next.response);
    }
    this.#isDraining = false;
  }
}
