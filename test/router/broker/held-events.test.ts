import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { HeldEvents } from '../../../src/router/broker/held-events.js';
import type { Dict } from '../../../src/router/protocol/message.js';
import { recordingSession, type RecordingSession } from '../../support/recording-session.js';
import {
  newBroker,
  publish,
  receive,
  subscribe,
  subscriptionOf,
} from '../../support/routed-broker.js';

interface Scene {
  readonly member: RecordingSession;
  readonly hold: HeldEvents;
  readonly id: number;
  /** Publishes a number; gives the publication's id. */
  readonly publish: (value: number, options?: Dict) => number;
  /** The arguments of the events that the member has got. */
  readonly got: () => unknown[];
  readonly overflows: () => number;
}

/** A subscriber whose events are held back. */
function holding(
  limits = { events: 100, bytes: 1000 },
): Scene & { readonly unsubscribe: () => void; readonly tooLong: () => number } {
  const broker = newBroker({ holdLimits: limits });
  const [publisher, member] = [recordingSession(), recordingSession()];
  const id = subscribe(broker, member);
  return {
    member,
    id,
    hold: broker.holdEvents(subscriptionOf(broker, id), member.session),
    publish: (value, options = {}) =>
      publish(broker, publisher, 'a.b', { ...options, args: [value] }),
    got: () => member.take().map(([, , , , args]) => args),
    overflows: () => broker.losses.overflows,
    tooLong: () => broker.losses.tooLong,
    unsubscribe: () => {
      receive(broker, member, [34, 9, id]);
    },
  };
}

describe('Broker#holdEvents', () => {
  it('counts what turns out to be too long for the subscriber', () => {
    const { hold, member, publish, got, tooLong } = holding();
    publish(1);
    member.transport.tooLong.add(36);
    hold.release();
    deepEqual([got(), tooLong()], [[], 1]);
  });

  it('holds live events back, and sends them in order when they are released', () => {
    const { hold, publish, got } = holding();
    publish(1);
    publish(2);
    deepEqual(got(), []);
    equal(hold.isOver, false);
    hold.release();
    equal(hold.isOver, true);
    publish(3);
    deepEqual(got(), [[1], [2], [3]]);
    hold.release();
    deepEqual(got(), []);
  });

  it('leaves out what the snapshot contains already', () => {
    const { hold, publish, got } = holding();
    publish(1);
    const last = publish(2);
    publish(3);
    hold.release(last);
    deepEqual(got(), [[3]]);
  });

  it('leaves nothing out when the snapshot ends before it', () => {
    const { hold, publish, got } = holding();
    publish(1);
    hold.release(4711);
    deepEqual(got(), [[1]]);
  });

  it('lets the snapshot through, which is for this session and marked', () => {
    const { member, hold, publish, got } = holding();
    const eligible = [member.session.id];
    publish(1);
    publish(2, { eligible, _snapshot: true });
    publish(3, { eligible });
    publish(4, { _snapshot: true });
    deepEqual(got(), [[2]]);
    hold.release();
    deepEqual(got(), [[1], [3], [4]]);
  });

  it('holds nothing back from others, and only on this subscription', () => {
    const broker = newBroker();
    const [publisher, member, other] = [recordingSession(), recordingSession(), recordingSession()];
    const id = subscribe(broker, member);
    subscribe(broker, member, 'a', { match: 'prefix' });
    subscribe(broker, other);
    broker.holdEvents(subscriptionOf(broker, id), member.session);
    publish(broker, publisher, 'a.b');
    equal(other.take().length, 1);
    deepEqual(
      member.take().map(([, , , details]) => details),
      [{ topic: 'a.b' }],
    );
  });

  it('obeys the lists of what it holds', () => {
    const { hold, publish, got } = holding();
    publish(1, { eligible: [] });
    hold.release();
    deepEqual(got(), []);
  });

  it('is one hold for each subscriber, who must be one', () => {
    const broker = newBroker();
    const [member, stranger] = [recordingSession(), recordingSession()];
    const subscription = subscriptionOf(broker, subscribe(broker, member));
    const hold = broker.holdEvents(subscription, member.session);
    equal(broker.holdEvents(subscription, member.session), hold);
    throws(() => broker.holdEvents(subscription, stranger.session), RangeError);
  });

  it('ends with the subscription', () => {
    const { hold, publish, got, unsubscribe, member } = holding();
    publish(1);
    unsubscribe();
    equal(hold.isOver, true);
    member.take();
    hold.release();
    deepEqual(got(), []);
  });

  for (const [name, limits] of [
    ['events', { events: 2, bytes: 1000 }],
    ['bytes', { events: 100, bytes: '[1][2]'.length }],
  ] as const) {
    it(`takes as many ${name} as it may, and closes the session at one more`, () => {
      const { hold, publish, member, got, overflows } = holding(limits);
      publish(1);
      publish(2);
      equal(member.session.isOpen, true);
      equal(overflows(), 0);
      publish(3);
      deepEqual(member.transport.done.at(-1), 'close 4409 too much came before the snapshot');
      equal(overflows(), 1);
      equal(hold.isOver, true);
      hold.release();
      deepEqual(got(), []);
    });
  }
});
