import { isDisclosed, publisherDetails, type DisclosurePolicy } from '../disclosure.js';
import { checkPassthru, passthruDetails } from '../payload-passthru.js';
import { newPublicationId, type PublicationId } from '../protocol/id.js';
import {
  MessageType,
  NO_DETAILS,
  type Dict,
  type Event,
  type Publish,
} from '../protocol/message.js';
import { Payload } from '../protocol/payload.js';
import type { Session } from '../session.js';
import type { Subscription } from './subscription.js';
import { lastingFilter, publicationFilter, type PublicationFilter } from './publication-filter.js';

/** A publication on its way: what its events say, and who may have them. */
export class Publication {
  readonly id: PublicationId = newPublicationId();
  readonly topic: string;
  readonly options: Dict;
  readonly payload: Payload;
  /** What is said to those who know the topic. Most publications say nothing: then it is NO_DETAILS, whose frame is quick to write. */
  readonly details: Dict;
  readonly #publisher: Session;
  #patternDetails: Dict | undefined;
  #filter: PublicationFilter | undefined;
  #ownPayload: Payload | undefined;

  /**
   * Throws WampError when the publisher wants to be disclosed and the realm forbids it, ProtocolViolation when it passes a payload through
   * without having announced that it can.
   */
  constructor(publisher: Session, { topic, options, payload }: Publish, policy: DisclosurePolicy) {
    this.topic = topic;
    this.options = options;
    this.payload = payload;
    this.#publisher = publisher;
    this.details = detailsOf(publisher, options, policy);
  }

  /** Whether a session may receive it. */
  get mayReceive(): PublicationFilter {
    return (this.#filter ??= publicationFilter(this.#publisher, this.options));
  }

  /** Whether a session that comes later may have it, for who keeps it. */
  get lastingFilter(): PublicationFilter {
    return lastingFilter(this.#publisher, this.options);
  }

  /** The payload in memory of its own, for who keeps it: the bytes that came are a part of something larger. */
  get ownPayload(): Payload {
    return (this.#ownPayload ??= copyOf(this.payload));
  }

  /** The event that all subscribers of a subscription share. */
  eventFor(subscription: Subscription): Event {
    return {
      type: MessageType.Event,
      subscription: subscription.id,
      publication: this.id,
      details: this.detailsFor(subscription),
      payload: this.payload,
    };
  }

  /** What is said on a subscription: on a pattern also the topic (WAMP, Pattern-based Subscriptions). */
  detailsFor({ match }: Subscription): Dict {
    if (match === 'exact') return this.details;
    return (this.#patternDetails ??= { ...this.details, topic: this.topic });
  }
}

function detailsOf(publisher: Session, options: Dict, policy: DisclosurePolicy): Dict {
  const passthru = passthruDetails(options);
  checkPassthru(publisher, 'publisher', passthru);
  // The router's own clients have nobody to be made known, unless they wish it.
  const isKnown = isDisclosed(publisher.isInternal ? 'on_request' : policy, options);
  const { trustLevel } = publisher;
  if (!isKnown && passthru === undefined && trustLevel === undefined) return NO_DETAILS;
  return {
    ...(isKnown ? publisherDetails(publisher) : {}),
    ...(trustLevel === undefined ? {} : { trustlevel: trustLevel }),
    ...passthru,
  };
}

const copyOf = ({ format, argsBytes, kwargsBytes }: Payload): Payload =>
  new Payload(format, copyBytes(argsBytes), copyBytes(kwargsBytes));

function copyBytes(bytes: Buffer | undefined): Buffer | undefined {
  if (bytes === undefined) return undefined;
  // Not from the pool: a few bytes would keep all of it.
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}
