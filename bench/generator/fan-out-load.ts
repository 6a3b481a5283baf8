import { ClosedLoop, sumFaults, type Load } from './load.js';
import { FIRST_SEQUENCE, type Payload } from './payload.js';
import { SequenceChecker } from './sequence-checker.js';
import { parseMessage } from './message-codec.js';
import type { Peer } from './peer.js';
import { Code } from './wamp-peer.js';

/** A subscribed session: which topic (by its place in the list) and under which subscription id. */
export interface Subscriber {
  readonly peer: Peer;
  readonly topic: number;
  readonly subscription: number;
}

/** One publisher and those that hear it. All topics have the same number of subscribers. */
export interface FanOutOptions {
  readonly publisher: Peer;
  readonly topics: readonly string[];
  readonly subscribers: readonly Subscriber[];
  readonly payload: Payload;
  /** How many events may be in flight; one is until its last subscriber has it. */
  readonly window: number;
}

/** One delivery in so many is decoded and compared whole; of the others only the number is read. */
const WHOLE_CHECK_MASK = 15;

/** Publishes to the topics in turn. A delivery counts when its number is the one that this subscriber had to get next. */
export class FanOutLoad implements Load {
  readonly #options: FanOutOptions;
  readonly #loop = new ClosedLoop();
  readonly #checkers: readonly SequenceChecker[];
  /** For each topic a ring, as large as the window: how many subscribers an event in flight has yet to reach. */
  readonly #remaining: Int32Array;
  readonly #ringSize: number;
  readonly #published: Int32Array;
  readonly #copies: number;
  #sequence = FIRST_SEQUENCE;
  #completed = 0;

  constructor(options: FanOutOptions) {
    this.#options = options;
    this.#copies = options.subscribers.length / options.topics.length;
    this.#ringSize = 2 ** Math.ceil(Math.log2(options.window));
    this.#remaining = new Int32Array(options.topics.length * this.#ringSize);
    this.#published = new Int32Array(options.topics.length);
    this.#checkers = options.subscribers.map((subscriber) => this.#listen(subscriber));
    options.publisher.onclose = this.#loop.fail;
    options.publisher.onmessage = (buffer, start, end) => {
      this.#loop.fail(new Error(`to the publisher: ${buffer.toString('utf8', start, end)}`));
    };
  }

  get completed(): number {
    return this.#completed;
  }

  get failed(): Promise<never> {
    return this.#loop.failed;
  }

  start(): void {
    this.#loop.start();
    for (let count = 0; count < this.#options.window; count += 1) this.#publish();
  }

  stop(): Promise<void> {
    return this.#loop.stop(() => sumFaults(this.#checkers.map((checker) => checker.faults())));
  }

  close(): void {
    this.#options.publisher.close();
    for (const { peer } of this.#options.subscribers) peer.close();
  }

  #publish(): void {
    const { publisher, topics, payload } = this.#options;
    const sequence = this.#sequence++;
    const topic = (sequence - FIRST_SEQUENCE) % topics.length;
    const nth = this.#published[topic] ?? 0;
    this.#published[topic] = nth + 1;
    this.#remaining[this.#place(topic, nth)] = this.#copies;
    this.#loop.begin();
    const request = publisher.nextRequest();
    publisher.send(
      `[${Code.publish},${request},{},"${topics[topic]}",${payload.arguments(sequence)}]`,
    );
  }

  #listen(subscriber: Subscriber): SequenceChecker {
    const { topics, payload } = this.#options;
    let received = 0;
    const checker = new SequenceChecker(FIRST_SEQUENCE + subscriber.topic, topics.length);
    subscriber.peer.onclose = this.#loop.fail;
    subscriber.peer.onmessage = (buffer, start, end) => {
      const sequence = payload.sequenceAt(buffer, end);
      if ((sequence & WHOLE_CHECK_MASK) === 0) {
        this.#checkWhole(parseMessage('json', buffer, start, end), subscriber, sequence);
      }
      if (checker.accept(sequence)) this.#delivered(this.#place(subscriber.topic, received++));
    };
    return checker;
  }

  /** Where the nth event of a topic is counted. Events of one topic arrive in order, those of several need not. */
  #place(topic: number, nth: number): number {
    return topic * this.#ringSize + (nth & (this.#ringSize - 1));
  }

  #delivered(place: number): void {
    this.#completed += 1;
    const remaining = (this.#remaining[place] ?? 0) - 1;
    this.#remaining[place] = remaining;
    if (remaining === 0 && this.#loop.end()) this.#publish();
  }

  #checkWhole(message: readonly unknown[], { subscription }: Subscriber, sequence: number): void {
    const isRight =
      message[0] === Code.event &&
      message[1] === subscription &&
      this.#options.payload.matches(message[4], sequence);
    if (!isRight) this.#loop.fail(new Error(`no EVENT: ${JSON.stringify(message)}`));
  }
}
