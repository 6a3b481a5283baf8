import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { callMeta, expectMeta } from './meta-call.js';
import { MetaWatch } from './meta-watch.js';
import { anyDict, anyId, dictWith, matches } from './pattern.js';
import { announced } from './target.js';
import { ensure } from './transcript.js';

const subscriptions = announced('broker', 'subscription_meta_api');
const registrations = announced('dealer', 'registration_meta_api');

/** What is particular to one of the meta APIs, or concerns them all (WAMP 10). */
export const metaOrderCases: readonly ConformanceCase[] = [
  conforms(
    'MU-3',
    'tells nothing of a session that subscribes again',
    async (c) => {
      const topics = ['on_create', 'on_subscribe'].map((name) => `wamp.subscription.${name}`);
      const watch = await MetaWatch.over(c, topics);
      const peer = await c.join('peer');
      watch.about(peer);
      const id = await peer.subscribe(c.uri('topic'));
      await watch.expect('wamp.subscription.on_create', [peer.session, dictWith({ id })]);
      await watch.expect('wamp.subscription.on_subscribe', [peer.session, id]);
      await peer.subscribe(c.uri('topic'));
      await watch.receiveNothing();
    },
    subscriptions,
  ),

  conforms(
    'MU-8',
    'finds every subscription that matches a topic',
    async (c) => {
      const [asker, peer] = [await c.join('asker'), await c.join('peer')];
      const expected = [
        await peer.subscribe(c.uri('a.b.c')),
        await peer.subscribe(c.uri('a'), { match: 'prefix' }),
        await peer.subscribe(`${c.uri('a')}..c`, { match: 'wildcard' }),
      ];
      await peer.subscribe(c.uri('a.b'));
      const [ids] = await callMeta(asker, 'wamp.subscription.match', [c.uri('a.b.c')]);
      ensure(
        Array.isArray(ids) && ids.length === 3 && expected.every((id) => ids.includes(id)),
        `expected ${expected.join(', ')}, got ${JSON.stringify(ids)}`,
      );
      await expectMeta(asker, ['wamp.subscription.match', [c.uri('nobody')]], [null]);
    },
    subscriptions,
    announced('broker', 'pattern_based_subscription'),
  ),

  conforms(
    'MR-9 PG-4',
    'finds the registration that would be called',
    async (c) => {
      const [asker, peer] = [await c.join('asker'), await c.join('peer')];
      const wildcard = await peer.register(`${c.uri('a')}..c`, { match: 'wildcard' });
      const match = 'wamp.registration.match';
      await expectMeta(asker, [match, [c.uri('a.b.c')]], [wildcard]);
      const prefix = await peer.register(c.uri('a'), { match: 'prefix' });
      await expectMeta(asker, [match, [c.uri('a.b.c')]], [prefix]);
      const exact = await peer.register(c.uri('a.b.c'));
      await expectMeta(asker, [match, [c.uri('a.b.c')]], [exact]);
      await expectMeta(asker, [match, [c.uri('a.x.c')]], [prefix]);
      await expectMeta(asker, [match, [c.uri('nobody')]], [null]);
    },
    registrations,
    announced('dealer', 'pattern_based_registration'),
  ),

  conforms(
    'MU-15 TE-1',
    'tells of the end of a session: testaments, then what it held, then its leaving',
    async (c) => {
      const [unsubscribed, unregistered, left] = [
        'wamp.subscription.on_unsubscribe',
        'wamp.registration.on_unregister',
        'wamp.session.on_leave',
      ] as const;
      const watcher = await c.join('watcher');
      const names = new Map<unknown, string>();
      for (const uri of [c.uri('testament'), unsubscribed, unregistered, left])
        names.set(await watcher.subscribe(uri), uri);
      const peer = await c.join('peer');
      await peer.subscribe(c.uri('topic'));
      await peer.register(c.uri('procedure'));
      await callMeta(peer, 'wamp.session.add_testament', [c.uri('testament'), [peer.session], {}]);
      peer.cut();
      const told: unknown[] = [];
      while (told.at(-1) !== left) {
        const event = await watcher.receive();
        ensure(matches([36, anyId, anyId, anyDict], event.slice(0, 4)), JSON.stringify(event));
        if (JSON.stringify(event[4]).includes(String(peer.session))) told.push(names.get(event[1]));
      }
      ensure(
        told[0] === c.uri('testament') &&
          told.length === 4 &&
          told.includes(unsubscribed) &&
          told.includes(unregistered),
        `told in this order: ${told.join(', ')}`,
      );
    },
    subscriptions,
    registrations,
    announced('dealer', 'session_meta_api'),
    announced('dealer', 'testament_meta_api'),
  ),
];
