import { deepEqual, equal, notEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WampError } from '../../../src/router/protocol/errors.js';
import { isId } from '../../../src/router/protocol/id.js';
import { idOf } from '../../support/peer.js';
import { recordingSession } from '../../support/recording-session.js';
import { newBroker, publish, receive, subscribe } from '../../support/routed-broker.js';

const refusal = (uri: string) => (error: unknown) =>
  error instanceof WampError && error.uri === uri;

describe('Broker#subscribe', () => {
  // PS-1, ID-16
  it('answers with SUBSCRIBED', () => {
    const broker = newBroker();
    const member = recordingSession();
    receive(broker, member, [32, 7, { match: 'exact' }, 'a.b']);
    const [subscribed] = member.take();
    const id = idOf(subscribed ?? []);
    deepEqual(subscribed, [33, 7, id]);
    equal(isId(id), true);
  });

  // PS-2, PS-3
  it('gives the same subscription again, and one EVENT a publication', () => {
    const broker = newBroker();
    const [publisher, member] = [recordingSession(), recordingSession()];
    const id = subscribe(broker, member);
    equal(subscribe(broker, member), id);
    receive(broker, publisher, [16, 1, {}, 'a.b']);
    equal(member.take().length, 1);
  });

  // PS-4
  it('gives all sessions the same subscription for a topic, another for another', () => {
    const broker = newBroker();
    const [one, two] = [recordingSession(), recordingSession()];
    equal(subscribe(broker, one), subscribe(broker, two));
    notEqual(subscribe(broker, one, 'a.c'), subscribe(broker, one, 'a.b'));
  });

  it('takes as many subscriptions as the limit says, and refuses one more', () => {
    const broker = newBroker();
    const member = recordingSession({ limits: { subscriptions: 2 } });
    const first = subscribe(broker, member, 'a.1');
    subscribe(broker, member, 'a.2');
    const refused = (): void => {
      receive(broker, member, [32, 1, {}, 'a.3']);
    };
    throws(refused, refusal('expressway.error.limit_exceeded'));
    equal(subscribe(broker, member, 'a.1'), first);
    receive(broker, member, [34, 2, first]);
    refused();
  });
});

describe('Broker#unsubscribe', () => {
  // PS-5
  it('ends the subscription', () => {
    const broker = newBroker();
    const [publisher, member] = [recordingSession(), recordingSession()];
    const id = subscribe(broker, member);
    receive(broker, member, [34, 5, id]);
    receive(broker, publisher, [16, 1, {}, 'a.b']);
    deepEqual(member.take(), [[35, 5]]);
  });

  it('leaves the other subscribers theirs', () => {
    const broker = newBroker();
    const [publisher, one, two] = [recordingSession(), recordingSession(), recordingSession()];
    const id = subscribe(broker, one);
    subscribe(broker, two);
    receive(broker, one, [34, 5, id]);
    receive(broker, publisher, [16, 1, {}, 'a.b', ['hi']]);
    const [event] = two.take();
    deepEqual(event, [36, id, event?.[2], {}, ['hi']]);
  });

  // PS-6, PS-7, PS-3
  it('refuses an unknown id, somebody else’s and one that is over', () => {
    const broker = newBroker();
    const [owner, stranger] = [recordingSession(), recordingSession()];
    const id = subscribe(broker, owner);
    for (const [session, subscription] of [
      [stranger, id],
      [owner, id + 1000],
    ] as const) {
      throws(() => {
        receive(broker, session, [34, 1, subscription]);
      }, refusal('wamp.error.no_such_subscription'));
    }
    receive(broker, owner, [34, 1, id]);
    throws(() => {
      receive(broker, owner, [34, 2, id]);
    }, refusal('wamp.error.no_such_subscription'));
  });
});

describe('Broker#publish', () => {
  // PS-11, ID-3
  it('sends the same EVENT to each subscriber, and PUBLISHED with its id when asked', () => {
    const broker = newBroker();
    const [publisher, one, two] = [recordingSession(), recordingSession(), recordingSession()];
    const id = subscribe(broker, one);
    subscribe(broker, two);
    receive(broker, publisher, [16, 3, { acknowledge: true }, 'a.b', [1], { k: 'v' }]);
    const [published] = publisher.take();
    const publication = idOf(published ?? []);
    deepEqual(published, [17, 3, publication]);
    for (const subscriber of [one, two]) {
      deepEqual(subscriber.take(), [[36, id, publication, {}, [1], { k: 'v' }]]);
    }
  });

  // PS-8
  it('sends no PUBLISHED when acknowledge is false or left out', () => {
    const broker = newBroker();
    const publisher = recordingSession();
    receive(broker, publisher, [16, 1, {}, 'a.b']);
    receive(broker, publisher, [16, 2, { acknowledge: false }, 'a.b']);
    deepEqual(publisher.take(), []);
  });

  // WS-15
  it('counts an EVENT that is too long for one subscriber, and sends it to the others', () => {
    const broker = newBroker();
    const [publisher, one, two] = [recordingSession(), recordingSession(), recordingSession()];
    subscribe(broker, one);
    subscribe(broker, two);
    one.transport.send = () => false;
    publish(broker, publisher, 'a.b');
    equal(two.take().length, 1);
    deepEqual(broker.losses, { tooLong: 1, evicted: 0, overflows: 0 });
  });

  // PS-12
  it('sends no EVENT to the publisher when exclude_me is left out', () => {
    const broker = newBroker();
    const publisher = recordingSession();
    subscribe(broker, publisher);
    receive(broker, publisher, [16, 1, {}, 'a.b']);
    deepEqual(publisher.take(), []);
  });

  // PS-14
  it('acknowledges a publication that nobody gets', () => {
    const publisher = recordingSession();
    receive(newBroker(), publisher, [16, 1, { acknowledge: true }, 'a.b']);
    equal(publisher.take()[0]?.[0], 17);
  });

  // PS-13, MSG-17, MSG-18
  it('passes the payload on without empty elements at its end', () => {
    for (const [sent, received] of [
      [[], []],
      [[[]], []],
      [[[], {}], []],
      [[[1], {}], [[1]]],
      [
        [[], { a: 1 }],
        [[], { a: 1 }],
      ],
    ] as const) {
      const broker = newBroker();
      const [publisher, member] = [recordingSession(), recordingSession()];
      subscribe(broker, member);
      receive(broker, publisher, [16, 1, {}, 'a.b', ...sent]);
      deepEqual(member.take()[0]?.slice(4), received);
    }
  });
});

describe('Broker#removeSession', () => {
  // SES-20, PS-16
  it('takes all of a session’s subscriptions from it, and no others', () => {
    const broker = newBroker();
    const [publisher, leaver, stayer] = [
      recordingSession(),
      recordingSession(),
      recordingSession(),
    ];
    for (const topic of ['a.1', 'a.2']) subscribe(broker, leaver, topic);
    subscribe(broker, stayer, 'a.1');
    broker.removeSession(leaver.session);
    for (const topic of ['a.1', 'a.2']) receive(broker, publisher, [16, 1, {}, topic]);
    deepEqual(leaver.take(), []);
    equal(stayer.take().length, 1);
    broker.removeSession(leaver.session);
  });
});
