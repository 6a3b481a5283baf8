import { parseMessage } from './message-codec.js';
import { FIRST_SEQUENCE, sequenceReaderOf, type Payload } from './payload.js';
import type { Peer } from './peer.js';
import { SequenceChecker } from './sequence-checker.js';
import { Code } from './wamp-peer.js';

/** A subscribed session: which topic (by its place in the list) and under which subscription id. */
export interface Subscriber {
  readonly peer: Peer;
  readonly topic: number;
  readonly subscription: number;
}

/** One publisher and those that hear it. All topics have the same number of subscribers. */
export interface Audience {
  readonly publisher: Peer;
  readonly topics: readonly string[];
  readonly subscribers: readonly Subscriber[];
  /** Sessions that get nothing and are only there. */
  readonly bystanders: readonly Peer[];
  readonly payload: Payload;
}

/** Who is told what a subscriber hears. */
export interface DeliveryReceiver {
  /** The event came that this subscriber had to get next. */
  readonly ondelivery: (sequence: number) => void;
  /** The subscriber cannot go on. */
  readonly fail: (error: Error) => void;
}

/** One delivery in so many is decoded and compared whole; of the others only the number is read. */
const WHOLE_CHECK_MASK = 15;

/**
 * Listens to all of an audience: events are numbered from FIRST_SEQUENCE on and go to the topics in turn. Answers the
 * checkers, which know what was lost or doubled.
 */
export function listen(audience: Audience, receiver: DeliveryReceiver): readonly SequenceChecker[] {
  const { publisher, subscribers, bystanders } = audience;
  for (const peer of [publisher, ...bystanders]) {
    peer.onclose = receiver.fail;
    peer.onmessage = (buffer, start, end) => {
      const message = buffer.toString('utf8', start, end);
      receiver.fail(new Error(`to one who hears nothing: ${message}`));
    };
  }
  return subscribers.map((subscriber) => listenTo(subscriber, audience, receiver));
}

/** Ends all connections of an audience. */
export function closeAll({ publisher, subscribers, bystanders }: Audience): void {
  publisher.close();
  for (const { peer } of subscribers) peer.close();
  for (const peer of bystanders) peer.close();
}

/** The PUBLISH of one numbered event, as JSON text. */
export function publicationOf(audience: Audience, sequence: number): string {
  const { publisher, topics, payload } = audience;
  const topic = topics[(sequence - FIRST_SEQUENCE) % topics.length];
  const request = publisher.nextRequest();
  return `[${Code.publish},${request},{},"${topic}",${payload.arguments(sequence)}]`;
}

function listenTo(
  subscriber: Subscriber,
  { topics, payload }: Audience,
  { ondelivery, fail }: DeliveryReceiver,
): SequenceChecker {
  const { peer, topic, subscription } = subscriber;
  const checker = new SequenceChecker(FIRST_SEQUENCE + topic, topics.length);
  const sequenceAt = sequenceReaderOf(peer.serializer);
  peer.onclose = fail;
  peer.onmessage = (buffer, start, end) => {
    const sequence = sequenceAt(buffer, end);
    if ((sequence & WHOLE_CHECK_MASK) === 0) {
      const message = parseMessage(peer.serializer, buffer, start, end);
      const isRight =
        message[0] === Code.event &&
        message[1] === subscription &&
        payload.matches(message[4], sequence);
      if (!isRight) fail(new Error(`no EVENT: ${JSON.stringify(message)}`));
    }
    if (checker.accept(sequence)) ondelivery(sequence);
  };
  return checker;
}
