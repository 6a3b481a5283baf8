import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { HeldEvents } from '../../../src/router/broker/held-events.js';
import type { Dict, List } from '../../../src/router/protocol/message.js';
import { isDict } from '../../../src/router/protocol/options.js';
import { recordingSession, type RecordingSession } from '../../support/recording-session.js';
import {
  newBroker,
  publish,
  receive,
  subscribe,
  subscriptionOf,
} from '../../support/routed-broker.js';

const MEMBERS = 3;
const TOPICS = ['a.1', 'a.2', 'b.1'];
/** URI and match policy of what is subscribed to, and the topics that it stands for. */
const PATTERNS = [
  { match: 'exact', uri: 'a.1', topics: ['a.1'] },
  { match: 'exact', uri: 'a.2', topics: ['a.2'] },
  { match: 'prefix', uri: 'a', topics: ['a.1', 'a.2'] },
  { match: 'prefix', uri: '', topics: TOPICS },
  { match: 'prefix', uri: 'a.1', topics: ['a.1'] },
  { match: 'wildcard', uri: '.1', topics: ['a.1', 'b.1'] },
  { match: 'wildcard', uri: '.', topics: TOPICS },
] as const;

interface Step {
  readonly kind:
    'subscribe' | 'unsubscribe' | 'publish' | 'vanish' | 'purge' | 'hold' | 'release' | 'snapshot';
  readonly member: number;
  readonly other: number;
  readonly pattern: number;
  readonly topic: string;
  readonly options: Dict;
  readonly getRetained: boolean;
  /** Counts from the latest publication back. */
  readonly back: number;
}

interface ModelPublication {
  readonly value: number;
  readonly topic: string;
  readonly options: Dict;
  readonly publisher: Member;
}

/** What a member has of one pattern. */
interface ModelSubscription {
  readonly id: number;
  hold: HeldEvents | undefined;
  /** The values that are held back, with the topic of each. */
  held: ModelPublication[];
}

interface Member extends RecordingSession {
  readonly place: number;
  readonly subscriptions: Map<number, ModelSubscription>;
}

const newMember = (place: number): Member => ({
  ...recordingSession({ principal: { authid: `user${place}` } }),
  place,
  subscriptions: new Map(),
});

/** A history, played on a broker and on its rules: `MEMBER PATTERN TOPIC VALUE` for each EVENT. */
class History {
  readonly received: string[] = [];
  readonly expected: string[] = [];
  readonly #broker = newBroker();
  readonly #members = Array.from({ length: MEMBERS }, (_, place) => newMember(place));
  readonly #patternsById = new Map<number, number>();
  readonly #retained = new Map<string, ModelPublication[]>();
  /** The id of each publication, by its value. */
  readonly #publications: number[] = [];

  play(step: Step): void {
    this[step.kind](step);
    for (const { place, take } of this.#members) {
      const lines = take().map((wire) => `${place} ${this.#describe(wire)}`);
      // A publication goes to a member's subscriptions in any order.
      const isPublished = step.kind === 'publish' || step.kind === 'snapshot';
      this.received.push(...(isPublished ? lines.sort() : lines));
    }
  }

  subscribe({ member: place, pattern, getRetained }: Step): void {
    const member = this.#at(place);
    const { uri, match, topics } = this.#pattern(pattern);
    const options = { match, get_retained: getRetained };
    const id = subscribe(this.#broker, member, uri, options);
    this.#patternsById.set(id, pattern);
    const known = member.subscriptions.get(pattern);
    if (known === undefined) member.subscriptions.set(pattern, { id, hold: undefined, held: [] });
    else equal(known.id, id);
    if (!getRetained) return;
    const last = [...this.#retained].flatMap(([topic, events]) => {
      const mine = events.filter((event) => mayReceive(member, event)).slice(-1);
      return topics.some((each) => each === topic) ? mine : [];
    });
    last.sort((one, other) => one.value - other.value);
    for (const each of last) this.expected.push(`${this.#line(member, pattern, each)} retained`);
  }

  unsubscribe({ member: place, pattern }: Step): void {
    const { subscriptions, ...member } = this.#at(place);
    const choice = chosen([...subscriptions], pattern);
    if (choice === undefined) return;
    const [key, known] = choice;
    receive(this.#broker, member, [34, 1, known.id]);
    deepEqual(member.take(), [[35, 1]]);
    subscriptions.delete(key);
  }

  publish({ member: place, topic, options }: Step): void {
    this.#publish({ value: this.#publications.length, topic, options, publisher: this.#at(place) });
  }

  snapshot({ member: place, other, topic }: Step): void {
    const options = { eligible: [this.#at(other).session.id], _snapshot: true };
    this.#publish({ value: this.#publications.length, topic, options, publisher: this.#at(place) });
  }

  vanish({ member: place }: Step): void {
    this.#broker.removeSession(this.#at(place).session);
    this.#members[place] = newMember(place);
  }

  purge({ pattern }: Step): void {
    const { uri, match, topics } = this.#pattern(pattern);
    const removed = topics.flatMap((topic) => this.#retained.get(topic) ?? []);
    for (const topic of topics) this.#retained.delete(topic);
    equal(this.#broker.purgeRetained(uri, match), removed.length);
  }

  hold({ member: place, pattern }: Step): void {
    const member = this.#at(place);
    const [, known] = chosen([...member.subscriptions], pattern) ?? [];
    if (known === undefined) return;
    known.hold = this.#broker.holdEvents(subscriptionOf(this.#broker, known.id), member.session);
  }

  release({ pattern: choice, back }: Step): void {
    const holding = this.#members.flatMap((member) =>
      [...member.subscriptions].flatMap(([pattern, known]) =>
        known.hold === undefined ? [] : [{ member, pattern, known, hold: known.hold }],
      ),
    );
    const released = holding[choice % holding.length];
    if (released === undefined) return;
    const { member, pattern, known, hold } = released;
    const after = this.#publications.length - 1 - back;
    const left = known.held.slice(known.held.findIndex(({ value }) => value === after) + 1);
    this.expected.push(...left.map((each) => this.#line(member, pattern, each)));
    hold.release(this.#publications[after]);
    known.hold = undefined;
    known.held = [];
  }

  #publish(publication: ModelPublication): void {
    const { topic, options, publisher, value } = publication;
    const id = publish(this.#broker, publisher, topic, { ...options, args: [value] });
    this.#publications.push(id);
    if (options['retain'] === true) this.#retain(publication);
    for (const member of this.#members) {
      if (mayReceive(member, publication)) this.#expect(member, publication);
    }
  }

  #expect(member: Member, publication: ModelPublication): void {
    const lines: string[] = [];
    for (const [pattern, known] of member.subscriptions) {
      if (!this.#pattern(pattern).topics.some((each) => each === publication.topic)) continue;
      const isHeld = known.hold !== undefined && publication.options['eligible'] === undefined;
      if (isHeld) known.held.push(publication);
      else lines.push(this.#line(member, pattern, publication));
    }
    this.expected.push(...lines.sort());
  }

  #retain(publication: ModelPublication): void {
    const before = this.#retained.get(publication.topic) ?? [];
    const kept = hasLists(publication) ? before.filter((each) => !hasLists(each)).slice(-1) : [];
    this.#retained.set(publication.topic, [...kept, publication]);
  }

  #line(member: Member, pattern: number, { topic, value }: ModelPublication): string {
    const isExact = this.#pattern(pattern).match === 'exact';
    return `${member.place} ${pattern} ${isExact ? '-' : topic} ${value}`;
  }

  #describe([type, id, publication, details, args]: List): string {
    equal(type, 36);
    const value = Array.isArray(args) ? Number(args[0]) : NaN;
    equal(this.#publications[value], publication);
    const { topic = '-', retained = false } = isDict(details) ? details : {};
    const pattern = this.#patternsById.get(Number(id));
    return `${pattern ?? '?'} ${String(topic)} ${value}${retained === true ? ' retained' : ''}`;
  }

  #at(place: number): Member {
    const member = this.#members[place];
    if (member === undefined) throw new RangeError(`no member ${place}`);
    return member;
  }

  #pattern(index: number): (typeof PATTERNS)[number] {
    const pattern = PATTERNS[index];
    if (pattern === undefined) throw new RangeError(`no pattern ${index}`);
    return pattern;
  }
}

/** One of a member's subscriptions with its pattern, if it has any. */
const chosen = (
  subscriptions: readonly [number, ModelSubscription][],
  choice: number,
): [number, ModelSubscription] | undefined => subscriptions[choice % subscriptions.length];

const hasLists = ({ options }: ModelPublication): boolean =>
  Object.keys(options).some((key) => /^(exclude_auth|eligible)/.test(key));

function mayReceive(member: Member, { options, publisher }: ModelPublication): boolean {
  if (member === publisher && options['exclude_me'] !== false) return false;
  const authid = `user${member.place}`;
  const { exclude_authid: excluded, eligible_authid: users, eligible: sessions } = options;
  if (Array.isArray(excluded) && excluded.includes(authid)) return false;
  if (Array.isArray(sessions) && !sessions.includes(member.session.id)) return false;
  return !Array.isArray(users) || users.includes(authid);
}

const authids = fc.subarray(['user0', 'user1', 'user2']);
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom(
    ...(['subscribe', 'subscribe', 'subscribe', 'unsubscribe', 'vanish', 'purge'] as const),
    ...(['publish', 'publish', 'publish', 'publish', 'publish', 'snapshot'] as const),
    ...(['hold', 'hold', 'release', 'release'] as const),
  ),
  member: fc.nat({ max: MEMBERS - 1 }),
  other: fc.nat({ max: MEMBERS - 1 }),
  pattern: fc.nat({ max: PATTERNS.length - 1 }),
  topic: fc.constantFrom(...TOPICS),
  options: fc.oneof(
    fc.constant({}),
    fc.constant({ retain: true }),
    fc.record(
      {
        retain: fc.boolean(),
        exclude_me: fc.boolean(),
        exclude_authid: authids,
        eligible_authid: authids,
      },
      { requiredKeys: [] },
    ),
  ),
  getRetained: fc.boolean(),
  back: fc.nat({ max: 5 }),
});

describe('Broker against a model', () => {
  // PT-*, BW-*, RT-*, ORD-1, ORD-2, ORD-9; snapshot, then live
  it('delivers the same events to the same sessions in the same order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const history = new History();
        for (const each of steps) history.play(each);
        deepEqual(history.received, history.expected);
      }),
      { numRuns: 1000 },
    );
  });
});
