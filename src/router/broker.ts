import { Uri, WampError } from './protocol/errors.js';
import { newPublicationId, newSubscriptionId, type SubscriptionId } from './protocol/id.js';
import {
  MessageType,
  NO_DETAILS,
  type Event,
  type Publish,
  type Subscribe,
  type Unsubscribe,
} from './protocol/message.js';
import { publicationFilter } from './publication-filter.js';
import type { Session } from './session.js';

/** What a WELCOME says of the broker: only what is wholly there. */
export const BROKER_FEATURES = {
  publisher_exclusion: true,
  subscriber_blackwhite_listing: true,
} as const;

interface Subscription {
  readonly id: SubscriptionId;
  readonly topic: string;
  readonly subscribers: Set<Session>;
}

/**
 * Routes publications to the subscribers of their topics in one realm (WAMP 5). Topics are valid URIs and requests are authorized
 * when they come here. Throws WampError for what the session shall be told.
 */
export class Broker {
  readonly #byTopic = new Map<string, Subscription>();
  readonly #bySession = new Map<Session, Map<SubscriptionId, Subscription>>();

  /** Subscribes a session; it gets the same subscription again when it has it already. */
  subscribe(session: Session, message: Subscribe): void {
    if ((message.options['match'] ?? 'exact') !== 'exact') {
      throw new WampError(Uri.optionNotAllowed, ['this router matches topics exactly']);
    }
    const subscription = this.#byTopic.get(message.topic) ?? this.#create(message.topic);
    const held = this.#bySession.get(session) ?? new Map<SubscriptionId, Subscription>();
    if (!held.has(subscription.id)) {
      if (held.size >= session.limits.subscriptions) {
        this.#removeIfUnused(subscription);
        throw new WampError(Uri.limitExceeded, ['too many subscriptions in this session']);
      }
      held.set(subscription.id, subscription);
      this.#bySession.set(session, held);
      subscription.subscribers.add(session);
    }
    session.send({
      type: MessageType.Subscribed,
      request: message.request,
      subscription: subscription.id,
    });
  }

  /** Ends a subscription that this session holds. */
  unsubscribe(session: Session, message: Unsubscribe): void {
    const held = this.#bySession.get(session);
    const subscription = held?.get(message.subscription);
    if (held === undefined || subscription === undefined) {
      throw new WampError(Uri.noSuchSubscription);
    }
    held.delete(subscription.id);
    this.#leave(session, subscription);
    session.send({ type: MessageType.Unsubscribed, request: message.request });
  }

  /** Sends one EVENT to each subscriber that the options let have it, PUBLISHED to the publisher if it asks. */
  publish(session: Session, message: Publish): void {
    const publication = newPublicationId();
    const subscription = this.#byTopic.get(message.topic);
    if (subscription !== undefined) {
      const event: Event = {
        type: MessageType.Event,
        subscription: subscription.id,
        publication,
        details: NO_DETAILS,
        payload: message.payload,
      };
      const mayReceive = publicationFilter(session, message.options);
      for (const subscriber of subscription.subscribers) {
        if (mayReceive(subscriber)) subscriber.send(event);
      }
    }
    if (message.options['acknowledge'] === true) {
      session.send({ type: MessageType.Published, request: message.request, publication });
    }
  }

  /** Forgets a session that has left. */
  removeSession(session: Session): void {
    const held = this.#bySession.get(session);
    this.#bySession.delete(session);
    for (const subscription of held?.values() ?? []) this.#leave(session, subscription);
  }

  #create(topic: string): Subscription {
    const subscription = { id: newSubscriptionId(), topic, subscribers: new Set<Session>() };
    this.#byTopic.set(topic, subscription);
    return subscription;
  }

  #leave(session: Session, subscription: Subscription): void {
    subscription.subscribers.delete(session);
    this.#removeIfUnused(subscription);
  }

  #removeIfUnused(subscription: Subscription): void {
    if (subscription.subscribers.size === 0) this.#byTopic.delete(subscription.topic);
  }
}
