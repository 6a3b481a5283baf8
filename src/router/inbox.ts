import type { RoutedMessage } from './protocol/message.js';
import type { SessionLimits } from './session-limits.js';
import type { Transport } from './transport/transport.js';
import {
  awaitTurnEnd,
  currentTurn,
  sentCount,
  sentSince,
  type TurnMember,
} from './transport/turns/turn.js';

/** A sender that was in order for so long after a throttling starts anew. */
const RECOVERY_MS = 1000;
/** The shortest wait for tokens: below it a timer would fire for every few messages. */
const SHORTEST_WAIT_MS = 10;

/**
 * So many messages of one session are routed in one turn of the event loop, at most. Sockets bring 64 KiB at a time and batches hold
 * thousands: without a bound, one session could keep all others from being read and written for as long as it has something to say.
 */
export const MESSAGES_PER_TURN = 256;
/**
 * When what a session sent has made so many messages for others, the rest of it waits for the next turn: a PUBLISH costs what its
 * subscribers cost. Large enough for a turn to bring each of a thousand subscribers a dozen events in one write.
 */
export const SENDS_PER_TURN = 16 * 1024;

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
 * The door at which a session's messages wait when they must: while an answer that the one before needs is outstanding, while the
 * session has spent its message rate, and until the turn ends when they were too many for one. Meanwhile its transport is not read, so what
 * gathers here is bounded by what had been read already; other sessions go on.
 */
export class Inbox implements TurnMember {
  readonly #options: InboxOptions;
  #limits: SessionLimits;
  #waiting: RoutedMessage[] = [];
  #holds = 0;
  #isClosed = false;
  /** The turn in which the last message was routed, how many were in it, and what they made others be sent. */
  #turn = 0;
  #routed = 0;
  #caused = 0;
  #awaitsTurn = false;
  #onempty: (() => void) | undefined;
  #tokens: number;
  #refilledAt = performance.now();
  #throttle: NodeJS.Timeout | undefined;
  #throttledSince = 0;
  #throttledUntil = -Infinity;

  constructor(options: InboxOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#tokens = options.limits.burst;
  }

  /** Other limits from now on; what the session may send at once is not given anew. */
  setLimits(limits: SessionLimits): void {
    this.#refill(performance.now());
    this.#limits = limits;
    this.#tokens = Math.min(limits.burst, this.#tokens);
  }

  /** Takes a message in: routed at once, unless it must wait. */
  deliver(message: RoutedMessage): void {
    if (this.#isClosed) return;
    if (this.#mayRoute() && this.#hasShare() && this.#spend()) this.#route(message);
    else this.#waiting.push(message);
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

  /**
   * The transport has ended: `then` is called when what came before is routed. At once where nothing waits but what may not be routed yet; that
   * is not waited for.
   */
  finish(then: () => void): void {
    if (this.#awaitsTurn) this.#onempty = then;
    else then();
  }

  /** Goes on with what was too much for the turn before. */
  endTurn(): void {
    this.#awaitsTurn = false;
    this.#drain();
    this.#end();
  }

  /** Drops what waits, for good. The transport is read again: it may outlive the session, and the peer's GOODBYE must be heard. */
  close(): void {
    const isPaused = !this.#mayRoute() && !this.#isClosed;
    this.#isClosed = true;
    this.#holds = 0;
    this.#awaitsTurn = false;
    this.#waiting = [];
    clearTimeout(this.#throttle);
    this.#throttle = undefined;
    if (isPaused) this.#options.transport.resume();
    // Whoever closes is in the middle of it.
    if (this.#onempty !== undefined)
      queueMicrotask(() => {
        this.#end();
      });
  }

  /** What was to come when nothing waits for its turn any more. */
  #end(): void {
    if (this.#awaitsTurn) return;
    const onempty = this.#onempty;
    this.#onempty = undefined;
    onempty?.();
  }

  #route(message: RoutedMessage): void {
    const count = sentCount();
    this.#options.receive(message);
    this.#routed += 1;
    this.#caused += sentSince(count);
  }

  /** Whether one more may be routed in this turn; if not, the transport is not read and the turn's end awaited. */
  #hasShare(): boolean {
    const turn = currentTurn();
    if (turn !== this.#turn) {
      this.#turn = turn;
      this.#routed = 0;
      this.#caused = 0;
    }
    if (this.#routed < MESSAGES_PER_TURN && this.#caused < SENDS_PER_TURN) return true;
    this.#awaitsTurn = true;
    this.#options.transport.pause();
    awaitTurnEnd(this);
    return false;
  }

  #drain(): void {
    let routed = 0;
    while (this.#mayRoute() && routed < this.#waiting.length) {
      const message = this.#waiting[routed];
      if (message === undefined || !this.#hasShare() || !this.#spend()) break;
      routed += 1;
      this.#route(message);
    }
    if (this.#isClosed) return;
    this.#waiting.splice(0, routed);
    if (this.#mayRoute()) this.#options.transport.resume();
  }

  #mayRoute(): boolean {
    return (
      this.#holds === 0 && !this.#awaitsTurn && !this.#isClosed && this.#throttle === undefined
    );
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
    const { messagesPerSecond, burst } = this.#limits;
    const earned = ((now - this.#refilledAt) / 1000) * messagesPerSecond;
    this.#tokens = Math.min(burst, this.#tokens + earned);
    this.#refilledAt = now;
  }

  #beginThrottle(): void {
    const now = performance.now();
    const { onflood, transport } = this.#options;
    const limits = this.#limits;
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
