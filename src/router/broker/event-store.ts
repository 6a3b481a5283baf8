import type { PublicationId } from '../protocol/id.js';
import type { Dict } from '../protocol/message.js';
import type { Payload } from '../protocol/payload.js';

/** An event of a subscription's history. */
export interface StoredEvent {
  readonly publication: PublicationId;
  readonly topic: string;
  /** Microseconds since the epoch. */
  readonly timestamp: number;
  /** EVENT.Details as they were sent. */
  readonly details: Dict;
  readonly payload: Payload;
  /** The publication's lists of users and roles, if it had any: they hold for those who ask later too. */
  readonly audience: Dict | undefined;
}

/**
 * Keeps the events of one subscription, in the order in which the broker received them. Bounded: the oldest give way. The core waits for
 * nobody, so a store that writes elsewhere answers from what it has at hand.
 */
export interface EventStore {
  append(event: StoredEvent): void;
  /** The events that are kept, the oldest first. */
  read(): readonly StoredEvent[];
}
