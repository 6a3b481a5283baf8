import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { callMeta, expectMeta, expectRefusal } from './meta-call.js';
import { MetaWatch } from './meta-watch.js';
import { dictWith, isDict, Matcher, matches } from './pattern.js';
import type { Peer } from './peer.js';
import { announced, knowsOtherRealm } from './target.js';
import type { Need } from './target.js';
import { ensure } from './transcript.js';

const UNKNOWN = 2 ** 53 - 1;
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/;
const time = new Matcher(
  'ISO 8601 time',
  (value) => typeof value === 'string' && ISO_8601.test(value),
);

/** What the meta APIs of registrations and of subscriptions have in common, each in its own words and rows. */
interface Kind {
  readonly name: 'registration' | 'subscription';
  readonly needs: readonly Need[];
  /** For several sessions on one URI. */
  readonly sharing: readonly Need[];
  readonly patterns: Need;
  readonly attach: (peer: Peer, uri: string, options?: object) => Promise<number>;
  readonly shared: object;
  readonly detach: number;
  readonly attached: string;
  readonly detached: string;
  readonly members: string;
  readonly rows: Readonly<
    Record<
      | 'create'
      | 'further'
      | 'fewer'
      | 'delete'
      | 'disconnect'
      | 'list'
      | 'lookup'
      | 'get'
      | 'members'
      | 'count'
      | 'unknown',
      string
    >
  >;
}

const REGISTRATION: Kind = {
  name: 'registration',
  needs: [announced('dealer', 'registration_meta_api')],
  sharing: [announced('dealer', 'shared_registration')],
  patterns: announced('dealer', 'pattern_based_registration'),
  attach: (peer, uri, options) => peer.register(uri, options),
  shared: { invoke: 'roundrobin' },
  detach: 66,
  attached: 'on_register',
  detached: 'on_unregister',
  members: 'callees',
  rows: {
    create: 'MR-1 MR-15 MR-6',
    further: 'MR-2',
    fewer: 'MR-3',
    delete: 'MR-4',
    disconnect: 'MR-4 MR-5',
    list: 'MR-7',
    lookup: 'MR-8',
    get: 'MR-10 MR-6',
    members: 'MR-11',
    count: 'MR-12',
    unknown: 'MR-13',
  },
};

const SUBSCRIPTION: Kind = {
  name: 'subscription',
  needs: [announced('broker', 'subscription_meta_api')],
  sharing: [],
  patterns: announced('broker', 'pattern_based_subscription'),
  attach: (peer, uri, options) => peer.subscribe(uri, options),
  shared: {},
  detach: 34,
  attached: 'on_subscribe',
  detached: 'on_unsubscribe',
  members: 'subscribers',
  rows: {
    create: 'MU-1 MU-13',
    further: 'MU-2',
    fewer: 'MU-4',
    delete: 'MU-5',
    disconnect: 'MU-5',
    list: 'MU-6',
    lookup: 'MU-7',
    get: 'MU-9',
    members: 'MU-10',
    count: 'MU-11',
    unknown: 'MU-12',
  },
};

const topic = ({ name }: Kind, event: string): string => `wamp.${name}.${event}`;

const watchOver = (c: CaseContext, kind: Kind): Promise<MetaWatch> =>
  MetaWatch.over(
    c,
    ['on_create', kind.attached, kind.detached, 'on_delete'].map((event) => topic(kind, event)),
  );

const detailsOf = ({ name }: Kind, id: number, uri: string, options: object): Matcher =>
  dictWith({
    id,
    uri,
    match: 'exact',
    created: time,
    ...(name === 'registration' && { invoke: 'single' }),
    ...options,
  });

function eventCasesOf(kind: Kind): readonly ConformanceCase[] {
  const { rows, needs, sharing, attach, shared } = kind;
  const created = topic(kind, 'on_create');
  const attached = topic(kind, kind.attached);
  const detached = topic(kind, kind.detached);
  const deleted = topic(kind, 'on_delete');
  const detach = async (peer: Peer, id: number): Promise<void> => {
    const request = peer.request;
    peer.send([kind.detach, request, id]);
    await peer.expect([kind.detach + 1, request]);
  };

  return [
    conforms(
      `${rows.create} ${rows.delete}`,
      `tells of a ${kind.name} from its creation to its end`,
      async (c) => {
        const watch = await watchOver(c, kind);
        const peer = await c.join('peer');
        watch.about(peer);
        const id = await attach(peer, c.uri('uri'));
        const details = detailsOf(kind, id, c.uri('uri'), {});
        await watch.expect(created, [peer.session, details]);
        await watch.expect(attached, [peer.session, id]);
        await watch.receiveNothing();
        await detach(peer, id);
        await watch.expect(detached, [peer.session, id]);
        await watch.expect(deleted, [peer.session, id]);
        await watch.receiveNothing();
      },
      ...needs,
    ),

    conforms(
      `${rows.further} ${rows.fewer} ${rows.delete}`,
      `tells of further sessions on a ${kind.name}, and of fewer`,
      async (c) => {
        const watch = await watchOver(c, kind);
        const [first, second] = [await c.join('first'), await c.join('second')];
        watch.about(first, second);
        const id = await attach(first, c.uri('uri'), shared);
        const details = detailsOf(kind, id, c.uri('uri'), shared);
        await watch.expect(created, [first.session, details]);
        await watch.expect(attached, [first.session, id]);
        await attach(second, c.uri('uri'), shared);
        await watch.expect(attached, [second.session, id]);
        await watch.receiveNothing();
        await detach(first, id);
        await watch.expect(detached, [first.session, id]);
        await watch.receiveNothing();
        await attach(first, c.uri('uri'), shared);
        await watch.expect(attached, [first.session, id]);
        second.cut();
        await watch.expect(detached, [second.session, id]);
        await watch.receiveNothing();
        await first.leave();
        await watch.expect(detached, [first.session, id]);
        await watch.expect(deleted, [first.session, id]);
        await watch.receiveNothing();
      },
      ...needs,
      ...sharing,
    ),

    ...(['cut', 'violation', 'GOODBYE'] as const).map((end) =>
      conforms(
        rows.disconnect,
        `tells whose ${kind.name} it was when a session ends by ${end}`,
        async (c) => {
          const watch = await watchOver(c, kind);
          const peer = await c.join('peer');
          watch.about(peer);
          const ids = [await attach(peer, c.uri('a')), await attach(peer, c.uri('b'))];
          for (const id of ids) {
            await watch.expect(created, [peer.session, dictWith({ id })]);
            await watch.expect(attached, [peer.session, id]);
          }
          if (end === 'cut') peer.cut();
          else peer.send(end === 'GOODBYE' ? [6, {}, 'wamp.close.normal'] : [99]);
          const told: unknown[] = [];
          for (let count = 0; count < 4; count += 1) told.push(await watch.next());
          for (const id of ids) {
            const [first, second] = [detached, deleted].map((name) =>
              told.findIndex((event) => matches([name, [peer.session, id]], event)),
            );
            ensure(
              first !== undefined && second !== undefined && first >= 0 && first < second,
              `not ended in order: ${id} in ${JSON.stringify(told)}`,
            );
          }
          await watch.receiveNothing();
        },
        ...needs,
      ),
    ),

    conforms(
      'MG-1 SES-19',
      `tells nothing of a ${kind.name} in another realm`,
      async (c) => {
        const watch = await watchOver(c, kind);
        const foreigner = await c.join('foreigner', { realm: c.target.otherRealm });
        watch.about(foreigner);
        const id = await attach(foreigner, c.uri('uri'));
        await foreigner.leave();
        await watch.receiveNothing();
        const [found] = await callMeta(watch.peer, topic(kind, 'lookup'), [c.uri('uri')]);
        ensure(found === null, `found ${String(found)}, there it was ${id}`);
      },
      ...needs,
      knowsOtherRealm,
    ),

    conforms(
      'MG-6',
      `tells nothing of a ${kind.name} below wamp., nor lists it`,
      async (c) => {
        const watch = await watchOver(c, kind);
        const peer = await c.join('peer');
        watch.about(peer);
        const subscription = await peer.subscribe('wamp.session.on_join');
        await watch.receiveNothing();
        const [lists] = await callMeta(watch.peer, topic(kind, 'list'));
        ensure(
          kind.name === 'registration' || !idsIn(lists, 'exact').includes(subscription),
          `${subscription} is listed: ${JSON.stringify(lists)}`,
        );
        const [procedure] = await callMeta(watch.peer, 'wamp.registration.lookup', [
          'wamp.session.count',
        ]);
        ensure(
          kind.name === 'subscription' || procedure === null,
          `a meta procedure is found: ${String(procedure)}`,
        );
      },
      ...needs,
      announced('dealer', 'session_meta_api'),
      announced('dealer', 'registration_meta_api'),
    ),
  ];
}

function askingCasesOf(kind: Kind): readonly ConformanceCase[] {
  const { rows, needs, sharing, patterns, attach, shared } = kind;
  const procedure = (name: string): string => topic(kind, name);

  return [
    conforms(
      rows.list,
      `lists each ${kind.name} by its policy`,
      async (c) => {
        const [asker, peer] = [await c.join('asker'), await c.join('peer')];
        const ids: Record<string, number> = {};
        for (const match of ['exact', 'prefix', 'wildcard'])
          ids[match] = await attach(peer, c.uri('uri'), { match });
        const results = await callMeta(asker, procedure('list'));
        ensure(results.length === 1, JSON.stringify(results));
        for (const match of ['exact', 'prefix', 'wildcard'])
          for (const [other, id] of Object.entries(ids))
            ensure(
              idsIn(results[0], match).includes(id) === (match === other),
              `${match}: ${id} in ${JSON.stringify(results)}`,
            );
        const ended = await c.witness(peer);
        await peer.leave();
        await ended();
        const [after] = await callMeta(asker, procedure('list'));
        ensure(!idsIn(after, 'exact').includes(Number(ids['exact'])), JSON.stringify(after));
      },
      ...needs,
      patterns,
    ),

    conforms(
      rows.lookup,
      `finds the ${kind.name} of a URI and policy`,
      async (c) => {
        const [asker, peer] = [await c.join('asker'), await c.join('peer')];
        const exact = await attach(peer, c.uri('uri'));
        const prefix = await attach(peer, c.uri('uri'), { match: 'prefix' });
        const lookup = procedure('lookup');
        await expectMeta(asker, [lookup, [c.uri('uri')]], [exact]);
        await expectMeta(asker, [lookup, [c.uri('uri'), {}]], [exact]);
        await expectMeta(asker, [lookup, [c.uri('uri'), { match: 'exact' }]], [exact]);
        await expectMeta(asker, [lookup, [c.uri('uri'), { match: 'prefix' }]], [prefix]);
        await expectMeta(asker, [lookup, [c.uri('uri'), { match: 'wildcard' }]], [null]);
        await expectMeta(asker, [lookup, [c.uri('uri.sub')]], [null]);
        await expectMeta(asker, [lookup, [c.uri('uri.sub'), { match: 'prefix' }]], [null]);
      },
      ...needs,
      patterns,
    ),

    conforms(
      `${rows.get} ${rows.members} ${rows.count}`,
      `tells what a ${kind.name} is and whose`,
      async (c) => {
        const asker = await c.join('asker');
        const [first, second] = [await c.join('first'), await c.join('second')];
        const id = await attach(first, c.uri('uri'), shared);
        await expectMeta(
          asker,
          [procedure('get'), [id]],
          [detailsOf(kind, id, c.uri('uri'), shared)],
        );
        await expectMeta(asker, [procedure(`count_${kind.members}`), [id]], [1]);
        await attach(second, c.uri('uri'), shared);
        await expectMeta(asker, [procedure(`count_${kind.members}`), [id]], [2]);
        const results = await callMeta(asker, procedure(`list_${kind.members}`), [id]);
        const [sessions] = results;
        ensure(
          results.length === 1 &&
            isList(sessions) &&
            sessions.length === 2 &&
            [first, second].every(({ session }) => sessions.includes(session)),
          JSON.stringify(results),
        );
      },
      ...needs,
      ...sharing,
    ),

    conforms(
      `${rows.unknown} MG-2`,
      `refuses an unknown ${kind.name}, and what is none`,
      async (c) => {
        const asker = await c.join('asker');
        for (const name of ['get', `list_${kind.members}`, `count_${kind.members}`]) {
          const unknown = `wamp.error.no_such_${kind.name}`;
          await expectRefusal(asker, [procedure(name), [UNKNOWN]], unknown);
          for (const args of [[], ['x'], [null], [{}]])
            await expectRefusal(asker, [procedure(name), args], 'wamp.error.invalid_argument');
        }
        for (const name of ['lookup', 'match'])
          for (const args of [[], [5], [null]])
            await expectRefusal(asker, [procedure(name), args], 'wamp.error.invalid_argument');
      },
      ...needs,
    ),
  ];
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** The ids of one policy in what `list` answered. */
function idsIn(lists: unknown, match: string): readonly unknown[] {
  const ids = isDict(lists) ? lists[match] : undefined;
  ensure(isList(ids), `no list of ids for ${match}: ${JSON.stringify(lists)}`);
  return ids;
}

/** The meta APIs of registrations and subscriptions, as far as they are alike (WAMP 10.2, 10.3). */
export const attachmentMetaCases: readonly ConformanceCase[] = [REGISTRATION, SUBSCRIPTION].flatMap(
  (kind) => [...eventCasesOf(kind), ...askingCasesOf(kind)],
);
