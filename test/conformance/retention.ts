import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, anyId, dictWith, matches, oneOf } from './pattern.js';
import { idAt } from './peer.js';
import type { Peer, Wire } from './peer.js';
import { rolesWith } from './roles.js';
import { announced, knows } from './target.js';
import { ensure } from './transcript.js';

const retention = announced('broker', 'event_retention');
const listing = announced('broker', 'subscriber_blackwhite_listing');
const patterns = announced('broker', 'pattern_based_subscription');
const RETAINED = dictWith({ retained: true });

const retains = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
): ConformanceCase => conforms(rows, title, run, retention);

const replayCases: readonly ConformanceCase[] = [
  retains('RT-1 ORD-2', 'sends what is retained after SUBSCRIBED to who asks for it', async (c) => {
    const publisher = await c.join('publisher');
    for (const payload of [[['last'], { known: 'value' }], [['last']], [[], { a: 1 }], []]) {
      const publication = await retain(publisher, c.uri('topic'), {}, ...payload);
      const subscriber = await c.join('subscriber');
      const subscription = await getRetained(subscriber, c.uri('topic'));
      await subscriber.expect([36, subscription, publication, RETAINED, ...payload]);
      await subscriber.receiveNothing();
    }
  }),

  retains('RT-1', 'retains what is published without acknowledgement', async (c) => {
    const publisher = await c.join('publisher');
    publisher.send([16, 1, { retain: true }, c.uri('topic'), ['last']]);
    await publisher.receiveNothing();
    await expectRetained(c, c.uri('topic'), ['last']);
  }),

  retains('RT-1', 'sends nothing where nothing is retained', async (c) => {
    await retain(await c.join('publisher'), c.uri('topic.sub'));
    const subscriber = await c.join('subscriber');
    await getRetained(subscriber, c.uri('topic'));
    await subscriber.receiveNothing();
  }),

  retains('RT-2', 'sends nothing retained to who does not ask for it', async (c) => {
    await retain(await c.join('publisher'), c.uri('topic'));
    const subscriber = await c.join('subscriber');
    await subscriber.subscribe(c.uri('topic'));
    await subscriber.receiveNothing();
    const other = await c.join('other');
    await other.subscribe(c.uri('topic'), { get_retained: false });
    await other.receiveNothing();
  }),

  retains('RT-3', 'keeps what is retained when others are published', async (c) => {
    const publisher = await c.join('publisher');
    await retain(publisher, c.uri('topic'), {}, ['kept']);
    await publisher.publish(c.uri('topic'), ['passing']);
    await retain(publisher, c.uri('topic'), { retain: false }, ['passing, too']);
    await expectRetained(c, c.uri('topic'), ['kept']);
  }),

  retains('RT-4', 'keeps only the most recent', async (c) => {
    const [publisher, other] = [await c.join('publisher'), await c.join('other publisher')];
    for (const number of [1, 2, 3]) await retain(publisher, c.uri('topic'), {}, [number]);
    await retain(other, c.uri('topic'), {}, [4]);
    await expectRetained(c, c.uri('topic'), [4]);
  }),

  retains('RT-6', 'sends a live event as live, though it is retained', async (c) => {
    const subscriber = await c.join('subscriber');
    const subscription = await getRetained(subscriber, c.uri('topic'));
    const publication = await retain(await c.join('publisher'), c.uri('topic'), {}, ['now']);
    const event = await subscriber.expect([36, subscription, publication, anyDict, ['now']]);
    ensure(!matches(RETAINED, event[3]), `told to be retained: ${JSON.stringify(event)}`);
  }),

  retains('RT-7', 'sends the publisher nothing of its own, unless it wanted it', async (c) => {
    const publisher = await c.join('publisher');
    await retain(publisher, c.uri('default'));
    await getRetained(publisher, c.uri('default'));
    await publisher.receiveNothing();
    await retain(publisher, c.uri('excluded'), { exclude_me: true });
    await getRetained(publisher, c.uri('excluded'));
    await publisher.receiveNothing();
    const publication = await retain(publisher, c.uri('included'), { exclude_me: false });
    const subscription = await getRetained(publisher, c.uri('included'));
    await publisher.expect([36, subscription, publication, RETAINED]);
    await expectRetained(c, c.uri('default'));
  }),

  retains('RT-10', 'sends what is retained again to who subscribes again', async (c) => {
    const publication = await retain(await c.join('publisher'), c.uri('topic'), {}, ['last']);
    const subscriber = await c.join('subscriber');
    const subscription = await subscriber.subscribe(c.uri('topic'));
    for (let time = 0; time < 2; time += 1) {
      const again = await getRetained(subscriber, c.uri('topic'));
      ensure(again === subscription, `subscription ids ${subscription} and ${again}`);
      await subscriber.expect([36, subscription, publication, RETAINED, ['last']]);
    }
    await subscriber.receiveNothing();
  }),

  retains('RT-1', 'sends what is retained to nobody else', async (c) => {
    const publisher = await c.join('publisher');
    await retain(publisher, c.uri('topic'));
    const bystander = await c.join('bystander');
    await bystander.subscribe(c.uri('topic'));
    await expectRetained(c, c.uri('topic'));
    await bystander.receiveNothing();
    await publisher.receiveNothing();
  }),

  retains(
    'RT-12',
    'keeps what is retained when its publisher and subscribers are gone',
    async (c) => {
      const publisher = await c.join('publisher');
      const subscriber = await c.join('subscriber');
      const subscription = await subscriber.subscribe(c.uri('topic'));
      await retain(publisher, c.uri('topic'), {}, ['legacy']);
      await subscriber.expect([36, subscription, anyId, anyDict, ['legacy']]);
      for (const peer of [publisher, subscriber]) {
        const ended = await c.witness(peer);
        await peer.leave();
        await ended();
      }
      await expectRetained(c, c.uri('topic'), ['legacy']);
    },
  ),

  conforms(
    'RT-11',
    'publishes as usual where retention is switched off',
    async (c) => {
      const topic = c.uri('topic');
      const where = { realm: c.target.unretainedRealm };
      const subscriber = await c.join('subscriber', where);
      const subscription = await subscriber.subscribe(topic);
      const publication = await retain(await c.join('publisher', where), topic, {}, ['now']);
      await subscriber.expect([36, subscription, publication, anyDict, ['now']]);
      const late = await c.join('late', where);
      await getRetained(late, topic);
      await late.receiveNothing();
    },
    retention,
    knows('unretainedRealm'),
  ),
];

const eligibilityCases: readonly ConformanceCase[] = [
  conforms(
    'RT-5',
    'sends what is retained only to who would have received it',
    async (c) => {
      const [first, second] = [await c.join('first'), await c.join('second')];
      const { authid, authrole } = first.welcome;
      const publisher = await c.join('publisher');
      const lists: readonly (readonly [object, readonly Peer[]])[] = [
        [{ eligible: [first.session] }, [first]],
        [{ exclude: [first.session] }, [second]],
        [{ eligible: [] }, []],
        [{ eligible_authid: [authid] }, [first, second]],
        [{ exclude_authid: ['x.nobody'], eligible_authrole: [authrole] }, [first, second]],
        [{ eligible_authrole: ['x.nobody'] }, []],
        [{ exclude_authrole: [authrole] }, []],
        [{ exclude_authid: [authid] }, []],
      ];
      for (const [index, [options, receivers]] of lists.entries()) {
        const topic = c.uri(`topic${index}`);
        const publication = await retain(publisher, topic, options);
        for (const peer of [first, second]) {
          const subscription = await getRetained(peer, topic);
          if (receivers.includes(peer))
            await peer.expect([36, subscription, publication, RETAINED]);
          await peer.receiveNothing();
        }
      }
    },
    retention,
    listing,
  ),

  conforms(
    'RT-5 RT-4',
    'sends an older one at most to who may not see the latest',
    async (c) => {
      const [first, second] = [await c.join('first'), await c.join('second')];
      const publisher = await c.join('publisher');
      const older = await retain(publisher, c.uri('topic'), {}, ['for all']);
      const latest = await retain(publisher, c.uri('topic'), { eligible: [first.session] }, [
        'one',
      ]);
      const own = await getRetained(first, c.uri('topic'));
      await first.expect([36, own, latest, RETAINED, ['one']]);
      await first.receiveNothing();
      const subscription = await getRetained(second, c.uri('topic'));
      const request = second.request;
      second.send([34, request, 2 ** 53 - 1]);
      const answer = await second.receive();
      if (matches([36, subscription, older, RETAINED, ['for all']], answer)) await second.receive();
      else
        ensure(answer[0] === 8, `expected the older one or nothing, got ${JSON.stringify(answer)}`);
    },
    retention,
    listing,
  ),
];

const detailCases: readonly ConformanceCase[] = [
  conforms(
    'RT-8',
    'discloses the publisher of what is retained, as it wanted',
    async (c) => {
      const roles = rolesWith('publisher_identification');
      const publisher = await c.join('publisher', { roles });
      await retain(publisher, c.uri('topic'), { disclose_me: true });
      const ended = await c.witness(publisher);
      await publisher.leave();
      await ended();
      const subscriber = await c.join('subscriber', { roles });
      await getRetained(subscriber, c.uri('topic'));
      const details = dictWith({ retained: true, publisher: publisher.session });
      await subscriber.expect([36, anyId, anyId, details]);
    },
    retention,
    announced('broker', 'publisher_identification'),
  ),

  conforms(
    'RT-8 RT-9',
    'sends to a pattern the latest of each topic, in the order of their publication',
    async (c) => {
      const publisher = await c.join('publisher');
      const names = ['a.x.c', 'a.y.c', 'b.x.c', 'a.z.d', 'a.x.c', 'a.w.c'];
      const publications: number[] = [];
      for (const name of names) publications.push(await retain(publisher, c.uri(name), {}, [name]));
      const expectations = [
        { uri: `${c.uri('a')}.`, match: 'prefix', indexes: [1, 3, 4, 5] },
        { uri: `${c.uri('a')}..c`, match: 'wildcard', indexes: [1, 4, 5] },
        { uri: c.uri('a.x.c'), match: 'exact', indexes: [4] },
      ];
      for (const { uri, match, indexes } of expectations) {
        const subscriber = await c.join('subscriber');
        const subscription = await getRetained(subscriber, uri, { match });
        for (const index of indexes) {
          const topic = c.uri(String(names[index]));
          const details = oneOf(
            dictWith({ retained: true, topic }),
            ...(match === 'exact' ? [RETAINED] : []),
          );
          const payload = [[names[index]]];
          await subscriber.expect([36, subscription, publications[index], details, ...payload]);
        }
        await subscriber.receiveNothing();
      }
    },
    retention,
    patterns,
  ),
];

/** Event retention (WAMP 12.8). */
export const retentionCases: readonly ConformanceCase[] = [
  ...replayCases,
  ...eligibilityCases,
  ...detailCases,
];

/** Publishes with `retain`, unless the options say otherwise, and gives the publication's id. */
async function retain(
  publisher: Peer,
  topic: string,
  options: object = {},
  ...payload: Wire
): Promise<number> {
  const request = publisher.request;
  publisher.send([16, request, { retain: true, acknowledge: true, ...options }, topic, ...payload]);
  return idAt(await publisher.expect([17, request, anyId]), 2);
}

const getRetained = (peer: Peer, topic: string, options: object = {}): Promise<number> =>
  peer.subscribe(topic, { get_retained: true, ...options });

/** Claims that a newcomer gets this retained event, and nothing more. */
async function expectRetained(c: CaseContext, topic: string, ...payload: Wire): Promise<void> {
  const newcomer = await c.join('newcomer');
  const subscription = await getRetained(newcomer, topic);
  await newcomer.expect([36, subscription, anyId, RETAINED, ...payload]);
  await newcomer.receiveNothing();
}
