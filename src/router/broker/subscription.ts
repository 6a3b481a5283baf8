import type { SubscriptionId } from '../protocol/id.js';
import type { MatchPolicy } from '../protocol/uri.js';
import type { Session } from '../session.js';

/** A topic or pattern that sessions have subscribed to: one for each pair of URI and match policy. */
export interface Subscription {
  readonly id: SubscriptionId;
  readonly uri: string;
  readonly match: MatchPolicy;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly subscribers: ReadonlySet<Session>;
}

/** The subscriptions that there are, for those who only look. */
export interface SubscriptionDirectory extends Iterable<Subscription> {
  find(id: number): Subscription | undefined;
  lookup(uri: string, match: MatchPolicy): Subscription | undefined;
  /** Those that a session holds. */
  of(session: Session): readonly Subscription[];
  /** All that an event on `topic` goes to. */
  matching(topic: string): readonly Subscription[];
}

/**
 * Hears how subscriptions come and go, in this order and while it happens (WAMP, Subscription Meta API). Not of those below `wamp.`: who
 * listens to meta events shall not cause them.
 */
export interface SubscriptionObserver {
  /** The first subscriber has made it; {@link onsubscribed} follows. */
  readonly oncreated: (session: Session, subscription: Subscription) => void;
  readonly onsubscribed: (session: Session, subscription: Subscription) => void;
  readonly onunsubscribed: (session: Session, subscription: Subscription) => void;
  /** Its last subscriber has gone; comes after {@link onunsubscribed}. */
  readonly ondeleted: (session: Session, subscription: Subscription) => void;
}
