import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import type { Endpoint } from './peer.js';

/** How a storm went. */
export interface StormOutcome {
  /** From the cut until the last client had joined again. */
  readonly seconds: number;
  /** Connections that were refused or not answered, and tried again. */
  readonly refusals: number;
}

const outcomeMessage = z.tuple([z.object({ seconds: z.number(), refusals: z.number() })]);

/**
 * Clients that are cut and come back all at once. They live in a thread of their own, since the thousands of connections
 * that they make in one turn would hold up whoever measures latencies beside them.
 */
export class StormClients {
  /** Rejects when a client was refused for good, or lost its connection without being cut. */
  readonly failed: Promise<never>;
  readonly #worker: Worker;

  private constructor(worker: Worker) {
    this.#worker = worker;
    this.failed = once(worker, 'error').then(([error]) => {
      throw error instanceof Error ? error : new Error(String(error));
    });
    this.failed.catch(() => undefined);
  }

  /** Connects so many clients. */
  static async connect(endpoint: Endpoint, clients: number): Promise<StormClients> {
    const worker = new Worker(new URL('storm-thread.js', import.meta.url), {
      workerData: { endpoint, clients },
    });
    const storm = new StormClients(worker);
    await storm.#answer();
    return storm;
  }

  /** Cuts all clients at once, and answers when all are back. */
  cut(): Promise<StormOutcome> {
    this.#worker.postMessage('cut');
    return this.#answer();
  }

  /** Ends all clients. */
  close(): void {
    void this.#worker.terminate();
  }

  async #answer(): Promise<StormOutcome> {
    const answer = await Promise.race([once(this.#worker, 'message'), this.failed]);
    return outcomeMessage.parse(answer)[0];
  }
}
