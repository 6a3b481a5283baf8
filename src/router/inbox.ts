import type { RoutedMessage } from './protocol/message.js';
import type { SessionLimits } from './session-limits.js';
import type { Transport } from './transport/transport.js';

/** A sender that was in order for so long after a throttling starts anew. */
const RECOVERY_MS = 1000;
/** The shortest wait for tokens: below it a timer would fire for every few messages. */
const SHORTEST_WAIT_MS = 10;

/** What an inbox needs to know of its session. */
export interface InboxOptions {
  readonly transport: Transport;
  readonly limits: SessionLimits;
  /** Routes a message to its end. */
  readonly receive: (message: RoutedMessage) => void;
  /** The peer sent too fast for longer than `limits.floodMs`. */
  readonly onflood: () => void;
}

/**
 * The door at which a session's messages wait when they must: while an answer that the one before needs is outstanding, and while the
 * session has spent its message rate. Meanwhile its transport is not read, so what gathers here is bounded by what had been read
 * already; other sessions go on.
 */
export class Inbox {
  readonly #options: InboxOptions;
  #waiting: RoutedMessage[] = [];
  #holds = 0;
  #isClosed = false;
  #tokens: number;
  #refilledAt = performance.now();
  #throttle: NodeJS.Timeout | undefined;
  #throttledSince = 0;
  #throttledUntil = -Infinity;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#tokens = options.limits.burst;
  }

  /** Takes a message in: routed at once, unless it must wait. */
  deliver(message: RoutedMessage): void {
    if (this.#isClosed) return;
    if (this.#holds > 0 || this.#throttle !== undefined || !this.#spend())
      this.#waiting.push(message);
    else this.#options.receive(message);
  }

  /** Holds later messages back until {@link release}; several holds, until each is released. */
  hold(): void {
    if (this.#isClosed) return;
    this.#holds += 1;
    if (this.#holds === 1) this.#options.transport.pause();
  }

  /** Ends a hold; with the last one the messages go on. */
  release(): void {
    if (this.#holds === 0) return;
    this.#holds -= 1;
    this.#drain();
  }

  /** Drops what waits, for good. The transport is read again: it may outlive the session, and the peer's GOODBYE must be heard. */
  close(): void {
    const isPaused = this.#holds > 0 || this.#throttle !== undefined;
    this.#isClosed = true;
    this.#holds = 0;
    this.#waiting = [];
    clearTimeout(this.#throttle);
    this.#throttle = undefined;
    if (isPaused) this.#options.transport.resume();
  }

  #drain(): void {
    let routed = 0;
    while (this.#mayRoute() && routed < this.#waiting.length) {
      const message = this.#waiting[routed];
      if (message === undefined || !this.#spend()) break;
      routed += 1;
      this.#options.receive(message);
    }
    if (this.#isClosed) return;
    this.#waiting.splice(0, routed);
    if (this.#mayRoute()) this.#options.transport.resume();
  }

  #mayRoute(): boolean {
    return this.#holds === 0 && !this.#isClosed && this.#throttle === undefined;
  }

  /** Takes a token; when there is none, begins a wait for some. */
  #spend(): boolean {
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return true;
    }
    this.#refill(performance.now());
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return true;
    }
    this.#beginThrottle();
    return false;
  }

  #refill(now: number): void {
    const { messagesPerSecond, burst } = this.#options.limits;
    const earned = ((now - this.#refilledAt) / 1000) * messagesPerSecond;
    this.#tokens = Math.min(burst, this.#tokens + earned);
    this.#refilledAt = now;
  }

  #beginThrottle(): void {
    const now = performance.now();
    const { limits, onflood, transport } = this.#options;
    if (now - this.#throttledUntil > RECOVERY_MS) this.#throttledSince = now;
    if (now - this.#throttledSince > limits.floodMs) {
      onflood();
      return;
    }
    transport.pause();
    const waitMs = Math.max(SHORTEST_WAIT_MS, 1000 / limits.messagesPerSecond);
    this.#throttledUntil = now + waitMs;
    this.#throttle = setTimeout(() => {
      this.#throttle = undefined;
      this.#drain();
    }, waitMs);
  }
}
