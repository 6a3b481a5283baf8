import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import type { Broker } from '../../../src/router/broker/broker.js';
import type { Dict } from '../../../src/router/protocol/message.js';
import { silentLogger } from '../../../src/router/logger.js';
import { recordingSession, type RecordingSession } from '../../support/recording-session.js';
import { newBroker, publish, receive, subscribe } from '../../support/routed-broker.js';

/** Publishes a retained event. */
const retain = (
  broker: Broker,
  publisher: RecordingSession,
  topic: string,
  options: Dict = {},
): number => publish(broker, publisher, topic, { ...options, retain: true });

/** What a new subscriber gets after SUBSCRIBED: the arguments of each event. */
function retainedOf(
  broker: Broker,
  uri = 'a.b',
  options: Dict = {},
  member = recordingSession(),
): unknown[] {
  subscribe(broker, member, uri, { ...options, get_retained: true });
  return member.take().map(([, , , , args]) => args);
}

describe('retained events', () => {
  // RT-1, ORD-2
  it('come after SUBSCRIBED, as they were published', () => {
    const broker = newBroker();
    const member = recordingSession();
    const publication = retain(broker, recordingSession(), 'a.b', { args: ['hi'] });
    receive(broker, member, [32, 4, { get_retained: true }, 'a.b']);
    const [subscribed, ...events] = member.take();
    const id = subscribed?.[2];
    deepEqual(subscribed, [33, 4, id]);
    deepEqual(events, [[36, id, publication, { retained: true }, ['hi']]]);
  });

  // RT-2, RT-3, RT-6
  it('come only when asked for, and only of publications that ask to be kept', () => {
    const broker = newBroker();
    const [publisher, member] = [recordingSession(), recordingSession()];
    subscribe(broker, member);
    retain(broker, publisher, 'a.b', { args: [1] });
    publish(broker, publisher, 'a.b', { args: [2] });
    publish(broker, publisher, 'a.b', { args: [3], retain: false });
    deepEqual(
      member.take().map(([, , , details, args]) => [details, args]),
      [
        [{}, [1]],
        [{}, [2]],
        [{}, [3]],
      ],
    );
    const silent = recordingSession();
    subscribe(broker, silent, 'a.b', { get_retained: false });
    deepEqual(silent.take(), []);
    deepEqual(retainedOf(broker), [[1]]);
  });

  // RT-4, RT-12
  it('are the most recent of their topic, whether the publisher is there or not', () => {
    const broker = newBroker();
    const publisher = recordingSession();
    retain(broker, publisher, 'a.b', { args: [1] });
    retain(broker, publisher, 'a.b', { args: [2] });
    broker.removeSession(publisher.session);
    deepEqual(retainedOf(broker), [[2]]);
    deepEqual(retainedOf(broker, 'a.c'), []);
  });

  // RT-5: the older one is for everybody, so it is kept besides
  it('are for those who would have received them then', () => {
    const broker = newBroker();
    const publisher = recordingSession();
    const user = (authid: string): RecordingSession => recordingSession({ principal: { authid } });
    retain(broker, publisher, 'a.b', { args: [1] });
    retain(broker, publisher, 'a.b', { args: [2], eligible_authid: ['ada'] });
    deepEqual(retainedOf(broker, 'a.b', {}, user('ada')), [[2]]);
    deepEqual(retainedOf(broker, 'a.b', {}, user('bob')), [[1]]);
    retain(broker, publisher, 'a.b', { args: [3], exclude_authid: ['bob'] });
    deepEqual(retainedOf(broker, 'a.b', {}, user('ada')), [[3]]);
    deepEqual(retainedOf(broker, 'a.b', {}, user('bob')), [[1]]);
    retain(broker, publisher, 'a.b', { args: [4], eligible: [] });
    deepEqual(retainedOf(broker, 'a.b', {}, user('ada')), [[1]]);
  });

  // RT-7
  it('are not for their publisher, unless it did not exclude itself', () => {
    const broker = newBroker();
    const publisher = recordingSession();
    retain(broker, publisher, 'a.b', { args: [1] });
    deepEqual(retainedOf(broker, 'a.b', {}, publisher), []);
    retain(broker, publisher, 'a.b', { args: [2], exclude_me: false });
    deepEqual(retainedOf(broker, 'a.b', {}, publisher), [[2]]);
  });

  // RT-8
  it('say of their publisher and topic what live events say', () => {
    const broker = newBroker();
    const publisher = recordingSession({ principal: { authid: 'ada', authrole: 'admin' } });
    retain(broker, publisher, 'a.b', { disclose_me: true });
    const member = recordingSession();
    subscribe(broker, member, 'a', { match: 'prefix', get_retained: true });
    deepEqual(member.take()[0]?.[3], {
      publisher: publisher.session.id,
      publisher_authid: 'ada',
      publisher_authrole: 'admin',
      retained: true,
      topic: 'a.b',
    });
  });

  // RT-9, X11
  for (const [match, uri] of [
    ['prefix', 'a.'],
    ['wildcard', 'a.'],
  ] as const) {
    it(`come on a ${match} of each topic, in the order of publication`, () => {
      const broker = newBroker();
      const publisher = recordingSession();
      retain(broker, publisher, 'a.1', { args: [1] });
      retain(broker, publisher, 'a.2', { args: [2] });
      retain(broker, publisher, 'b.1', { args: [3] });
      // For nobody: in its place comes the topic's older one.
      retain(broker, publisher, 'a.1', { args: [4], eligible: [] });
      deepEqual(retainedOf(broker, uri, { match }), [[1], [2]]);
      retain(broker, publisher, 'a.1', { args: [5] });
      deepEqual(retainedOf(broker, uri, { match }), [[2], [5]]);
    });
  }

  // X25
  it('of a reserved namespace come on patterns within it only', () => {
    const broker = newBroker();
    retain(broker, recordingSession(), 'wamp.a', { args: [1] });
    deepEqual(retainedOf(broker, '', { match: 'prefix' }), []);
    deepEqual(retainedOf(broker, '.', { match: 'wildcard' }), []);
    deepEqual(retainedOf(broker, 'wamp.', { match: 'prefix' }), [[1]]);
    deepEqual(retainedOf(broker, 'wamp.', { match: 'wildcard' }), [[1]]);
  });

  // RT-10, X11
  it('come again to who subscribes again', () => {
    const broker = newBroker();
    const member = recordingSession();
    retain(broker, recordingSession(), 'a.b', { args: [1] });
    deepEqual(retainedOf(broker, 'a.b', {}, member), [[1]]);
    deepEqual(retainedOf(broker, 'a.b', {}, member), [[1]]);
  });

  it('end after their time to live, their own or the realm’s', () => {
    mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    try {
      const broker = newBroker({ retention: { topics: 9, bytes: 9_000, ttlMs: 100 } });
      const publisher = recordingSession();
      retain(broker, publisher, 'a.1', { args: [1] });
      retain(broker, publisher, 'a.2', { args: [2], _retain_ttl: 10 });
      retain(broker, publisher, 'a.3', { args: [3], _retain_ttl: 1000 });
      const left = (): unknown[] => retainedOf(broker, 'a.', { match: 'prefix' });
      mock.timers.tick(9);
      deepEqual(left(), [[1], [2], [3]]);
      mock.timers.tick(1);
      deepEqual(left(), [[1], [3]]);
      mock.timers.tick(90);
      deepEqual(left(), [[3]]);
    } finally {
      mock.timers.reset();
    }
  });

  // RT-11
  it('are not kept where retention is switched off', () => {
    const broker = newBroker({ retention: { topics: 0, bytes: 0 } });
    const member = recordingSession();
    subscribe(broker, member);
    retain(broker, recordingSession(), 'a.b', { args: [1] });
    equal(member.take().length, 1);
    deepEqual(retainedOf(broker), []);
    equal(broker.losses.evicted, 0);
  });

  it('are purged by topic or pattern', () => {
    const broker = newBroker();
    const publisher = recordingSession();
    for (const topic of ['a.1', 'a.2', 'b.1']) retain(broker, publisher, topic, { args: [topic] });
    equal(broker.purgeRetained('b.1', 'exact'), 1);
    equal(broker.purgeRetained('b.1', 'exact'), 0);
    equal(broker.purgeRetained('a.', 'wildcard'), 2);
    deepEqual(retainedOf(broker, '', { match: 'prefix' }), []);
  });
});

describe('a full store of retained events', () => {
  it('lets the topics give way whose events are the oldest, counts them and tells', () => {
    const warnings: object[] = [];
    const logger = { ...silentLogger, warn: (fields: object) => warnings.push(fields) };
    const broker = newBroker({ retention: { topics: 2, bytes: 9_000 }, logger });
    const publisher = recordingSession();
    for (const topic of ['a.1', 'a.2', 'a.1', 'a.3']) {
      retain(broker, publisher, topic, { args: [topic] });
    }
    deepEqual(retainedOf(broker, 'a.', { match: 'prefix' }), [['a.1'], ['a.3']]);
    equal(broker.losses.evicted, 1);
    for (const topic of ['a.4', 'a.5', 'a.6']) retain(broker, publisher, topic);
    deepEqual(warnings, [{ evicted: 1 }, { evicted: 2 }, { evicted: 4 }]);
  });

  it('keeps to its bytes, and does not begin with what would take them all', () => {
    const broker = newBroker({ retention: { topics: 9, bytes: 300 } });
    const publisher = recordingSession();
    const text = 'x'.repeat(90);
    for (const topic of ['a.1', 'a.2', 'a.3']) retain(broker, publisher, topic, { args: [text] });
    deepEqual(retainedOf(broker, 'a.', { match: 'prefix' }), [[text], [text]]);
    retain(broker, publisher, 'a.2', { args: ['x'.repeat(400)] });
    // What came before it on its topic is not the last event any more.
    deepEqual(retainedOf(broker, 'a.2'), []);
    deepEqual(retainedOf(broker, 'a.3'), [[text]]);
    equal(broker.losses.evicted, 3);
  });

  it('removes what has expired before what has not', () => {
    mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    try {
      const broker = newBroker({ retention: { topics: 2, bytes: 9_000 } });
      const publisher = recordingSession();
      retain(broker, publisher, 'a.1', { args: [1] });
      retain(broker, publisher, 'a.2', { args: [2], _retain_ttl: 5 });
      mock.timers.tick(5);
      retain(broker, publisher, 'a.3', { args: [3] });
      deepEqual(retainedOf(broker, 'a.', { match: 'prefix' }), [[1], [3]]);
      equal(broker.losses.evicted, 0);
    } finally {
      mock.timers.reset();
    }
  });

  it('counts the lists of an event too', () => {
    const broker = newBroker({ retention: { topics: 9, bytes: 200 } });
    const eligible = Array.from({ length: 100 }, (_, index) => index + 1);
    retain(broker, recordingSession(), 'a.b', { eligible });
    ok(broker.losses.evicted === 1);
  });
});
