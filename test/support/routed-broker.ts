import { Broker, type BrokerOptions } from '../../src/router/broker/broker.js';
import type { Dict, List } from '../../src/router/protocol/message.js';
import type { Subscription } from '../../src/router/broker/subscription.js';
import { idOf } from './peer.js';
import type { RecordingSession } from './recording-session.js';
import { toMessage } from './wire.js';

/** A broker as a realm without special wishes has it. */
export const newBroker = (changes: Partial<BrokerOptions> = {}): Broker =>
  new Broker({
    disclosure: 'on_request',
    retention: { topics: 100, bytes: 100_000 },
    history: [],
    ...changes,
  });

/** Hands a wire list to the broker as the realm does, once it is authorized. */
export function receive(broker: Broker, { session }: RecordingSession, wire: List): void {
  const message = toMessage(wire);
  if (message.type === 16) broker.publish(session, message);
  else if (message.type === 32) broker.subscribe(session, message);
  else if (message.type === 34) broker.unsubscribe(session, message);
  else throw new TypeError(`not for a broker: ${JSON.stringify(wire)}`);
}

/** Subscribes and gives the subscription's id; what came after SUBSCRIBED is still to be taken. */
export function subscribe(
  broker: Broker,
  member: RecordingSession,
  topic = 'a.b',
  options: Dict = {},
): number {
  member.take();
  receive(broker, member, [32, 1, options, topic]);
  const [subscribed = []] = member.transport.sent.splice(0, 1);
  return idOf(subscribed);
}

/** Publishes and gives the publication's id. */
export function publish(
  broker: Broker,
  publisher: RecordingSession,
  topic: string,
  { args = [], ...options }: Dict = {},
): number {
  receive(broker, publisher, [16, 1, { ...options, acknowledge: true }, topic, args]);
  return idOf(publisher.transport.sent.pop() ?? []);
}

/** The subscription that a broker has of this id. */
export function subscriptionOf(broker: Broker, id: number): Subscription {
  const subscription = broker.subscriptions.find(id);
  if (subscription === undefined) throw new RangeError(`no subscription ${id}`);
  return subscription;
}
