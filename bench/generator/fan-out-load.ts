import { InFlight, sumFaults, type Load } from './load.js';
import { FIRST_SEQUENCE } from './payload.js';
import type { SequenceChecker } from './sequence-checker.js';
import { closeAll, listen, publicationOf, type Audience } from './audience.js';

/** Publishes to the topics in turn. A delivery counts when its number is the one that this subscriber had to get next. */
export class FanOutLoad implements Load {
  readonly #audience: Audience;
  readonly #window: number;
  readonly #inFlight = new InFlight();
  readonly #checkers: readonly SequenceChecker[];
  /** For each topic a ring, as large as the window: how many subscribers an event in flight has yet to reach. */
  readonly #remaining: Int32Array;
  readonly #ringSize: number;
  readonly #copies: number;
  #sequence = FIRST_SEQUENCE;
  #completed = 0;

  /** @param window how many events may be in flight; one is until its last subscriber has it */
  constructor(audience: Audience, window: number) {
    const { topics, subscribers } = audience;
    this.#audience = audience;
    this.#window = window;
    this.#copies = subscribers.length / topics.length;
    this.#ringSize = 2 ** Math.ceil(Math.log2(window));
    this.#remaining = new Int32Array(topics.length * this.#ringSize);
    this.#checkers = listen(audience, {
      fail: this.#inFlight.fail,
      ondelivery: (sequence) => {
        this.#delivered(this.#place(sequence));
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
    for (let count = 0; count < this.#window; count += 1) this.#publish();
  }

  stop(): Promise<void> {
    return this.#inFlight.stop(() => sumFaults(this.#checkers.map((checker) => checker.faults())));
  }

  close(): void {
    closeAll(this.#audience);
  }

  #publish(): void {
    const sequence = this.#sequence++;
    this.#remaining[this.#place(sequence)] = this.#copies;
    this.#inFlight.begin();
    this.#audience.publisher.send(publicationOf(this.#audience, sequence));
  }

  /** Where an event is counted. Events of one topic arrive in order, those of several need not. */
  #place(sequence: number): number {
    const count = sequence - FIRST_SEQUENCE;
    const { length } = this.#audience.topics;
    const nth = Math.floor(count / length);
    return (count % length) * this.#ringSize + (nth & (this.#ringSize - 1));
  }

  #delivered(place: number): void {
    this.#completed += 1;
    const remaining = (this.#remaining[place] ?? 0) - 1;
    this.#remaining[place] = remaining;
    if (remaining === 0 && this.#inFlight.end()) this.#publish();
  }
}
