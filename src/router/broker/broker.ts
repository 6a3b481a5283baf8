import type { DisclosurePolicy } from '../disclosure.js';
import { silentLogger, type Logger } from '../logger.js';
import { Uri, WampError } from '../protocol/errors.js';
import { NO_REQUEST } from '../protocol/id.js';
import {
  MessageType,
  type Dict,
  type Event,
  type List,
  type Publish,
  type Subscribe,
  type Unsubscribe,
} from '../protocol/message.js';
import { matchOf } from '../protocol/options.js';
import type { MatchPolicy } from '../protocol/uri.js';
import type { HistoryRule, RetentionLimits } from '../realm-options.js';
import type { Session } from '../session.js';
import type { Subscription, SubscriptionDirectory, SubscriptionObserver } from './subscription.js';
import { EventHistory, type EventStoreFactory } from './event-history.js';
import { DEFAULT_HOLD_LIMITS, HeldEvents, type HoldLimits } from './held-events.js';
import { parseHistoryQuery } from './history-query.js';
import { Publication } from './publication.js';
import { RetainedEvents } from './retained-events.js';
import { Subscriptions, type OpenSubscription } from './subscriptions.js';

/** What a WELCOME says of the broker: only what is wholly there. */
export const BROKER_FEATURES = {
  event_history: true,
  event_retention: true,
  pattern_based_subscription: true,
  payload_passthru_mode: true,
  publication_trustlevels: true,
  publisher_exclusion: true,
  publisher_identification: true,
  subscriber_blackwhite_listing: true,
  subscription_revocation: true,
} as const;

/** What a broker is made of. */
export interface BrokerOptions {
  readonly disclosure: DisclosurePolicy;
  readonly retention: RetentionLimits;
  readonly history: readonly HistoryRule[];
  /** Hears how subscriptions come and go. */
  readonly observer?: SubscriptionObserver | undefined;
  readonly logger?: Logger | undefined;
  /** Where histories are kept. Default: in memory. */
  readonly eventStore?: EventStoreFactory | undefined;
  readonly holdLimits?: HoldLimits | undefined;
}

/** What a broker could not deliver or keep. */
export interface BrokerLosses {
  /** Events longer than their subscriber takes. */
  readonly tooLong: number;
  /** Retained events that had to give way. */
  readonly evicted: number;
  /** Sessions closed since too much was held back for them. */
  readonly overflows: number;
}

/**
 * Routes publications to the subscribers of their topics in one realm (WAMP 5, 12). URIs are valid and requests are authorized when they
 * come here. Throws WampError for what the session shall be told, ProtocolViolation for what ends it.
 */
export class Broker {
  readonly #options: BrokerOptions;
  readonly #logger: Logger;
  readonly #subscriptions = new Subscriptions();
  readonly #retained: RetainedEvents;
  readonly #history: EventHistory;
  #tooLong = 0;
  #overflows = 0;

  constructor(options: BrokerOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#retained = new RetainedEvents(options.retention, this.#logger);
    this.#history = new EventHistory(options.history, this.#subscriptions, options.eventStore);
  }

  /** The subscriptions that there are. */
  get subscriptions(): SubscriptionDirectory {
    return this.#subscriptions;
  }

  /** What was lost since it began. */
  get losses(): BrokerLosses {
    const { evicted } = this.#retained;
    return { tooLong: this.#tooLong, evicted, overflows: this.#overflows };
  }

  /**
   * Subscribes a session; it gets the same subscription again when it has it already. SUBSCRIBED comes first, then the retained events if
   * it asks for them (each time that it asks), then what is published from now on: nothing can come between.
   */
  subscribe(session: Session, message: Subscribe): void {
    const { topic, options } = message;
    const match = matchOf(options);
    const known = this.#subscriptions.lookup(topic, match);
    const isNew = known?.subscribers.has(session) !== true;
    if (isNew && this.#subscriptions.countOf(session) >= session.limits.subscriptions) {
      throw new WampError(Uri.limitExceeded, ['too many subscriptions in this session']);
    }
    const subscription = known ?? this.#subscriptions.create(topic, match);
    if (isNew) this.#subscriptions.enter(session, subscription);
    session.send({
      type: MessageType.Subscribed,
      request: message.request,
      subscription: subscription.id,
    });
    if (isNew) this.#tellEntered(session, subscription, known === undefined);
    if (options['get_retained'] === true) {
      for (const event of this.#retained.eventsFor(subscription, session)) {
        this.#send(session, event);
      }
    }
  }

  /** Ends a subscription that this session holds. */
  unsubscribe(session: Session, message: Unsubscribe): void {
    const subscription = this.#subscriptions.findHeld(session, message.subscription);
    if (subscription === undefined) throw new WampError(Uri.noSuchSubscription);
    const isOver = this.#subscriptions.leave(session, subscription);
    session.send({ type: MessageType.Unsubscribed, request: message.request });
    this.#tellLeft(session, subscription, isOver);
  }

  /**
   * Ends a session's subscription for the router's own reasons (WAMP, Subscription Revocation); who announced that it understands so is
   * told. False when the session does not hold it.
   */
  revoke({ id }: Subscription, session: Session, reason?: string): boolean {
    const subscription = this.#subscriptions.findHeld(session, id);
    if (subscription === undefined) return false;
    const isOver = this.#subscriptions.leave(session, subscription);
    if (session.announces('subscriber.subscription_revocation')) {
      session.send({
        type: MessageType.Unsubscribed,
        request: NO_REQUEST,
        details: reason === undefined ? { subscription: id } : { subscription: id, reason },
      });
    }
    this.#tellLeft(session, subscription, isOver);
    return true;
  }

  /**
   * Sends one EVENT for each matching subscription to each of its subscribers that the options let have it, and PUBLISHED to the publisher
   * if it asks. `disclosure`: how the publisher is made known, if not as the realm has it.
   */
  publish(session: Session, message: Publish, disclosure = this.#options.disclosure): void {
    const publication = new Publication(session, message, disclosure);
    if (message.options['retain'] === true) this.#retained.keep(publication);
    const exact = this.#subscriptions.exact(message.topic);
    if (exact !== undefined) this.#dispatch(publication, exact);
    for (const subscription of this.#subscriptions.patterns(message.topic)) {
      this.#dispatch(publication, subscription);
    }
    if (message.options['acknowledge'] === true) {
      const { id } = publication;
      session.send({ type: MessageType.Published, request: message.request, publication: id });
    }
  }

  /** Forgets a session that has left. */
  removeSession(session: Session): void {
    for (const subscription of this.#subscriptions.forget(session)) {
      this.#tellLeft(session, subscription, this.#subscriptions.leave(session, subscription));
    }
  }

  /**
   * Holds back a subscriber's live events of one subscription until they are released: for a snapshot that somebody else sends meanwhile, as
   * publications that are for its session alone (`eligible`) and marked with `_snapshot`. A second hold is the first one. The
   * caller sees to it that each is released: there is a bound for what is held, none for how long.
   */
  holdEvents(subscription: Subscription, session: Session): HeldEvents {
    const open = this.#subscriptions.findHeld(session, subscription.id);
    if (open === undefined) throw new RangeError('only a subscriber’s events can be held');
    open.held ??= new Map();
    const known = open.held.get(session);
    if (known !== undefined) return known;
    const limits = this.#options.holdLimits ?? DEFAULT_HOLD_LIMITS;
    const hold = new HeldEvents(session, limits, {
      onevent: (event) => {
        this.#send(session, event);
      },
      onend: () => {
        open.held?.delete(session);
        if (open.held?.size === 0) open.held = undefined;
      },
      onoverflow: () => {
        this.#overflows += 1;
        const fields = { session: session.id, subscription: open.id };
        this.#logger.warn(fields, 'too many events were held back');
      },
    });
    open.held.set(session, hold);
    return hold;
  }

  /**
   * The events of a subscription with a history, each as one dict: `wamp.subscription.get_events` (WAMP, Event History). Whoever calls it has
   * made sure that the asker may subscribe to the URI with the match policy of the subscription that the first argument names. An answer
   * has a bound of its own; the asker goes on with `after_publication`, or `before_publication` in reverse. Throws WampError
   * `wamp.error.invalid_argument` or `wamp.error.no_such_subscription`.
   */
  getEvents(asker: Session, args: List, kwargs: Dict): List {
    const query = parseHistoryQuery(args, kwargs);
    const subscription = this.#subscriptions.find(query.subscription);
    if (subscription === undefined) throw new WampError(Uri.noSuchSubscription);
    return this.#history.answer(asker, query, subscription);
  }

  /** Removes the retained events of the topics that match, and gives their number. */
  purgeRetained(uri: string, match: MatchPolicy): number {
    return this.#retained.purge(uri, match);
  }

  #tellEntered(session: Session, subscription: OpenSubscription, isFirst: boolean): void {
    const observer = this.#observerOf(subscription);
    if (isFirst) observer?.oncreated(session, subscription);
    observer?.onsubscribed(session, subscription);
  }

  #tellLeft(session: Session, subscription: OpenSubscription, isOver: boolean): void {
    const observer = this.#observerOf(subscription);
    observer?.onunsubscribed(session, subscription);
    if (isOver) observer?.ondeleted(session, subscription);
  }

  /** Who listens to meta events shall not cause them. */
  #observerOf({ uri }: Subscription): SubscriptionObserver | undefined {
    return uri.startsWith('wamp.') ? undefined : this.#options.observer;
  }

  #dispatch(publication: Publication, subscription: OpenSubscription): void {
    const { history, held } = subscription;
    if (history !== undefined) this.#history.add(publication, subscription, history);
    if (held !== undefined && !isSnapshot(publication.options)) {
      this.#dispatchAround(publication, subscription, held);
      return;
    }
    const { mayReceive } = publication;
    const event = publication.eventFor(subscription);
    let tooLong = 0;
    for (const subscriber of subscription.subscribers) {
      // WAMP 8: what is too long for one subscriber concerns nobody else.
      if (mayReceive(subscriber) && !subscriber.send(event)) tooLong += 1;
    }
    this.#tooLong += tooLong;
  }

  /** As above, but for those whose events are held back. */
  #dispatchAround(
    publication: Publication,
    subscription: OpenSubscription,
    held: ReadonlyMap<Session, HeldEvents>,
  ): void {
    const { mayReceive, ownPayload } = publication;
    const event = { ...publication.eventFor(subscription), payload: ownPayload };
    for (const subscriber of subscription.subscribers) {
      if (!mayReceive(subscriber)) continue;
      const hold = held.get(subscriber);
      if (hold === undefined) this.#send(subscriber, event);
      else hold.add(event);
    }
  }

  #send(session: Session, event: Event): void {
    if (!session.send(event)) this.#tooLong += 1;
  }
}

/** Whether a publication is part of a snapshot: for the sessions that it names, held or not. */
const isSnapshot = (options: Dict): boolean =>
  options['_snapshot'] === true && options['eligible'] !== undefined;
