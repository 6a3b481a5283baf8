import type { Event } from '../protocol/message.js';
import type { Session } from '../session.js';
import { CloseCode } from '../transport/close-codes.js';
import { payloadBytes } from './event-bytes.js';

/** What may be held back for one subscriber of one subscription. */
export interface HoldLimits {
  readonly events: number;
  /** Bytes of their payloads. */
  readonly bytes: number;
}

/** The default bounds. */
export const DEFAULT_HOLD_LIMITS: HoldLimits = { events: 1000, bytes: 1024 * 1024 };

/** What a hold tells the broker. */
export interface HoldReceiver {
  /** An event that was held goes to the subscriber. */
  readonly onevent: (event: Event) => void;
  /** It is over: events go straight to the subscriber again. */
  readonly onend: () => void;
  /** More came than it may hold; its session is closed next. */
  readonly onoverflow: () => void;
}

/**
 * The live events of one subscriber, held back while it is sent a snapshot that comes from elsewhere: snapshot, then live, without a gap
 * and in order. When more comes than it may hold, the session is closed as a slow consumer, so that the client comes back and starts anew.
 */
export class HeldEvents {
  readonly #session: Session;
  readonly #limits: HoldLimits;
  readonly #receiver: HoldReceiver;
  #events: Event[] = [];
  #bytes = 0;
  #isOver = false;

  constructor(session: Session, limits: HoldLimits, receiver: HoldReceiver) {
    this.#session = session;
    this.#limits = limits;
    this.#receiver = receiver;
  }

  /** Whether it was released, or its subscription or session has ended. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** For the broker: holds an event back. */
  add(event: Event): void {
    this.#events.push(event);
    this.#bytes += payloadBytes(event.payload);
    if (this.#events.length <= this.#limits.events && this.#bytes <= this.#limits.bytes) return;
    this.end();
    this.#receiver.onoverflow();
    this.#session.close(CloseCode.slowConsumer, 'too much came before the snapshot');
  }

  /**
   * Sends what was held, in order, and ends the hold. `after` is the last publication that the snapshot contains: held events up to and
   * including it are left out; when it is none of them, all are sent. Idempotent.
   */
  release(after?: number): void {
    const events = this.#events;
    this.end();
    const last = events.findIndex(({ publication }) => publication === after);
    for (const event of events.slice(last + 1)) this.#receiver.onevent(event);
  }

  /** Ends the hold and forgets what was held. Idempotent. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events = [];
    this.#receiver.onend();
  }
}
