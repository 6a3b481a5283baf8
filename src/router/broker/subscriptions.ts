import { newSubscriptionId, type SubscriptionId } from '../protocol/id.js';
import { PatternMap } from '../pattern-map/pattern-map.js';
import type { MatchPolicy } from '../protocol/uri.js';
import type { Session } from '../session.js';
import type { Subscription, SubscriptionDirectory } from './subscription.js';
import type { EventStore } from './event-store.js';
import type { HeldEvents } from './held-events.js';

/** A subscription as the broker has it. */
export class OpenSubscription implements Subscription {
  readonly id: SubscriptionId = newSubscriptionId();
  readonly created = Date.now();
  readonly subscribers = new Set<Session>();
  /** The subscribers whose events are held back, if there are any. */
  held: Map<Session, HeldEvents> | undefined;
  readonly uri: string;
  readonly match: MatchPolicy;
  /** Where its events are kept. One that has a history stays when nobody holds it. */
  readonly history: EventStore | undefined;

  constructor(uri: string, match: MatchPolicy, history?: EventStore) {
    this.uri = uri;
    this.match = match;
    this.history = history;
  }
}

/** The subscriptions of a realm, by id, by what they match and by who holds them. */
export class Subscriptions implements SubscriptionDirectory {
  readonly #byPattern = new PatternMap<OpenSubscription>();
  readonly #byId = new Map<number, OpenSubscription>();
  readonly #bySession = new Map<Session, Map<number, OpenSubscription>>();

  /** Makes the subscription of a pair for which there is none. */
  create(uri: string, match: MatchPolicy, history?: EventStore): OpenSubscription {
    const subscription = new OpenSubscription(uri, match, history);
    this.#byPattern.set(uri, match, subscription);
    this.#byId.set(subscription.id, subscription);
    return subscription;
  }

  /** Lets a session have a subscription. */
  enter(session: Session, subscription: OpenSubscription): void {
    const held = this.#bySession.get(session) ?? new Map<number, OpenSubscription>();
    this.#bySession.set(session, held.set(subscription.id, subscription));
    subscription.subscribers.add(session);
  }

  /** Takes a subscription from a session. True when that was its end: nobody holds it, and it has no history. */
  leave(session: Session, subscription: OpenSubscription): boolean {
    this.#bySession.get(session)?.delete(subscription.id);
    subscription.subscribers.delete(session);
    subscription.held?.get(session)?.end();
    if (subscription.subscribers.size > 0 || subscription.history !== undefined) return false;
    this.#byId.delete(subscription.id);
    this.#byPattern.delete(subscription.uri, subscription.match);
    return true;
  }

  /** Forgets a session, which keeps what it holds until it is taken from it; gives that. */
  forget(session: Session): readonly OpenSubscription[] {
    const held = this.#bySession.get(session);
    this.#bySession.delete(session);
    return [...(held?.values() ?? [])];
  }

  /** The subscription, if this session holds it. */
  findHeld(session: Session, id: number): OpenSubscription | undefined {
    return this.#bySession.get(session)?.get(id);
  }

  /** Those that a session holds. */
  of(session: Session): readonly OpenSubscription[] {
    return [...(this.#bySession.get(session)?.values() ?? [])];
  }

  /** How many a session holds. */
  countOf(session: Session): number {
    return this.#bySession.get(session)?.size ?? 0;
  }

  find(id: number): OpenSubscription | undefined {
    return this.#byId.get(id);
  }

  lookup(uri: string, match: MatchPolicy): OpenSubscription | undefined {
    return this.#byPattern.find(uri, match);
  }

  matching(topic: string): readonly OpenSubscription[] {
    return this.#byPattern.matching(topic);
  }

  /** The one for this very topic. */
  exact(topic: string): OpenSubscription | undefined {
    return this.#byPattern.exact(topic);
  }

  /** Those whose prefix or wildcard matches the topic. */
  patterns(topic: string): readonly OpenSubscription[] {
    return this.#byPattern.patterns(topic);
  }

  /** In the order in which they were made. */
  [Symbol.iterator](): Iterator<OpenSubscription> {
    return this.#byId.values();
  }
}
