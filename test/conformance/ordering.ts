import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, anyId, anyNumber, matches } from './pattern.js';
import type { Peer } from './peer.js';
import { announced } from './target.js';
import { ensure } from './transcript.js';

const MANY = 40;
const numbers = [...Array(MANY).keys()];

/** Ordering guarantees (WAMP 7.1). */
export const orderingCases: readonly ConformanceCase[] = [
  conforms(
    'ORD-1',
    'delivers the events of a publisher in their order over all topics',
    async (c) => {
      const subscriber = await c.join('subscriber');
      const subscriptions = [
        await subscriber.subscribe(c.uri('a')),
        await subscriber.subscribe(c.uri('b')),
        await subscriber.subscribe(c.uri('c')),
      ];
      const publisher = await c.join('publisher');
      const topics = ['a', 'b', 'c'];
      publisher.sendTogether(
        numbers.map((number) => [16, number + 1, {}, c.uri(String(topics[number % 3])), [number]]),
      );
      for (const number of numbers)
        await subscriber.expect([36, subscriptions[number % 3], anyId, anyDict, [number]]);
    },
  ),

  conforms('ORD-1', 'keeps the order of each of several publishers', async (c) => {
    const subscriber = await c.join('subscriber');
    await subscriber.subscribe(c.uri('topic'));
    const publishers = [await c.join('first'), await c.join('second')];
    for (const number of numbers)
      for (const [index, publisher] of publishers.entries())
        publisher.send([16, number + 1, {}, c.uri('topic'), [index, number]]);
    const next = [0, 0];
    for (let received = 0; received < 2 * MANY; received += 1) {
      const event = await subscriber.expect([36, anyId, anyId, anyDict, [anyNumber, anyNumber]]);
      const index = matches([0, anyNumber], event[4]) ? 0 : 1;
      ensure(
        matches([index, next[index]], event[4]),
        `expected event ${String(next[index])} of publisher ${index}, got ${JSON.stringify(event)}`,
      );
      next[index] = Number(next[index]) + 1;
    }
  }),

  conforms('ORD-2', 'sends SUBSCRIBED before the first event of the subscription', async (c) => {
    const publisher = await c.join('publisher');
    const subscribers = [await c.join('first'), await c.join('second'), await c.join('third')];
    const publish = (): void => {
      for (let sent = 0; sent < 10; sent += 1)
        publisher.send([16, publisher.request, {}, c.uri('topic')]);
    };
    publish();
    for (const subscriber of subscribers) {
      subscriber.send([32, 1, {}, c.uri('topic')]);
      publish();
    }
    const subscriptions: unknown[] = [];
    for (const subscriber of subscribers)
      subscriptions.push((await subscriber.expect([33, 1, anyId]))[2]);
    const last = await publisher.publish(c.uri('topic'));
    for (const [index, subscriber] of subscribers.entries())
      await readEventsUntil(subscriber, subscriptions[index], last);
  }),

  conforms('ORD-3', 'invokes a callee in the order of the calls', async (c) => {
    const callee = await c.join('callee');
    const registrations = [await callee.register(c.uri('a')), await callee.register(c.uri('b'))];
    const caller = await c.join('caller');
    caller.sendTogether(
      numbers.map((number) => [48, number + 1, {}, c.uri(number % 2 === 0 ? 'a' : 'b'), [number]]),
    );
    for (const number of numbers)
      await callee.expect([68, number + 1, registrations[number % 2], anyDict, [number]]);
  }),

  conforms(
    'ORD-4',
    'sends REGISTERED before the first invocation of the registration',
    async (c) => {
      const caller = await c.join('caller');
      const callee = await c.join('callee');
      const call = (): void => {
        for (let sent = 0; sent < 10; sent += 1) caller.call(c.uri('procedure'));
      };
      call();
      callee.send([64, 1, {}, c.uri('procedure')]);
      call();
      const registered = await callee.expect([65, 1, anyId]);
      caller.call(c.uri('procedure'), ['last']);
      const last = [68, anyId, registered[2], anyDict, ['last']];
      for (let message = await callee.receive(); !matches(last, message);) {
        ensure(
          matches([68, anyId, registered[2], anyDict], message),
          `expected INVOCATION, got ${JSON.stringify(message)}`,
        );
        message = await callee.receive();
      }
    },
  ),

  conforms('ORD-6', 'answers each of several requests in flight', async (c) => {
    const peer = await c.join('peer');
    peer.sendTogether(
      numbers.map((number) => [number % 2 === 0 ? 32 : 64, number + 1, {}, c.uri(`u${number}`)]),
    );
    const answered = new Set<unknown>();
    for (const number of numbers) {
      const reply = await peer.receive();
      const type = Number(reply[1]) % 2 === 1 ? 33 : 65;
      ensure(
        matches([type, anyId, anyId], reply),
        `reply ${number}: expected [${type}, …], got ${JSON.stringify(reply)}`,
      );
      answered.add(reply[1]);
    }
    ensure(answered.size === MANY, `${answered.size} of ${MANY} requests were answered`);
  }),

  conforms('ORD-7', 'returns the results of calls in the order in which they come', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    const caller = await c.join('caller');
    const calls = [1, 2, 3].map(() => caller.call(c.uri('procedure')));
    const invocations = [
      await callee.invoked(registration),
      await callee.invoked(registration),
      await callee.invoked(registration),
    ];
    for (const index of [2, 0, 1]) {
      callee.send([70, invocations[index], {}, [index]]);
      await caller.expect([50, calls[index], anyDict, [index]]);
    }
  }),

  conforms(
    'ORD-8',
    'keeps the order of progressive results',
    async (c) => {
      const features = { progressive_call_results: true, call_canceling: true };
      const roles = { caller: { features }, callee: { features } };
      const callee = await c.join('callee', { roles });
      const registration = await callee.register(c.uri('procedure'));
      const caller = await c.join('caller', { roles });
      caller.send([48, 1, { receive_progress: true }, c.uri('procedure')]);
      const invocation = await callee.invoked(registration);
      for (const number of numbers) callee.send([70, invocation, { progress: true }, [number]]);
      callee.send([70, invocation, {}, ['last']]);
      for (const number of numbers) await caller.expect([50, 1, { progress: true }, [number]]);
      await caller.expect([50, 1, anyDict, ['last']]);
    },
    announced('dealer', 'progressive_call_results'),
  ),

  conforms('ORD-9', 'sends no event after UNSUBSCRIBED', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('topic'));
    const publisher = await c.join('publisher');
    for (const number of numbers) {
      publisher.send([16, number + 1, {}, c.uri('topic')]);
      if (number === MANY / 2) subscriber.send([34, 2, subscription]);
    }
    await publisher.publish(c.uri('topic'));
    for (let message = await subscriber.receive(); !matches([35, 2], message);) {
      ensure(message[0] === 36, `expected EVENT, got ${JSON.stringify(message)}`);
      message = await subscriber.receive();
    }
    await publisher.publish(c.uri('topic'));
    await subscriber.receiveNothing();
  }),

  conforms('ORD-10', 'sends no invocation after UNREGISTERED', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    const caller = await c.join('caller');
    for (const number of numbers) {
      caller.call(c.uri('procedure'));
      if (number === MANY / 2) callee.send([66, 2, registration]);
    }
    for (let message = await callee.receive(); !matches([67, 2], message);) {
      ensure(message[0] === 68, `expected INVOCATION, got ${JSON.stringify(message)}`);
      callee.send([70, message[1], {}]);
      message = await callee.receive();
    }
    // Each call is answered by RESULT or ERROR, so that all have been routed by now.
    for (const number of numbers) {
      const answer = await caller.receive();
      ensure(
        answer[0] === 50 || answer[0] === 8,
        `answer ${number}: expected RESULT or ERROR, got ${JSON.stringify(answer)}`,
      );
    }
    await callee.receiveNothing();
  }),
];

async function readEventsUntil(
  subscriber: Peer,
  subscription: unknown,
  last: number,
): Promise<void> {
  for (let read = 0; read <= 41; read += 1) {
    const event = await subscriber.expect([36, subscription, anyId, anyDict]);
    if (event[2] === last) return;
  }
  ensure(false, `${subscriber.name}: the last event did not come`);
}
