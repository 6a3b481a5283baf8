/**
 * Encoded messages that wait for a long-poll client to ask for them. What it was given and has not taken from its socket yet counts as
 * waiting, too.
 */
export class LongPollOutbox {
  readonly #limit: number;
  readonly #isBatched: boolean;
  #messages: Buffer[] = [];
  #waitingBytes = 0;
  #givenBytes = 0;

  /** `limit`: bytes that may wait. `isBatched`: whether messages are given all at once rather than one by one. */
  constructor(limit: number, isBatched: boolean) {
    this.#limit = limit;
    this.#isBatched = isBatched;
  }

  get isEmpty(): boolean {
    return this.#messages.length === 0;
  }

  /** Queues a message; false, and nothing queued, when too much waits. One message always has room, however long. */
  push(message: Buffer): boolean {
    const waiting = this.#waitingBytes + this.#givenBytes;
    if (waiting > 0 && waiting + message.length > this.#limit) return false;
    this.#messages.push(message);
    this.#waitingBytes += message.length;
    return true;
  }

  /** What is due: the next message, or all of them as one batch (WAMP 15.3); undefined when nothing waits. */
  take(): Buffer | undefined {
    const [first] = this.#messages;
    if (first === undefined) return undefined;
    const due = this.#isBatched ? Buffer.concat(this.#messages, this.#waitingBytes) : first;
    this.#messages.splice(0, this.#isBatched ? this.#messages.length : 1);
    this.#waitingBytes -= due.length;
    this.#givenBytes += due.length;
    return due;
  }

  /** The client has taken so many bytes of what it was given. */
  confirm(bytes: number): void {
    this.#givenBytes -= bytes;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#messages = [];
    this.#waitingBytes = 0;
  }
}
