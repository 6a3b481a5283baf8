import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  Subscription,
  SubscriptionObserver,
} from '../../../src/router/broker/subscription.js';
import type { Session } from '../../../src/router/session.js';
import { recordingSession } from '../../support/recording-session.js';
import {
  newBroker,
  publish,
  receive,
  subscribe,
  subscriptionOf,
} from '../../support/routed-broker.js';

const REVOCABLE = { subscriber: { features: { subscription_revocation: true } } };

/** An observer that notes what it hears, as `EVENT SESSION SUBSCRIPTION`. */
function noting(): { heard: string[]; observer: SubscriptionObserver } {
  const heard: string[] = [];
  const note =
    (event: string) =>
    (session: Session, { id }: Subscription): void => {
      heard.push(`${event} ${session.id} ${id}`);
    };
  const observer = {
    oncreated: note('created'),
    onsubscribed: note('subscribed'),
    onunsubscribed: note('unsubscribed'),
    ondeleted: note('deleted'),
  };
  return { heard, observer };
}

describe('Broker, its observer', () => {
  // MU-1 to MU-5
  it('hears how a subscription comes and goes, in order and once', () => {
    const { heard, observer } = noting();
    const broker = newBroker({ observer });
    const [one, two] = [recordingSession(), recordingSession()];
    const id = subscribe(broker, one);
    subscribe(broker, one);
    subscribe(broker, two);
    receive(broker, one, [34, 2, id]);
    broker.removeSession(two.session);
    deepEqual(heard, [
      `created ${one.session.id} ${id}`,
      `subscribed ${one.session.id} ${id}`,
      `subscribed ${two.session.id} ${id}`,
      `unsubscribed ${one.session.id} ${id}`,
      `unsubscribed ${two.session.id} ${id}`,
      `deleted ${two.session.id} ${id}`,
    ]);
  });

  // MG-6, X26
  it('hears nothing of subscriptions to what the router itself publishes', () => {
    const { heard, observer } = noting();
    const broker = newBroker({ observer });
    const member = recordingSession();
    const id = subscribe(broker, member, 'wamp.session.on_join');
    subscribe(broker, member, 'wamp.', { match: 'prefix' });
    receive(broker, member, [34, 2, id]);
    broker.removeSession(member.session);
    deepEqual(heard, []);
  });

  it('hears of subscribers alone where a history keeps the subscription', () => {
    const { heard, observer } = noting();
    const history = [{ uri: 'a.b', match: 'exact', events: 1 }] as const;
    const broker = newBroker({ observer, history });
    const member = recordingSession();
    const id = subscribe(broker, member);
    broker.removeSession(member.session);
    const { id: session } = member.session;
    deepEqual(heard, [`subscribed ${session} ${id}`, `unsubscribed ${session} ${id}`]);
    equal(subscribe(broker, recordingSession()), id);
  });

  it('hears of each subscription of a session that has left', () => {
    const { heard, observer } = noting();
    const broker = newBroker({ observer });
    const member = recordingSession();
    for (let topic = 0; topic < 3; topic += 1) subscribe(broker, member, `a.${topic}`);
    heard.length = 0;
    broker.removeSession(member.session);
    deepEqual(
      heard.map((line) => line.split(' ', 1)[0]),
      ['unsubscribed', 'deleted', 'unsubscribed', 'deleted', 'unsubscribed', 'deleted'],
    );
    deepEqual([...broker.subscriptions], []);
  });
});

describe('Broker#subscriptions', () => {
  // MU-6 to MU-11
  it('finds subscriptions by id, by pair, and by what they match', () => {
    const broker = newBroker();
    const member = recordingSession();
    const exact = subscribe(broker, member, 'a.b');
    const prefix = subscribe(broker, member, 'a', { match: 'prefix' });
    const { subscriptions } = broker;
    const { uri, match, subscribers } = subscriptionOf(broker, prefix);
    deepEqual([uri, match, [...subscribers]], ['a', 'prefix', [member.session]]);
    equal(subscriptions.lookup('a', 'prefix')?.id, prefix);
    equal(subscriptions.lookup('a', 'wildcard'), undefined);
    const idsOf = (some: Iterable<Subscription>): number[] => [...some].map(({ id }) => id);
    deepEqual(idsOf(subscriptions.matching('a.b')), [exact, prefix]);
    deepEqual(idsOf(subscriptions.matching('a.c')), [prefix]);
    deepEqual(idsOf(subscriptions), [exact, prefix]);
    receive(broker, member, [34, 1, exact]);
    deepEqual(idsOf(subscriptions), [prefix]);
    equal(subscriptions.find(exact), undefined);
  });
});

describe('Broker#revoke', () => {
  // SV-1, SV-3
  it('tells a subscriber that understands, and sends it nothing more', () => {
    const broker = newBroker();
    const [publisher, member] = [recordingSession(), recordingSession({ roles: REVOCABLE })];
    const id = subscribe(broker, member);
    const subscription = subscriptionOf(broker, id);
    equal(broker.revoke(subscription, member.session, 'a.reason'), true);
    deepEqual(member.take(), [[35, 0, { subscription: id, reason: 'a.reason' }]]);
    publish(broker, publisher, 'a.b');
    deepEqual(member.take(), []);
    equal(broker.revoke(subscription, member.session), false);
  });

  // SV-1, SV-2
  it('leaves the reason out when there is none, and tells the observer in any case', () => {
    const { heard, observer } = noting();
    const broker = newBroker({ observer });
    const [told, untold] = [recordingSession({ roles: REVOCABLE }), recordingSession()];
    const id = subscribe(broker, told);
    subscribe(broker, untold);
    heard.length = 0;
    for (const { session } of [told, untold]) broker.revoke(subscriptionOf(broker, id), session);
    deepEqual(told.take(), [[35, 0, { subscription: id }]]);
    deepEqual(untold.take(), []);
    deepEqual(heard, [
      `unsubscribed ${told.session.id} ${id}`,
      `unsubscribed ${untold.session.id} ${id}`,
      `deleted ${untold.session.id} ${id}`,
    ]);
  });
});
