import type { CaseContext, JoinOptions } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, anyId, anyNumber, dictWith, error, matches } from './pattern.js';
import { idAt } from './peer.js';
import type { Peer, Wire } from './peer.js';
import { announced, knows, knowsForbidden } from './target.js';
import { ensure } from './transcript.js';

const patterns = announced('broker', 'pattern_based_subscription');

/** A case that needs pattern-based subscription to be announced. */
const matching = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
): ConformanceCase => conforms(rows, title, run, patterns);

const policyCases: readonly ConformanceCase[] = [
  matching('PT-1', 'matches by equality unless told otherwise', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('topic'));
    const same = await subscriber.subscribe(c.uri('topic'), { match: 'exact' });
    ensure(same === subscription, `without match ${subscription}, with "exact" ${same}`);
    const publisher = await c.join('publisher');
    for (const other of ['topic.sub', 'topics', 'topi', 'Topic'])
      await publisher.publish(c.uri(other));
    const publication = await publisher.publish(c.uri('topic'));
    await subscriber.expect([36, subscription, publication, anyDict]);
    await subscriber.receiveNothing();
  }),

  matching('PT-2 PT-5', 'matches a prefix letter by letter, and names the topic', async (c) => {
    await expectMatches(c, {
      pattern: c.uri('topic.emergency'),
      match: 'prefix',
      within: [
        'topic.emergency',
        'topic.emergency.11',
        'topic.emergency-low',
        'topic.emergency.a.b',
      ],
      beyond: ['topic.emerge', 'topic', 'topic.Emergency', 'other.topic.emergency'],
    });
  }),

  matching('PT-2 PT-5', 'matches a prefix that ends with a dot', async (c) => {
    await expectMatches(c, {
      pattern: `${c.uri('a')}.`,
      match: 'prefix',
      within: ['a.b', 'a.b.c'],
      beyond: ['a', 'ab', 'b.a'],
    });
  }),

  matching('PT-3 PT-5', 'lets a wildcard stand for one component', async (c) => {
    await expectMatches(c, {
      pattern: `${c.uri('myapp')}..userevent`,
      match: 'wildcard',
      within: ['myapp.foo.userevent', 'myapp.bar.userevent', 'myapp.a12.userevent'],
      beyond: [
        'myapp.foo.userevent.bar',
        'myapp.foo.user',
        'myapp2.foo.userevent',
        'myapp.foo.bar.userevent',
        'myapp.userevent',
        'myapp.foo.userevents',
      ],
    });
  }),

  matching('PT-3', 'takes a wildcard pattern without a wildcard for itself alone', async (c) => {
    await expectMatches(c, {
      pattern: c.uri('a.b'),
      match: 'wildcard',
      within: ['a.b'],
      beyond: ['a.b.c', 'a', 'a.c'],
    });
  }),

  matching('PT-4', 'takes several wildcards, also side by side and at the end', async (c) => {
    await expectMatches(c, {
      pattern: `${c.uri('a')}..c..`,
      match: 'wildcard',
      within: ['a.b.c.d.e', 'a.x.c.y.z'],
      beyond: ['a.b.c.d', 'a.b.x.d.e', 'a.b.c.d.e.f', 'b.b.c.d.e'],
    });
    await expectMatches(c, {
      pattern: `${c.uri('trailing')}.`,
      match: 'wildcard',
      within: ['trailing.a', 'trailing.b'],
      beyond: ['trailing', 'trailing.a.b', 'trailings'],
    });
  }),

  conforms(
    'PT-4',
    'takes a wildcard at the start',
    async (c) => {
      const [, ...rest] = c.uri('leading').split('.');
      const subscriber = await c.join('subscriber', unrestricted(c));
      const subscription = await subscriber.subscribe(['', ...rest].join('.'), {
        match: 'wildcard',
      });
      const publisher = await c.join('publisher', unrestricted(c));
      await publisher.publish(rest.join('.'));
      await publisher.publish(['x', 'y', ...rest].join('.'));
      for (const first of ['x', 'y', 'wamps']) {
        const topic = [first, ...rest].join('.');
        const publication = await publisher.publish(topic);
        await subscriber.expect([36, subscription, publication, dictWith({ topic })]);
      }
      await subscriber.receiveNothing();
    },
    patterns,
    knows('unrestrictedRealm'),
  ),

  conforms(
    'PT-10',
    'matches every topic of the realm with the prefix "", but none below wamp.',
    async (c) => {
      const subscriber = await c.join('subscriber', unrestricted(c));
      const subscription = await subscriber.subscribe('', { match: 'prefix' });
      const publisher = await c.join('publisher', unrestricted(c));
      // Joining, subscribing and leaving would be told below wamp.
      const passer = await c.join('passer-by', unrestricted(c));
      await passer.subscribe(c.uri('passing'));
      await passer.leave();
      for (const topic of ['a', 'x.y', c.uri('topic')]) {
        const publication = await publisher.publish(topic);
        await subscriber.expect([36, subscription, publication, dictWith({ topic })]);
      }
      await subscriber.receiveNothing();
    },
    patterns,
    knows('unrestrictedRealm'),
  ),

  matching('PT-11 URI-8', 'lets nobody publish to an empty component', async (c) => {
    const subscriber = await c.join('subscriber');
    await subscriber.subscribe(`${c.uri('a')}..x`, { match: 'wildcard' });
    await subscriber.subscribe(`${c.uri('a')}.`, { match: 'prefix' });
    const publisher = await c.join('publisher');
    for (const topic of [`${c.uri('a')}..x`, `${c.uri('a')}.`]) {
      const request = publisher.request;
      publisher.send([16, request, { acknowledge: true }, topic]);
      await publisher.expect(error(16, request, 'wamp.error.invalid_uri'));
    }
    await subscriber.receiveNothing();
  }),
];

const severalCases: readonly ConformanceCase[] = [
  matching('PT-6 PT-7 ID-3', 'sends one event for each subscription that matches', async (c) => {
    const { subscriber, subscriptions } = await allPolicies(c);
    ensure(new Set(subscriptions).size === 3, `not different: ${subscriptions.join(', ')}`);
    const publisher = await c.join('publisher');
    const publication = await publisher.publish(c.uri('a.b.c'), ['x'], { y: 1 });
    await expectEach(subscriber, subscriptions, [publication, anyDict, ['x'], { y: 1 }]);
    const fewer = await publisher.publish(c.uri('a.x.c'));
    await expectEach(subscriber, subscriptions.slice(1), [
      fewer,
      dictWith({ topic: c.uri('a.x.c') }),
    ]);
  }),

  matching('PT-8 PT-7', 'gives the sessions with one pattern and policy the same id', async (c) => {
    const [first, second] = [await c.join('first'), await c.join('second')];
    const ids: number[] = [];
    for (const match of ['exact', 'prefix', 'wildcard']) {
      const id = await first.subscribe(c.uri('a.b'), { match });
      const same = await second.subscribe(c.uri('a.b'), { match });
      ensure(id === same, `${match}: subscription ids ${id} and ${same}`);
      ids.push(id);
    }
    ensure(new Set(ids).size === 3, `not different: ${ids.join(', ')}`);
  }),

  matching('PT-8 PS-3', 'sends a session one event however often it subscribed', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('a'), { match: 'prefix' });
    const again = await subscriber.subscribe(c.uri('a'), { match: 'prefix' });
    ensure(again === subscription, `subscription ids ${subscription} and ${again}`);
    const publication = await (await c.join('publisher')).publish(c.uri('a.b'));
    await subscriber.expect([36, subscription, publication, dictWith({ topic: c.uri('a.b') })]);
    await subscriber.receiveNothing();
  }),

  matching('PT-9', 'goes on with the others when one of several is ended', async (c) => {
    const { subscriber, subscriptions } = await allPolicies(c);
    const other = await c.join('other');
    const others = await other.subscribe(c.uri('a'), { match: 'prefix' });
    const publisher = await c.join('publisher');
    const left = [...subscriptions];
    for (const ended of [subscriptions[1], subscriptions[0], subscriptions[2]]) {
      const request = subscriber.request;
      subscriber.send([34, request, ended]);
      await subscriber.expect([35, request]);
      left.splice(left.indexOf(Number(ended)), 1);
      const publication = await publisher.publish(c.uri('a.b.c'));
      await expectEach(subscriber, left, [publication, anyDict]);
      await other.expect([36, others, publication, anyDict]);
    }
  }),

  matching('PS-12', 'sends the publisher none of its events by patterns either', async (c) => {
    const { subscriber } = await allPolicies(c);
    await subscriber.publish(c.uri('a.b.c'));
    await subscriber.receiveNothing();
  }),

  matching('ORD-1', 'keeps the order of events over all policies', async (c) => {
    const { subscriber, subscriptions } = await allPolicies(c);
    const publisher = await c.join('publisher');
    const topics = ['a.b.c', 'a.b', 'a.x.c', 'a.b.c', 'a.y.c', 'a.z'];
    publisher.sendTogether(topics.map((name, index) => [16, index + 1, {}, c.uri(name), [index]]));
    const seen: unknown[] = [];
    // Three for each a.b.c, two for each a.?.c, one for the rest.
    for (let received = 0; received < 12; received += 1) {
      const event = await subscriber.expect([36, anyId, anyId, anyDict, [anyNumber]]);
      ensure(subscriptions.includes(idAt(event, 1)), `foreign: ${JSON.stringify(event)}`);
      seen.push(event[4]);
    }
    const inOrder = [0, 0, 0, 1, 2, 2, 3, 3, 3, 4, 4, 5].map((index) => [index]);
    ensure(matches(inOrder, seen), `not in order: ${JSON.stringify(seen)}`);
    await subscriber.receiveNothing();
  }),

  conforms(
    'BW-12',
    'applies lists of receivers to every policy',
    async (c) => {
      const { subscriber, subscriptions } = await allPolicies(c);
      const other = await allPolicies(c);
      const publisher = await c.join('publisher');
      const restricted = [
        { eligible: [subscriber.session] },
        { exclude: [other.subscriber.session] },
        {
          eligible: [subscriber.session, other.subscriber.session],
          exclude: [other.subscriber.session],
        },
      ];
      for (const options of restricted) {
        const request = publisher.request;
        publisher.send([16, request, { ...options, acknowledge: true }, c.uri('a.b.c')]);
        const publication = idAt(await publisher.expect([17, request, anyId]), 2);
        await expectEach(subscriber, subscriptions, [publication, anyDict]);
        await other.subscriber.receiveNothing();
      }
      const nobody = { exclude_authrole: [subscriber.welcome['authrole']], acknowledge: true };
      publisher.send([16, publisher.request, nobody, c.uri('a.b.c')]);
      await publisher.expect([17, anyId, anyId]);
      await subscriber.receiveNothing();
    },
    patterns,
    announced('broker', 'subscriber_blackwhite_listing'),
  ),

  conforms(
    'AZ-5',
    'lets no pattern read topics that are forbidden',
    async (c) => {
      const forbidden = String(c.target.forbiddenPrefix);
      const [first = ''] = forbidden.split('.');
      const peer = await c.join('peer');
      for (const [uri, match] of [
        [forbidden, 'prefix'],
        [first, 'prefix'],
        ['', 'prefix'],
        [`${forbidden}x.`, 'wildcard'],
        ['..conformance', 'wildcard'],
        ['.', 'wildcard'],
      ]) {
        const request = peer.request;
        peer.send([32, request, { match }, uri]);
        await peer.expect(error(32, request, 'wamp.error.not_authorized'));
      }
      await peer.subscribe(c.target.prefix, { match: 'prefix' });
      await peer.subscribe(`${c.uri('a')}..b`, { match: 'wildcard' });
    },
    patterns,
    knowsForbidden,
  ),
];

/** Pattern-based subscription (WAMP 12.5). */
export const patternSubscriptionCases: readonly ConformanceCase[] = [
  ...policyCases,
  ...severalCases,
];

const unrestricted = (c: CaseContext): JoinOptions => ({
  realm: c.target.unrestrictedRealm ?? c.target.realm,
});

/** Publishes below all these names; only those within the pattern come, in their order and with their topic. */
async function expectMatches(
  c: CaseContext,
  pattern: {
    readonly pattern: string;
    readonly match: 'prefix' | 'wildcard';
    readonly within: readonly string[];
    readonly beyond: readonly string[];
  },
): Promise<void> {
  const subscriber = await c.join('subscriber');
  const subscription = await subscriber.subscribe(pattern.pattern, { match: pattern.match });
  const publisher = await c.join('publisher');
  for (const name of pattern.beyond) await publisher.publish(c.uri(name));
  for (const name of pattern.within) {
    const publication = await publisher.publish(c.uri(name), ['x'], { y: 1 });
    const details = dictWith({ topic: c.uri(name) });
    await subscriber.expect([36, subscription, publication, details, ['x'], { y: 1 }]);
  }
  for (const name of pattern.beyond) await publisher.publish(c.uri(name));
  await subscriber.receiveNothing();
}

/** A session with an exact, a prefix and a wildcard subscription that all match `a.b.c`. */
async function allPolicies(
  c: CaseContext,
): Promise<{ readonly subscriber: Peer; readonly subscriptions: readonly number[] }> {
  const subscriber = await c.join('subscriber');
  const subscriptions = [
    await subscriber.subscribe(c.uri('a.b.c')),
    await subscriber.subscribe(c.uri('a'), { match: 'prefix' }),
    await subscriber.subscribe(`${c.uri('a')}..c`, { match: 'wildcard' }),
  ];
  return { subscriber, subscriptions };
}

/** Expects an event with this rest for each of the subscriptions, in whatever order, and nothing more. */
async function expectEach(
  subscriber: Peer,
  subscriptions: readonly number[],
  rest: Wire,
): Promise<void> {
  const left = new Set(subscriptions);
  while (left.size > 0) {
    const event = await subscriber.expect([36, anyId, ...rest]);
    ensure(left.delete(idAt(event, 1)), `not or twice expected: ${JSON.stringify(event)}`);
  }
  await subscriber.receiveNothing();
}
