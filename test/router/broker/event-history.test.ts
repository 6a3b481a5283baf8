import { deepEqual, equal, match as matches, throws } from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { Broker } from '../../../src/router/broker/broker.js';
import type { EventStore } from '../../../src/router/broker/event-store.js';
import { MemoryEventStore } from '../../../src/router/broker/memory-event-store.js';
import { WampError } from '../../../src/router/protocol/errors.js';
import type { Dict, List } from '../../../src/router/protocol/message.js';
import { isDict } from '../../../src/router/protocol/options.js';
import type { HistoryRule } from '../../../src/router/realm-options.js';
import { recordingSession, type RecordingSession } from '../../support/recording-session.js';
import { newBroker, publish, subscribe } from '../../support/routed-broker.js';

const NOON = Date.parse('2026-01-01T12:00:00Z');
const EXACT = { uri: 'a.b', match: 'exact', events: 100 } as const;
const PREFIX = { uri: 'a', match: 'prefix', events: 100 } as const;

/** A broker that remembers, and the id of the subscription that the rule is of. */
function remembering(...rules: readonly HistoryRule[]): { broker: Broker; id: number } {
  const broker = newBroker({ history: rules });
  return { broker, id: [...broker.subscriptions][0]?.id ?? 0 };
}

/** The events that an asker gets. */
function eventsOf(
  broker: Broker,
  args: List,
  kwargs: Dict = {},
  asker: RecordingSession = recordingSession(),
): Dict[] {
  return broker.getEvents(asker.session, args, kwargs).filter(isDict);
}

/** The first argument of each. */
const valuesOf = (events: readonly Dict[]): unknown[] =>
  events.map(({ args }): unknown => (Array.isArray(args) ? args[0] : args));

/** Publishes 1, 2, 3 ... on a topic, one a second; gives the publications. */
function publishAll(broker: Broker, count: number, topic = 'a.b'): number[] {
  const publisher = recordingSession();
  return Array.from({ length: count }, (_, index) => {
    if (index > 0) mock.timers.tick(1000);
    return publish(broker, publisher, topic, { args: [index + 1] });
  });
}

describe('event history', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['Date'], now: NOON });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  // EH-1, EH-15: each event is one positional result
  it('has of each event what was sent, and when', () => {
    const { broker, id } = remembering(PREFIX);
    const publisher = recordingSession({ principal: { authid: 'ada', authrole: 'admin' } });
    const publication = publish(broker, publisher, 'a.b', { args: ['hi'], disclose_me: true });
    deepEqual(eventsOf(broker, [id]), [
      {
        timestamp: '2026-01-01T12:00:00.000000Z',
        subscription: id,
        publication,
        details: {
          publisher: publisher.session.id,
          publisher_authid: 'ada',
          publisher_authrole: 'admin',
          topic: 'a.b',
        },
        args: ['hi'],
        kwargs: {},
      },
    ]);
  });

  // EH-2
  it('is empty before the first event, and for a subscription that has none', () => {
    const { broker, id } = remembering(EXACT);
    deepEqual(eventsOf(broker, [id]), []);
    publishAll(broker, 1);
    deepEqual(eventsOf(broker, [subscribe(broker, recordingSession(), 'a.c')]), []);
  });

  // EH-3, EH-4, X12: a limit may also come as the second argument
  for (const [args, kwargs, values] of [
    [[], {}, [1, 2, 3, 4]],
    [[], { reverse: true }, [4, 3, 2, 1]],
    [[], { reverse: false, limit: 2 }, [1, 2]],
    [[2], {}, [1, 2]],
    [[3], { limit: 1, reverse: true }, [4]],
    // EH-5
    [[], { from_time: '2026-01-01T12:00:01Z' }, [2, 3, 4]],
    [[], { after_time: '2026-01-01T12:00:01.000Z' }, [3, 4]],
    [[], { before_time: '2026-01-01T13:00:01+01:00' }, [1]],
    [[], { until_time: '2026-01-01T12:00:01.000000Z' }, [1, 2]],
    // EH-8
    [[], { from_time: '2026-01-01T12:00:01Z', before_time: '2026-01-01T12:00:03Z' }, [2, 3]],
    // X12: what is not known says nothing
    [[], { unknown: 1 }, [1, 2, 3, 4]],
    [[], { topic: 'a.b' }, [1, 2, 3, 4]],
    [[], { topic: 'a.c' }, []],
  ] as const) {
    it(`answers ${JSON.stringify([args, kwargs])} with ${JSON.stringify(values)}`, () => {
      const { broker, id } = remembering(EXACT);
      publishAll(broker, 4);
      deepEqual(valuesOf(eventsOf(broker, [id, ...args], kwargs)), values);
    });
  }

  // EH-6: by place, whatever the size of the ids
  for (const [names, values] of [
    [
      ['from_publication', 1],
      [2, 3, 4],
    ],
    [
      ['after_publication', 1],
      [3, 4],
    ],
    [
      ['before_publication', 2],
      [1, 2],
    ],
    [
      ['until_publication', 2],
      [1, 2, 3],
    ],
  ] as const) {
    it(`takes ${names[0]} for a place`, () => {
      const { broker, id } = remembering(EXACT);
      const publications = publishAll(broker, 4);
      const kwargs = { [names[0]]: publications[names[1]] };
      deepEqual(valuesOf(eventsOf(broker, [id], kwargs)), values);
      deepEqual(eventsOf(broker, [id], { [names[0]]: 4711 }), []);
    });
  }

  // EH-6, EH-8
  it('takes the events between two publications, and pages through them', () => {
    const { broker, id } = remembering(EXACT);
    const [first, , , last] = publishAll(broker, 5);
    const between = { after_publication: first, until_publication: last };
    deepEqual(valuesOf(eventsOf(broker, [id], between)), [2, 3, 4]);
    deepEqual(
      valuesOf(eventsOf(broker, [id, 2], { before_publication: last, reverse: true })),
      [3, 2],
    );
    deepEqual(eventsOf(broker, [id], { from_publication: last, before_publication: first }), []);
  });

  // EH-7, EH-9: the scenario of the specification
  it('holds of each subscription what it was sent', () => {
    const uri = (name: string): string => `com.mycompany.log${name}`;
    const { broker } = remembering(
      { uri: uri('.auth'), match: 'exact', events: 9 },
      { uri: uri('.basket'), match: 'exact', events: 9 },
      { uri: uri(''), match: 'prefix', events: 9 },
    );
    const publisher = recordingSession();
    ['.auth', '.basket', '.basket', '.basket', '.checkout'].forEach((name, index) => {
      publish(broker, publisher, uri(name), { args: [index + 1] });
    });
    const [one = 0, two = 0, three = 0] = [...broker.subscriptions].map(({ id }) => id);
    deepEqual(valuesOf(eventsOf(broker, [one])), [1]);
    deepEqual(valuesOf(eventsOf(broker, [two])), [2, 3, 4]);
    deepEqual(valuesOf(eventsOf(broker, [three])), [1, 2, 3, 4, 5]);
    deepEqual(valuesOf(eventsOf(broker, [three], { topic: uri('.basket') })), [2, 3, 4]);
  });

  // EH-10
  it('keeps nothing that was published for or without certain sessions', () => {
    const { broker, id } = remembering(EXACT);
    const publisher = recordingSession();
    for (const list of ['eligible', 'exclude']) publish(broker, publisher, 'a.b', { [list]: [1] });
    deepEqual(eventsOf(broker, [id]), []);
  });

  // EH-11
  it('is filtered by the lists of users and roles for who asks', () => {
    const { broker, id } = remembering(EXACT);
    const publisher = recordingSession();
    publish(broker, publisher, 'a.b', { args: [1], eligible_authrole: ['admin'] });
    publish(broker, publisher, 'a.b', { args: [2], exclude_authid: ['bob'] });
    publish(broker, publisher, 'a.b', { args: [3] });
    const asked = (authid: string, authrole: string): unknown[] =>
      valuesOf(eventsOf(broker, [id], {}, recordingSession({ principal: { authid, authrole } })));
    deepEqual(asked('ada', 'admin'), [1, 2, 3]);
    deepEqual(asked('eve', 'user'), [2, 3]);
    deepEqual(asked('bob', 'user'), [3]);
  });

  it('is of one subscription from the start, whoever comes and goes', () => {
    const { broker, id } = remembering(EXACT);
    const member = recordingSession();
    publishAll(broker, 1);
    equal(broker.subscriptions.lookup('a.b', 'exact')?.id, id);
    equal(subscribe(broker, member), id);
    broker.removeSession(member.session);
    publishAll(broker, 1);
    equal(eventsOf(broker, [id]).length, 2);
  });

  it('lets the oldest give way, by number and by age', () => {
    const { broker, id } = remembering({ ...EXACT, events: 2, maxAgeMs: 1500 });
    publishAll(broker, 3);
    deepEqual(valuesOf(eventsOf(broker, [id])), [2, 3]);
    mock.timers.tick(501);
    deepEqual(valuesOf(eventsOf(broker, [id])), [3]);
  });

  it('gives events of one millisecond timestamps that tell them apart', () => {
    const { broker, id } = remembering(EXACT);
    const publisher = recordingSession();
    for (const value of [1, 2, 3]) publish(broker, publisher, 'a.b', { args: [value] });
    const [first, second] = eventsOf(broker, [id]);
    matches(String(first?.['timestamp']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    const after = { after_time: second?.['timestamp'] };
    deepEqual(valuesOf(eventsOf(broker, [id], after)), [3]);
  });

  it('answers with no more than an answer can hold; the asker goes on from there', () => {
    const { broker, id } = remembering(EXACT);
    const publisher = recordingSession();
    const text = 'x'.repeat(200 * 1024);
    for (let count = 0; count < 5; count += 1) publish(broker, publisher, 'a.b', { args: [text] });
    const page = eventsOf(broker, [id]);
    equal(page.length, 2);
    const rest = eventsOf(broker, [id], { after_publication: page.at(-1)?.['publication'] });
    equal(rest.length, 2);
  });

  it('may be kept elsewhere', () => {
    const stores: EventStore[] = [];
    const eventStore = ({ events }: HistoryRule): EventStore => {
      const store = new MemoryEventStore({ events });
      stores.push(store);
      return store;
    };
    publishAll(newBroker({ history: [EXACT], eventStore }), 1);
    equal(stores[0]?.read().length, 1);
  });

  // EH-13
  it('is not of an unknown subscription', () => {
    const { broker } = remembering(EXACT);
    throws(() => eventsOf(broker, [4711]), wampError('wamp.error.no_such_subscription'));
  });

  // MG-2
  for (const [args, kwargs] of [
    [[], {}],
    [['1'], {}],
    [[0], {}],
    [[1, 0], {}],
    [[1, 1, 1], {}],
    [[1], { limit: 0 }],
    [[1], { limit: '1' }],
    [[1], { limit: null }],
    [[1], { reverse: 1 }],
    [[1], { from_time: 1 }],
    [[1], { after_time: 'yesterday' }],
    [[1], { before_time: '2026-01-01' }],
    [[1], { until_time: '2026-01-01T12:00:00' }],
    [[1], { topic: 1 }],
    [[1], { from_publication: 'x' }],
    [[1], { before_publication: -1 }],
  ] as const) {
    it(`refuses ${JSON.stringify([args, kwargs])}`, () => {
      const { broker } = remembering(EXACT);
      throws(() => eventsOf(broker, args, kwargs), wampError('wamp.error.invalid_argument'));
    });
  }
});

const wampError = (uri: string) => (error: unknown) =>
  error instanceof WampError && error.uri === uri;
