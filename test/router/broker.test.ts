import { deepEqual, equal, notEqual, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Broker } from '../../src/router/broker.js';
import { WampError } from '../../src/router/protocol/errors.js';
import type { Dict, List } from '../../src/router/protocol/message.js';
import { isId } from '../../src/router/protocol/id.js';
import { idOf } from '../support/peer.js';
import { recordingSession, type RecordingSession } from '../support/recording-session.js';
import { toMessage } from '../support/wire.js';

/** Hands a wire list to the broker as the realm does, once it is authorized. */
function receive(broker: Broker, { session }: RecordingSession, wire: List): void {
  const message = toMessage(wire);
  if (message.type === 16) broker.publish(session, message);
  else if (message.type === 32) broker.subscribe(session, message);
  else if (message.type === 34) broker.unsubscribe(session, message);
  else throw new TypeError(`not for a broker: ${JSON.stringify(wire)}`);
}

/** Subscribes and gives the subscription's id. */
function subscribe(broker: Broker, member: RecordingSession, topic = 'a.b'): number {
  receive(broker, member, [32, 1, {}, topic]);
  return idOf(member.take().at(-1) ?? []);
}

const refusal = (uri: string) => (error: unknown) =>
  error instanceof WampError && error.uri === uri;

describe('Broker#subscribe', () => {
  // PS-1, ID-16
  it('answers with SUBSCRIBED', () => {
    const broker = new Broker();
    const member = recordingSession();
    receive(broker, member, [32, 7, { match: 'exact' }, 'a.b']);
    const [subscribed] = member.take();
    const id = idOf(subscribed ?? []);
    deepEqual(subscribed, [33, 7, id]);
    equal(isId(id), true);
  });

  // PS-2, PS-3
  it('gives the same subscription again, and one EVENT a publication', () => {
    const broker = new Broker();
    const [publisher, member] = [recordingSession(), recordingSession()];
    const id = subscribe(broker, member);
    equal(subscribe(broker, member), id);
    receive(broker, publisher, [16, 1, {}, 'a.b']);
    equal(member.take().length, 1);
  });

  // PS-4
  it('gives all sessions the same subscription for a topic, another for another', () => {
    const broker = new Broker();
    const [one, two] = [recordingSession(), recordingSession()];
    equal(subscribe(broker, one), subscribe(broker, two));
    notEqual(subscribe(broker, one, 'a.c'), subscribe(broker, one, 'a.b'));
  });

  for (const match of ['prefix', 'wildcard']) {
    it(`refuses match ${match}`, () => {
      throws(() => {
        receive(new Broker(), recordingSession(), [32, 1, { match }, 'a.b']);
      }, refusal('wamp.error.option_not_allowed'));
    });
  }

  it('takes as many subscriptions as the limit says, and refuses one more', () => {
    const broker = new Broker();
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
    const broker = new Broker();
    const [publisher, member] = [recordingSession(), recordingSession()];
    const id = subscribe(broker, member);
    receive(broker, member, [34, 5, id]);
    receive(broker, publisher, [16, 1, {}, 'a.b']);
    deepEqual(member.take(), [[35, 5]]);
  });

  it('leaves the other subscribers theirs', () => {
    const broker = new Broker();
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
    const broker = new Broker();
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
    const broker = new Broker();
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
    const broker = new Broker();
    const publisher = recordingSession();
    receive(broker, publisher, [16, 1, {}, 'a.b']);
    receive(broker, publisher, [16, 2, { acknowledge: false }, 'a.b']);
    deepEqual(publisher.take(), []);
  });

  // PS-12
  it('sends no EVENT to the publisher when exclude_me is left out', () => {
    const broker = new Broker();
    const publisher = recordingSession();
    subscribe(broker, publisher);
    receive(broker, publisher, [16, 1, {}, 'a.b']);
    deepEqual(publisher.take(), []);
  });

  // PS-14
  it('acknowledges a publication that nobody gets', () => {
    const publisher = recordingSession();
    receive(new Broker(), publisher, [16, 1, { acknowledge: true }, 'a.b']);
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
      const broker = new Broker();
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
    const broker = new Broker();
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

const TOPICS = ['a.1', 'a.2', 'a.3'];
const MEMBERS = 4;
interface TopicStep<Kind> {
  readonly kind: Kind;
  readonly member: number;
  readonly topic: string;
}
interface PublishStep {
  readonly kind: 'publish';
  readonly member: number;
  readonly topic: string;
  readonly options: Dict;
}
interface VanishStep {
  readonly kind: 'vanish';
  readonly member: number;
}
type Step = TopicStep<'subscribe'> | TopicStep<'unsubscribe'> | PublishStep | VanishStep;

/** A broker as its rules say it: who is subscribed to what. */
class BrokerModel {
  readonly #topics = new Map(TOPICS.map((topic) => [topic, new Set<number>()]));

  members(topic: string): Set<number> {
    return this.#topics.get(topic) ?? new Set();
  }

  vanish(member: number): void {
    for (const members of this.#topics.values()) members.delete(member);
  }

  receivers(publisher: number, topic: string, options: Dict): number[] {
    return [...this.members(topic)].filter((member) => {
      if (member === publisher && options['exclude_me'] !== false) return false;
      const { exclude_authid: excluded, eligible_authid: eligible } = options;
      if (Array.isArray(excluded) && excluded.includes(`user${member}`)) return false;
      return !Array.isArray(eligible) || eligible.includes(`user${member}`);
    });
  }
}

describe('Broker against a model', () => {
  const member = fc.nat({ max: MEMBERS - 1 });
  const topic = fc.constantFrom(...TOPICS);
  const authids = fc.subarray(['user0', 'user1', 'user2', 'user3']);
  const options = fc.record(
    { exclude_me: fc.boolean(), exclude_authid: authids, eligible_authid: authids },
    { requiredKeys: [] },
  );
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('subscribe'), member, topic }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('unsubscribe'), member, topic }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('publish'), member, topic, options }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('vanish'), member }) },
  );

  it('delivers the same events to the same sessions in the same order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const played = play(steps);
        deepEqual(played.delivered, played.expected);
      }),
      { numRuns: 500 },
    );
  });
});

/** Runs a history on a broker and on the model: `member topic payload` for each EVENT. */
function play(steps: readonly Step[]): { delivered: string[]; expected: string[] } {
  const broker = new Broker();
  const model = new BrokerModel();
  const join = (place: number): RecordingSession =>
    recordingSession({ principal: { authid: `user${place}` } });
  const members = Array.from({ length: MEMBERS }, (_, place) => join(place));
  const topicsById = new Map<number, string>();
  const idsByTopic = new Map<string, number>();
  const delivered: string[] = [];
  const expected: string[] = [];

  steps.forEach((step, index) => {
    const { member: place } = step;
    const member = members[place] ?? join(place);
    if (step.kind === 'vanish') {
      broker.removeSession(member.session);
      model.vanish(place);
      members[place] = join(place);
    } else if (step.kind === 'subscribe') {
      const id = subscribe(broker, member, step.topic);
      topicsById.set(id, step.topic);
      idsByTopic.set(step.topic, id);
      model.members(step.topic).add(place);
    } else if (step.kind === 'unsubscribe') {
      const wire = [34, 1, idsByTopic.get(step.topic) ?? 2 ** 53];
      if (model.members(step.topic).delete(place)) receive(broker, member, wire);
      else
        throws(() => {
          receive(broker, member, wire);
        }, WampError);
      member.take();
    } else {
      receive(broker, member, [16, 1, step.options, step.topic, [index]]);
      const receivers = model.receivers(place, step.topic, step.options).sort();
      expected.push(...receivers.map((each) => `${each} ${step.topic} [${index}]`));
      members.forEach(({ take }, each) => {
        for (const [type, id, , , args] of take()) {
          equal(type, 36);
          delivered.push(`${each} ${topicsById.get(Number(id)) ?? '?'} ${JSON.stringify(args)}`);
        }
      });
    }
  });
  return { delivered, expected };
}
