import { deepEqual, equal, notEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolViolation, WampError } from '../../../src/router/protocol/errors.js';
import { NO_DETAILS, type Dict, type Event } from '../../../src/router/protocol/message.js';
import { recordingSession, type RecordingSession } from '../../support/recording-session.js';
import { newBroker, publish, receive, subscribe } from '../../support/routed-broker.js';

const PASSTHRU_ROLES = { publisher: { features: { payload_passthru_mode: true } } };

/** The details of the events of one publication, as a subscriber of `a.b` and one of the prefix `a` get them. */
function detailsOf(publisher: RecordingSession, options: Dict, broker = newBroker()): unknown[] {
  const member = recordingSession();
  subscribe(broker, member, 'a.b');
  subscribe(broker, member, 'a', { match: 'prefix' });
  receive(broker, publisher, [16, 1, options, 'a.b']);
  return member.take().map(([, , , details]) => details);
}

describe('Broker, pattern-based subscription', () => {
  // PT-1 to PT-5
  for (const [match, uri, topic, isSent] of [
    ['exact', 'a.b', 'a.b', true],
    ['exact', 'a.b', 'a.b.c', false],
    ['prefix', 'com.myapp.topic.emergency', 'com.myapp.topic.emergency', true],
    ['prefix', 'com.myapp.topic.emergency', 'com.myapp.topic.emergency.11', true],
    ['prefix', 'com.myapp.topic.emergency', 'com.myapp.topic.emergency-low', true],
    ['prefix', 'com.myapp.topic.emergency', 'com.myapp.topic.emerge', false],
    ['wildcard', 'com.myapp..userevent', 'com.myapp.foo.userevent', true],
    ['wildcard', 'com.myapp..userevent', 'com.myapp.foo.userevent.bar', false],
    ['wildcard', 'com.myapp..userevent', 'com.myapp2.foo.userevent', false],
    ['wildcard', '.b.', 'a.b.c', true],
    // PT-10, X25
    ['prefix', '', 'a.b', true],
    ['prefix', '', 'wamp.session.on_join', false],
    ['wildcard', '..', 'wamp.session.on_join', false],
    ['prefix', 'wamp.session.', 'wamp.session.on_join', true],
  ] as const) {
    it(`${isSent ? 'sends' : 'does not send'} ${topic} to ${match} ${JSON.stringify(uri)}`, () => {
      const broker = newBroker();
      const [publisher, member] = [recordingSession(), recordingSession()];
      const id = subscribe(broker, member, uri, { match });
      const publication = publish(broker, publisher, topic, { args: [1] });
      const details = match === 'exact' ? {} : { topic };
      deepEqual(member.take(), isSent ? [[36, id, publication, details, [1]]] : []);
    });
  }

  // PT-6, ORD-1
  it('sends one EVENT for each subscription of a session, of the same publication', () => {
    const broker = newBroker();
    const [publisher, member] = [recordingSession(), recordingSession()];
    const ids = [
      subscribe(broker, member, 'a.b'),
      subscribe(broker, member, 'a', { match: 'prefix' }),
      subscribe(broker, member, '.b', { match: 'wildcard' }),
    ];
    const publication = publish(broker, publisher, 'a.b');
    deepEqual(
      member.take(),
      ids.map((id, place) => [36, id, publication, place === 0 ? {} : { topic: 'a.b' }]),
    );
  });

  // PT-7, PT-8
  it('has one subscription for each URI and match', () => {
    const broker = newBroker();
    const [one, two] = [recordingSession(), recordingSession()];
    const prefix = subscribe(broker, one, 'a.b', { match: 'prefix' });
    equal(subscribe(broker, two, 'a.b', { match: 'prefix' }), prefix);
    notEqual(subscribe(broker, two, 'a.b', { match: 'wildcard' }), prefix);
    notEqual(subscribe(broker, two, 'a.b'), prefix);
  });

  // PT-9
  it('goes on with the other subscriptions when one is over', () => {
    const broker = newBroker();
    const [publisher, member] = [recordingSession(), recordingSession()];
    const exact = subscribe(broker, member, 'a.b');
    const prefix = subscribe(broker, member, 'a', { match: 'prefix' });
    receive(broker, member, [34, 1, exact]);
    member.take();
    publish(broker, publisher, 'a.b');
    deepEqual(
      member.take().map(([, id]) => id),
      [prefix],
    );
  });

  // PS-12, PX-1
  it('leaves the publisher out on all of its subscriptions, or on none', () => {
    const broker = newBroker();
    const publisher = recordingSession();
    subscribe(broker, publisher, 'a.b');
    subscribe(broker, publisher, '', { match: 'prefix' });
    subscribe(broker, publisher, 'a.', { match: 'wildcard' });
    receive(broker, publisher, [16, 1, {}, 'a.b']);
    deepEqual(publisher.take(), []);
    receive(broker, publisher, [16, 2, { exclude_me: false }, 'a.b']);
    equal(publisher.take().length, 3);
  });

  // BW-12
  it('obeys the lists on patterns too', () => {
    const broker = newBroker();
    const [publisher, one, two] = [recordingSession(), recordingSession(), recordingSession()];
    for (const each of [one, two]) {
      subscribe(broker, each, 'a', { match: 'prefix' });
      subscribe(broker, each, '.b', { match: 'wildcard' });
    }
    publish(broker, publisher, 'a.b', { eligible: [one.session.id] });
    publish(broker, publisher, 'a.b', { exclude: [one.session.id] });
    equal(one.take().length, 2);
    equal(two.take().length, 2);
  });
});

describe('Broker, details of an EVENT', () => {
  // The frame of a plain event is written without looking into its details.
  it('gives all plain events of exact subscriptions the one empty object', () => {
    const broker = newBroker();
    const [publisher, member] = [recordingSession(), recordingSession()];
    subscribe(broker, member);
    const events: Event[] = [];
    member.transport.send = (message) => {
      if (message.type === 36) events.push(message);
      return true;
    };
    receive(broker, publisher, [16, 1, {}, 'a.b']);
    equal(events[0]?.details, NO_DETAILS);
  });

  // PI-1, PI-2, PI-3; what is said on one subscription is not said on another
  it('names the publisher when it asks, and the topic on patterns only', () => {
    const publisher = recordingSession({ principal: { authid: 'ada', authrole: 'admin' } });
    const known = {
      publisher: publisher.session.id,
      publisher_authid: 'ada',
      publisher_authrole: 'admin',
    };
    deepEqual(detailsOf(publisher, { disclose_me: true }), [known, { ...known, topic: 'a.b' }]);
    deepEqual(detailsOf(publisher, {}), [{}, { topic: 'a.b' }]);
  });

  // PI-4
  it('names the publisher in a realm that always does', () => {
    const publisher = recordingSession();
    const [details] = detailsOf(publisher, {}, newBroker({ disclosure: 'always' }));
    equal(Object.entries(details ?? {})[0]?.[1], publisher.session.id);
  });

  // PI-5, X1
  it('refuses to name the publisher in a realm that never does, and delivers nothing', () => {
    const broker = newBroker({ disclosure: 'never' });
    const [publisher, member] = [recordingSession(), recordingSession()];
    subscribe(broker, member);
    throws(
      () => {
        receive(broker, publisher, [16, 1, { disclose_me: true }, 'a.b']);
      },
      (error: unknown) =>
        error instanceof WampError && error.uri === 'wamp.error.option_disallowed.disclose_me',
    );
    deepEqual(member.take(), []);
  });

  // TL-1
  it('says how far the publisher’s role is trusted', () => {
    deepEqual(detailsOf(recordingSession({ trustLevel: 0 }), {}), [
      { trustlevel: 0 },
      { trustlevel: 0, topic: 'a.b' },
    ]);
  });

  // PP-1, PP-5, PP-10
  it('carries the attributes of payload passthru mode', () => {
    const publisher = recordingSession({ roles: PASSTHRU_ROLES });
    const attributes = { ppt_scheme: 'x_mine', ppt_cipher: 'none', ppt_keyid: '1' };
    deepEqual(detailsOf(publisher, attributes), [attributes, { ...attributes, topic: 'a.b' }]);
    deepEqual(detailsOf(publisher, { ppt_cipher: 'none' }), [{}, { topic: 'a.b' }]);
  });

  // PP-2
  it('is a violation when the publisher did not announce payload passthru mode', () => {
    throws(() => {
      detailsOf(recordingSession(), { ppt_scheme: 'mqtt' });
    }, ProtocolViolation);
  });
});
