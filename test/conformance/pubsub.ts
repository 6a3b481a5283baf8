import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, anyId, error, isDict } from './pattern.js';
import { knowsForbidden } from './target.js';
import { ensure } from './transcript.js';

const UNKNOWN = 2 ** 53 - 1;

/** Publish and subscribe, Basic Profile (WAMP 5). */
export const pubsubCases: readonly ConformanceCase[] = [
  conforms('PS-1', 'answers SUBSCRIBE with SUBSCRIBED', async (c) => {
    const subscriber = await c.join('subscriber');
    subscriber.send([32, 1, {}, c.uri('topic')]);
    await subscriber.expect([33, 1, anyId]);
  }),

  conforms('PS-2 PS-3', 'holds one subscription of a session for one topic', async (c) => {
    const subscriber = await c.join('subscriber');
    subscriber.send([32, 1, {}, c.uri('topic')]);
    const [, , subscription] = await subscriber.expect([33, 1, anyId]);
    subscriber.send([32, 2, {}, c.uri('topic')]);
    await subscriber.expect([33, 2, subscription]);
    const publisher = await c.join('publisher');
    const publication = await publisher.publish(c.uri('topic'));
    await subscriber.expect([36, subscription, publication, anyDict]);
    await subscriber.receiveNothing();
    subscriber.send([34, 4, subscription]);
    await subscriber.expect([35, 4]);
    subscriber.send([34, 5, subscription]);
    await subscriber.expect(error(34, 5, 'wamp.error.no_such_subscription'));
    await publisher.publish(c.uri('topic'));
    await subscriber.receiveNothing();
  }),

  conforms('PS-4', 'gives the sessions that subscribe to one topic the same id', async (c) => {
    const first = await (await c.join('first')).subscribe(c.uri('topic'));
    const other = await c.join('other');
    const second = await other.subscribe(c.uri('topic'));
    ensure(first === second, `subscription ids ${first} and ${second}`);
    const third = await other.subscribe(c.uri('another'));
    ensure(third !== first, `the subscription of another topic has id ${third}, too`);
  }),

  conforms('PS-5', 'answers UNSUBSCRIBE and sends no more events', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('topic'));
    subscriber.send([34, 2, subscription]);
    await subscriber.expect([35, 2]);
    await (await c.join('publisher')).publish(c.uri('topic'));
    await subscriber.receiveNothing();
  }),

  conforms('PS-6', 'refuses to end an unknown subscription', async (c) => {
    const subscriber = await c.join('subscriber');
    subscriber.send([34, 1, UNKNOWN]);
    await subscriber.expect(error(34, 1, 'wamp.error.no_such_subscription'));
    await subscriber.subscribe(c.uri('topic'));
  }),

  conforms('PS-7', 'refuses to end a subscription that only others hold', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('topic'));
    const stranger = await c.join('stranger');
    stranger.send([34, 1, subscription]);
    await stranger.expect(error(34, 1, 'wamp.error.no_such_subscription'));
    const publication = await stranger.publish(c.uri('topic'));
    await subscriber.expect([36, subscription, publication, anyDict]);
  }),

  conforms('PS-8', 'answers nothing to PUBLISH without acknowledge', async (c) => {
    const publisher = await c.join('publisher');
    publisher.send([16, 1, {}, c.uri('topic')]);
    publisher.send([16, 2, { acknowledge: false }, c.uri('topic')]);
    publisher.send([16, 3, {}, `${c.uri('a')}..b`]);
    publisher.send([16, 4, { acknowledge: false }, 'wamp.conformance']);
    await publisher.receiveNothing();
  }),

  conforms('PS-9', 'answers PUBLISH with acknowledge by PUBLISHED', async (c) => {
    const publisher = await c.join('publisher');
    publisher.send([16, 1, { acknowledge: true }, c.uri('topic'), ['a'], { b: 1 }]);
    await publisher.expect([17, 1, anyId]);
  }),

  conforms('PS-10', 'answers a failing PUBLISH with acknowledge by ERROR', async (c) => {
    const publisher = await c.join('publisher');
    publisher.send([16, 1, { acknowledge: true }, `${c.uri('a')}..b`]);
    await publisher.expect(error(16, 1, 'wamp.error.invalid_uri'));
    await publisher.publish(c.uri('topic'));
  }),

  conforms(
    'PS-10',
    'answers a forbidden PUBLISH with acknowledge by ERROR',
    async (c) => {
      const publisher = await c.join('publisher');
      publisher.send([16, 1, { acknowledge: true }, `${c.target.forbiddenPrefix ?? ''}topic`]);
      await publisher.expect(error(16, 1, 'wamp.error.not_authorized'));
    },
    knowsForbidden,
  ),

  conforms(
    'PS-11',
    'sends every subscriber one event for each matching subscription',
    async (c) => {
      const subscribers = [await c.join('first'), await c.join('second'), await c.join('third')];
      const subscriptions: number[] = [];
      for (const subscriber of subscribers)
        subscriptions.push(await subscriber.subscribe(c.uri('topic')));
      const bystander = await c.join('bystander');
      await bystander.subscribe(c.uri('another'));
      const publisher = await c.join('publisher');
      const publication = await publisher.publish(c.uri('topic'), ['hello'], { to: 'all' });
      for (const [index, subscriber] of subscribers.entries()) {
        const payload = [['hello'], { to: 'all' }];
        await subscriber.expect([36, subscriptions[index], publication, anyDict, ...payload]);
        await subscriber.receiveNothing();
      }
      await bystander.receiveNothing();
    },
  ),

  conforms('PS-12', 'sends the publisher none of its own events', async (c) => {
    const publisher = await c.join('publisher');
    const subscription = await publisher.subscribe(c.uri('topic'));
    const other = await c.join('other');
    await other.subscribe(c.uri('topic'));
    const publication = await publisher.publish(c.uri('topic'));
    await other.expect([36, subscription, publication, anyDict]);
    await publisher.receiveNothing();
    const answer = await other.publish(c.uri('topic'));
    await publisher.expect([36, subscription, answer, anyDict]);
    await other.receiveNothing();
  }),

  conforms('PS-13', 'carries every form of payload from PUBLISH to EVENT', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('topic'));
    const publisher = await c.join('publisher');
    const forms = [
      { sent: [], received: [] },
      { sent: [['a', 1]], received: [['a', 1]] },
      { sent: [['a'], { b: 2 }], received: [['a'], { b: 2 }] },
      { sent: [[], { b: 2 }], received: [[], { b: 2 }] },
      { sent: [['a'], {}], received: [['a']] },
    ];
    for (const { sent, received } of forms) {
      const publication = await publisher.publish(c.uri('topic'), ...sent);
      await subscriber.expect([36, subscription, publication, anyDict, ...received]);
    }
  }),

  conforms('PS-14', 'acknowledges a publication that nobody receives', async (c) => {
    await (await c.join('publisher')).publish(c.uri('topic'), ['to nobody']);
  }),

  conforms('PS-15', 'needs no topic in the details of an event', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('topic'));
    const publication = await (await c.join('publisher')).publish(c.uri('topic'));
    const event = await subscriber.expect([36, subscription, publication, anyDict]);
    const topic = isDict(event[3]) ? event[3]['topic'] : undefined;
    ensure(
      topic === undefined || topic === c.uri('topic'),
      `expected no other topic than the one published to, got ${JSON.stringify(event)}`,
    );
  }),

  conforms('PS-16', 'spares the publisher that a subscriber has gone', async (c) => {
    const subscriber = await c.join('subscriber');
    await subscriber.subscribe(c.uri('topic'));
    const publisher = await c.join('publisher');
    subscriber.cut();
    publisher.send([16, 1, {}, c.uri('topic')]);
    publisher.send([16, 2, { acknowledge: true }, c.uri('topic')]);
    await publisher.expect([17, 2, anyId]);
    await publisher.receiveNothing();
  }),

  conforms('PS-17', 'sends PUBLISHED and the events, in whatever order', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('topic'));
    const publisher = await c.join('publisher');
    publisher.send([16, 1, { acknowledge: true }, c.uri('topic')]);
    const event = await subscriber.expect([36, subscription, anyId, anyDict]);
    await publisher.expect([17, 1, event[2]]);
  }),
];
