import type { Logger } from '../logger.js';
import type { PublicationId } from '../protocol/id.js';
import { MessageType, type Dict, type Event } from '../protocol/message.js';
import type { Payload } from '../protocol/payload.js';
import type { MatchPolicy } from '../protocol/uri.js';
import type { RetentionLimits } from '../realm-options.js';
import type { Session } from '../session.js';
import type { Subscription } from './subscription.js';
import { dictBytes, payloadBytes } from './event-bytes.js';
import type { Publication } from './publication.js';
import { hasLists, type PublicationFilter } from './publication-filter.js';
import { uriMatcher } from '../pattern-map/uri-matcher.js';

/** An event that a topic keeps for those who come later. */
interface RetainedEvent {
  readonly publication: PublicationId;
  readonly topic: string;
  readonly details: Dict;
  readonly payload: Payload;
  readonly mayReceive: PublicationFilter;
  /** Whether everybody but its publisher may have it. */
  readonly isGeneral: boolean;
  readonly place: number;
  readonly expiresAt: number;
  readonly bytes: number;
}

/** A look for expired events goes through all of them, so it is not made more often. */
const SWEEP_INTERVAL_MS = 1000;

/**
 * The most recent retained event of each topic (WAMP, Event Retention), and besides it, when that one is for some only, the most recent one
 * for all. Who may have an event is settled as it is published. The topics whose events are the oldest give way to new ones.
 */
export class RetainedEvents {
  readonly #limits: RetentionLimits;
  readonly #logger: Logger;
  /** In the order of the last publication; each topic's events the oldest first. */
  readonly #byTopic = new Map<string, readonly RetainedEvent[]>();
  #bytes = 0;
  #lastPlace = 0;
  #evicted = 0;
  /** No event expires before it. */
  #nextExpiry = Infinity;
  #sweptAt = 0;

  constructor(limits: RetentionLimits, logger: Logger) {
    this.#limits = limits;
    this.#logger = logger;
  }

  /** Events that had to give way, or found no room. */
  get evicted(): number {
    return this.#evicted;
  }

  /** Keeps a publication in the place of its topic's last one, unless retention is switched off. */
  keep(publication: Publication): void {
    if (this.#limits.topics === 0) return;
    const event = this.#retain(publication);
    const before = this.#remove(event.topic);
    if (event.bytes > this.#limits.bytes) {
      // What came before it is not the topic's last event any more.
      this.#countEvicted(before.length + 1);
      return;
    }
    const general = event.isGeneral ? undefined : before.findLast(({ isGeneral }) => isGeneral);
    this.#add(event.topic, general === undefined ? [event] : [general, event]);
    this.#makeRoom();
  }

  /**
   * The events that a subscriber gets who asks for them on this subscription: for each topic the most recent that it would have received,
   * in the order of publication. On a pattern it looks at each topic that has one.
   */
  eventsFor(subscription: Subscription, session: Session): Event[] {
    const now = Date.now();
    const found: RetainedEvent[] = [];
    for (const events of this.#matching(subscription.uri, subscription.match)) {
      const last = events.findLast(
        ({ expiresAt, mayReceive }) => expiresAt > now && mayReceive(session),
      );
      if (last !== undefined) found.push(last);
    }
    found.sort((one, other) => one.place - other.place);
    return found.map((event) => replay(event, subscription));
  }

  /** Removes the events of the topics that match; gives their number. */
  purge(uri: string, match: MatchPolicy): number {
    let removed = 0;
    for (const [event] of [...this.#matching(uri, match)]) {
      if (event !== undefined) removed += this.#remove(event.topic).length;
    }
    return removed;
  }

  *#matching(uri: string, match: MatchPolicy): Iterable<readonly RetainedEvent[]> {
    if (match === 'exact') {
      yield this.#byTopic.get(uri) ?? [];
      return;
    }
    const matches = uriMatcher(uri, match);
    for (const [topic, events] of this.#byTopic) if (matches(topic)) yield events;
  }

  #retain({ id, topic, options, details, ownPayload, lastingFilter }: Publication): RetainedEvent {
    const ttl = options['_retain_ttl'] ?? this.#limits.ttlMs;
    this.#lastPlace += 1;
    return {
      publication: id,
      topic,
      details,
      payload: ownPayload,
      mayReceive: lastingFilter,
      isGeneral: !hasLists(options),
      place: this.#lastPlace,
      expiresAt: typeof ttl === 'number' ? Date.now() + ttl : Infinity,
      bytes: payloadBytes(ownPayload) + dictBytes(options) + dictBytes(details),
    };
  }

  #add(topic: string, events: readonly RetainedEvent[]): void {
    this.#byTopic.set(topic, events);
    for (const { bytes, expiresAt } of events) {
      this.#bytes += bytes;
      this.#nextExpiry = Math.min(this.#nextExpiry, expiresAt);
    }
  }

  #remove(topic: string): readonly RetainedEvent[] {
    const events = this.#byTopic.get(topic) ?? [];
    this.#byTopic.delete(topic);
    for (const { bytes } of events) this.#bytes -= bytes;
    return events;
  }

  #isFull(): boolean {
    return this.#byTopic.size > this.#limits.topics || this.#bytes > this.#limits.bytes;
  }

  #makeRoom(): void {
    if (!this.#isFull()) return;
    this.#sweep(Date.now());
    for (const topic of this.#byTopic.keys()) {
      if (!this.#isFull()) return;
      this.#countEvicted(this.#remove(topic).length);
    }
  }

  /** Removes what has expired. */
  #sweep(now: number): void {
    if (now < this.#nextExpiry || now - this.#sweptAt < SWEEP_INTERVAL_MS) return;
    this.#sweptAt = now;
    this.#nextExpiry = Infinity;
    for (const [topic, events] of [...this.#byTopic]) {
      this.#remove(topic);
      const left = events.filter(({ expiresAt }) => expiresAt > now);
      if (left.length > 0) this.#add(topic, left);
    }
  }

  #countEvicted(events: number): void {
    this.#evicted += events;
    // At 1, 2, 4, 8 ...: a store that is full stays so, and each publication would say it.
    const isRare = 2 ** Math.floor(Math.log2(this.#evicted)) > this.#evicted - events;
    if (isRare) this.#logger.warn({ evicted: this.#evicted }, 'retained events had to give way');
  }
}

function replay(event: RetainedEvent, { id, match }: Subscription): Event {
  const details = { ...event.details, retained: true };
  return {
    type: MessageType.Event,
    subscription: id,
    publication: event.publication,
    details: match === 'exact' ? details : { ...details, topic: event.topic },
    payload: event.payload,
  };
}
