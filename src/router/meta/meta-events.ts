import { NO_REQUEST } from '../protocol/id.js';
import { MessageType, NO_DETAILS, type List, type Publish } from '../protocol/message.js';
import type { Dict } from '../protocol/payload.js';
import { Payload } from '../protocol/payload.js';
import { jsonFormat } from '../serializer/json-serializer.js';
import type { Session } from '../session.js';
import type { SubscriptionDirectory } from '../broker/subscription.js';
import type { PublicationLine } from './publication-line.js';
import type { Discoverable, Visibility } from './visibility.js';

/** What meta events are published with. */
export interface MetaEventsOptions {
  readonly subscriptions: () => SubscriptionDirectory;
  readonly publish: (message: Publish) => void;
  readonly line: PublicationLine;
}

/** Publishes meta events, in their order. One that nobody has subscribed to costs a look-up and is not built. */
export class MetaEvents {
  readonly #options: MetaEventsOptions;
  #isClosed = false;

  constructor(options: MetaEventsOptions) {
    this.#options = options;
  }

  /** To all who have subscribed: the permission on the topic itself was asked when they did. */
  publish(topic: string, args: () => List): void {
    if (this.#isClosed || this.#options.subscriptions().matching(topic).length === 0) return;
    this.#options.line.enter(undefined, () => {
      this.#publish(topic, args(), NO_DETAILS);
    });
  }

  /** To those who have subscribed and may know of what the event is about. */
  publishAbout(thing: Discoverable, visibility: Visibility, topic: string, args: () => List): void {
    if (this.#isClosed) return;
    const subscribers = new Set<Session>();
    for (const subscription of this.#options.subscriptions().matching(topic)) {
      for (const subscriber of subscription.subscribers) subscribers.add(subscriber);
    }
    if (subscribers.size === 0) return;
    const values = args();
    this.#options.line.enter(visibility.audienceOf(thing, subscribers), (audience) => {
      if (audience.length === 0) return;
      // Always with a list, were it of all: such an event is not kept for those who ask for the history later.
      this.#publish(topic, values, { eligible: audience.map(({ id }) => id) });
    });
  }

  /** Publishes nothing any more. */
  close(): void {
    this.#isClosed = true;
  }

  #publish(topic: string, args: List, options: Dict): void {
    this.#options.publish({
      type: MessageType.Publish,
      request: NO_REQUEST,
      options,
      topic,
      payload: Payload.of(jsonFormat, args),
    });
  }
}
