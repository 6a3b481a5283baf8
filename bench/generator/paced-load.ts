import { closeAll, listen, publicationOf, type Audience } from './audience.js';
import { InFlight, sumFaults, type Load } from './load.js';
import { FIRST_SEQUENCE } from './payload.js';
import type { SequenceChecker } from './sequence-checker.js';

/** A timer may come this much late; what is due sooner is awaited busily. */
const TIMER_SLACK_MS = 2;
/** What piled up on a server that was overrun may take longer than the window of a closed loop. */
const DRAIN_MS = 30_000;

/**
 * An open loop: events are published at a fixed rate, whatever comes back. When each is due is known from the start, and
 * a latency counts from then, so neither a server nor a generator that stops for a while hides it (coordinated omission).
 * Starts once.
 */
export class PacedLoad implements Load {
  readonly #audience: Audience;
  readonly #copies: number;
  readonly #intervalMs: number;
  readonly #inFlight = new InFlight();
  readonly #checkers: readonly SequenceChecker[];
  #latencies: number[] = [];
  #startMs = 0;
  #sequence = FIRST_SEQUENCE;
  #completed = 0;
  #isStopping = false;

  constructor(audience: Audience, eventsPerSecond: number) {
    this.#audience = audience;
    this.#copies = audience.subscribers.length / audience.topics.length;
    this.#intervalMs = 1000 / eventsPerSecond;
    this.#checkers = listen(audience, {
      fail: this.#inFlight.fail,
      ondelivery: (sequence) => {
        this.#completed += 1;
        this.#latencies.push(performance.now() - this.#dueMs(sequence));
        this.#inFlight.end();
      },
    });
  }

  get completed(): number {
    return this.#completed;
  }

  get failed(): Promise<never> {
    return this.#inFlight.failed;
  }

  start(): void {
    this.#inFlight.start();
    this.#startMs = performance.now();
    this.#publishDue();
  }

  stop(): Promise<void> {
    this.#isStopping = true;
    const faults = () => sumFaults(this.#checkers.map((checker) => checker.faults()));
    return this.#inFlight.stop(faults, DRAIN_MS);
  }

  close(): void {
    this.#isStopping = true;
    closeAll(this.#audience);
  }

  /** The milliseconds of each delivery since the last time this was called. */
  takeLatencies(): readonly number[] {
    const taken = this.#latencies;
    this.#latencies = [];
    return taken;
  }

  #dueMs(sequence: number): number {
    return this.#startMs + (sequence - FIRST_SEQUENCE) * this.#intervalMs;
  }

  readonly #publishDue = (): void => {
    if (this.#isStopping) return;
    const now = performance.now();
    while (this.#dueMs(this.#sequence) <= now) {
      this.#inFlight.begin(this.#copies);
      this.#audience.publisher.send(publicationOf(this.#audience, this.#sequence));
      this.#sequence += 1;
    }
    const waitMs = this.#dueMs(this.#sequence) - now;
    if (waitMs > TIMER_SLACK_MS) setTimeout(this.#publishDue, waitMs - TIMER_SLACK_MS);
    else setImmediate(this.#publishDue);
  };
}
