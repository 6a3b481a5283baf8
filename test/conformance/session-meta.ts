import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { callMeta, expectMeta, expectRefusal } from './meta-call.js';
import { MetaWatch } from './meta-watch.js';
import { anyDict, anyId, dictWith, dictWithout, error, matches } from './pattern.js';
import type { Peer } from './peer.js';
import { announced, knows, knowsOtherRealm, knowsTwoUsers } from './target.js';
import type { Need } from './target.js';
import { ensure } from './transcript.js';

const JOIN = 'wamp.session.on_join';
const LEAVE = 'wamp.session.on_leave';
const UNKNOWN = 2 ** 53 - 1;
const NO_SUCH_SESSION = 'wamp.error.no_such_session';
const KILLED = 'wamp.close.killed';

/** A case that needs the session meta API to be announced. */
const meta = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase => conforms(rows, title, run, announced('dealer', 'session_meta_api'), ...needs);

/** What is told of a session that joins. */
const joined = ({ session, welcome }: Peer): unknown =>
  dictWith({
    session,
    authid: welcome['authid'],
    authrole: welcome['authrole'],
    authmethod: welcome['authmethod'],
    authprovider: welcome['authprovider'],
  });

/** What is told of a session that leaves. */
const left = ({ session, welcome }: Peer): unknown => [
  session,
  welcome['authid'],
  welcome['authrole'],
];

const WAYS_TO_LEAVE: Readonly<Record<string, (peer: Peer) => unknown>> = {
  'says GOODBYE': (peer) => {
    peer.send([6, {}, 'wamp.close.normal']);
  },
  'is cut off': (peer) => {
    peer.cut();
  },
  'closes its connection': (peer) => peer.leave(),
  'says GOODBYE and closes its connection': (peer) => {
    peer.send([6, {}, 'wamp.close.normal']);
    return peer.leave();
  },
  'breaks the protocol': (peer) => {
    peer.send([99]);
  },
  'aborts its session': (peer) => {
    peer.send([3, {}, 'wamp.close.normal']);
  },
};

const eventCases: readonly ConformanceCase[] = [
  conforms(
    'MS-1',
    'announces the session meta API as broker and as dealer',
    async (c) => {
      await c.join('peer');
      const both = c.announces('broker', 'session_meta_api');
      ensure(both, 'the broker does not announce session_meta_api');
    },
    announced('dealer', 'session_meta_api'),
  ),

  ...Object.entries(WAYS_TO_LEAVE).map(([way, leave]) =>
    meta('MS-2 MS-3 MS-6', `tells once of a session that joins and ${way}`, async (c) => {
      const watch = await MetaWatch.over(c, [JOIN, LEAVE]);
      const peer = await c.join('peer');
      watch.about(peer);
      await watch.expect(JOIN, [joined(peer)]);
      await watch.receiveNothing();
      await leave(peer);
      await watch.expect(LEAVE, left(peer));
      await (await c.join('next')).leave();
      await watch.receiveNothing();
    }),
  ),

  meta('MS-2', 'tells nobody of its own joining', async (c) => {
    const watch = await MetaWatch.over(c, [JOIN, LEAVE]);
    watch.about(watch.peer);
    await watch.receiveNothing();
  }),

  meta('MS-4', 'tells nothing of a session that is refused', async (c) => {
    const watch = await MetaWatch.over(c, [JOIN, LEAVE]);
    const refused = await c.connect('refused');
    refused.send([1, c.target.realm, { roles: {} }]);
    await refused.outcome();
    await refused.dispose();
    const peer = await c.join('peer');
    watch.about(peer);
    await watch.expect(JOIN, [joined(peer)]);
  }),

  meta('MS-5', 'tells a session nothing of its own leaving', async (c) => {
    const peer = await c.join('peer');
    await peer.subscribe(LEAVE);
    peer.send([6, {}, 'wamp.close.normal']);
    for (let message = await peer.receive(); message[0] !== 6; message = await peer.receive())
      ensure(!JSON.stringify(message).includes(String(peer.session)), JSON.stringify(message));
  }),

  meta('MS-6', 'tells of joining and leaving in their order', async (c) => {
    const watch = await MetaWatch.over(c, [JOIN, LEAVE]);
    for (let round = 0; round < 5; round += 1) {
      const peer = await c.join('peer');
      watch.about(peer);
      await peer.leave();
      await watch.expect(JOIN, [joined(peer)]);
      await watch.expect(LEAVE, left(peer));
    }
    await watch.receiveNothing();
  }),

  meta(
    'MG-1 SES-19',
    'tells nothing of the sessions of another realm',
    async (c) => {
      const watch = await MetaWatch.over(c, [JOIN, LEAVE]);
      const foreigner = await c.join('foreigner', { realm: c.target.otherRealm });
      watch.about(foreigner);
      await expectRefusal(watch.peer, ['wamp.session.get', [foreigner.session]], NO_SUCH_SESSION);
      await foreigner.leave();
      const there = await c.join('another foreigner', { realm: c.target.otherRealm });
      watch.about(there);
      await watch.receiveNothing();
      const ids = await listed(there);
      ensure(ids.includes(there.session) && !ids.includes(watch.peer.session), JSON.stringify(ids));
    },
    knowsOtherRealm,
  ),
];

const askingCases: readonly ConformanceCase[] = [
  meta('MS-7 MS-8', 'counts and lists the sessions of the realm', async (c) => {
    const [asker, second] = [await c.join('asker'), await c.join('second')];
    const ids = await listed(asker);
    ensure(ids.includes(asker.session) && ids.includes(second.session), JSON.stringify(ids));
    ensure(new Set(ids).size === ids.length, `listed twice: ${JSON.stringify(ids)}`);
    const { authrole } = asker.welcome;
    for (const filter of [[], [[authrole]], [['x.nobody', authrole]], [['x.nobody']], [[]]]) {
      // Asked for in one go, so that nobody joins or leaves in between.
      const first = asker.request;
      asker.sendTogether([
        [48, first, {}, 'wamp.session.count', filter],
        [48, first + 1, {}, 'wamp.session.list', filter],
      ]);
      const [count, list] = [await asker.receive(), await asker.receive()];
      const [args, lists] = count[1] === first ? [count[3], list[3]] : [list[3], count[3]];
      const [all = []] = isList(lists) ? lists : [];
      ensure(isList(all) && matches([all.length], args), JSON.stringify([filter, count, list]));
      const isIn = filter.length === 0 || JSON.stringify(filter).includes(String(authrole));
      ensure(all.includes(asker.session) === isIn, JSON.stringify([filter, all]));
    }
  }),

  meta('MS-8 SES-20', 'lists no session that has left', async (c) => {
    const [asker, peer] = [await c.join('asker'), await c.join('peer')];
    const ended = await c.witness(peer);
    await peer.leave();
    await ended();
    const ids = await listed(asker);
    ensure(!ids.includes(peer.session), `${peer.session} is still listed: ${JSON.stringify(ids)}`);
    await expectRefusal(asker, ['wamp.session.get', [peer.session]], NO_SUCH_SESSION);
  }),

  meta('MS-9', 'tells who a session is', async (c) => {
    const [asker, other] = [await c.join('asker'), await c.join('other')];
    for (const peer of [asker, other])
      await expectMeta(asker, ['wamp.session.get', [peer.session]], [joined(peer)]);
  }),

  meta(
    'MS-9 MS-7',
    'tells the users apart',
    async (c) => {
      const asker = await c.join('asker');
      const other = await c.join('other', { url: String(c.target.openUrl) });
      await expectMeta(asker, ['wamp.session.get', [other.session]], [joined(other)]);
      const roles = [[other.welcome['authrole']]];
      const [ids] = await callMeta(asker, 'wamp.session.list', roles);
      const isMixed = asker.welcome['authrole'] === other.welcome['authrole'];
      ensure(
        isList(ids) && ids.includes(other.session) && ids.includes(asker.session) === isMixed,
        JSON.stringify(ids),
      );
    },
    knowsTwoUsers,
  ),

  meta('MS-10', 'does not know a session that is not there', async (c) => {
    const asker = await c.join('asker');
    await expectRefusal(asker, ['wamp.session.get', [UNKNOWN]], NO_SUCH_SESSION);
  }),

  meta('MG-2', 'refuses arguments of the wrong form', async (c) => {
    const asker = await c.join('asker');
    const calls: readonly (readonly [string, unknown[]])[] = [
      ['wamp.session.get', []],
      ['wamp.session.get', ['x']],
      ['wamp.session.get', [null]],
      ['wamp.session.count', ['x']],
      ['wamp.session.count', [[5]]],
      ['wamp.session.list', [{}]],
      ['wamp.session.kill', []],
      ['wamp.session.kill', ['x']],
      ['wamp.session.kill_by_authid', []],
      ['wamp.session.kill_by_authid', [5]],
      ['wamp.session.kill_by_authrole', [null]],
    ];
    for (const call of calls) await expectRefusal(asker, call, 'wamp.error.invalid_argument');
  }),

  meta('MG-3', 'answers once, whatever the options of the call', async (c) => {
    const asker = await c.join('asker');
    const options = { timeout: 50, disclose_me: true, receive_progress: true, _custom: 1 };
    for (const each of [options, { timeout: 0 }]) {
      const request = asker.request;
      asker.send([48, request, each, 'wamp.session.get', [asker.session]]);
      const answer = await asker.receive();
      if (answer[0] !== 8) {
        ensure(matches([50, request, {}, [joined(asker)]], answer), JSON.stringify(answer));
        asker.send([49, request, { mode: 'kill' }]);
      }
      await asker.receiveNothing();
    }
  }),

  meta('MG-4 MG-7', 'lets no client take a meta procedure or forge a meta event', async (c) => {
    const watch = await MetaWatch.over(c, [JOIN]);
    const peer = await c.join('peer');
    watch.about(peer);
    await watch.expect(JOIN, [joined(peer)]);
    for (const invoke of ['single', 'roundrobin', 'last']) {
      const request = peer.request;
      peer.send([64, request, { invoke }, 'wamp.session.count']);
      await peer.expect(error(64, request, 'wamp.error.invalid_uri'));
    }
    peer.send([66, peer.request, 1]);
    await peer.expect([8, 66, anyId, anyDict, 'wamp.error.no_such_registration']);
    peer.send([16, peer.request, {}, JOIN, [{ session: peer.session, authid: 'forged' }]]);
    await peer.receiveNothing();
    await watch.receiveNothing();
  }),

  meta(
    'MG-5',
    'refuses who may not use it',
    async (c) => {
      const stranger = await c.join('stranger', { url: String(c.target.withoutMetaUrl) });
      const victim = await c.join('victim');
      for (const [name, args] of [
        ['count', []],
        ['list', []],
        ['get', [victim.session]],
        ['kill', [victim.session]],
        ['kill_by_authid', [victim.welcome['authid']]],
        ['kill_by_authrole', [victim.welcome['authrole']]],
        ['kill_all', []],
      ] as const)
        await expectRefusal(stranger, [`wamp.session.${name}`, args], 'wamp.error.not_authorized');
      stranger.send([32, stranger.request, {}, JOIN]);
      await stranger.expect([8, 32, anyId, anyDict, 'wamp.error.not_authorized']);
      await victim.receiveNothing();
    },
    knows('withoutMetaUrl'),
  ),
];

const killCases: readonly ConformanceCase[] = [
  meta('MS-11 MS-19', 'ends a session with GOODBYE', async (c) => {
    const watch = await MetaWatch.over(c, [LEAVE]);
    const killer = await c.join('killer');
    const ends = [
      { kwargs: {}, reason: KILLED, details: dictWithout('message') },
      { kwargs: { reason: 'com.why.not' }, reason: 'com.why.not', details: dictWithout('message') },
      { kwargs: { message: 'bye' }, reason: KILLED, details: dictWith({ message: 'bye' }) },
      {
        kwargs: { reason: 'com.why', message: 'x' },
        reason: 'com.why',
        details: dictWith({ message: 'x' }),
      },
    ];
    for (const { kwargs, reason, details } of ends) {
      const victim = await c.join('victim');
      watch.about(victim);
      await expectMeta(killer, ['wamp.session.kill', [victim.session], kwargs], []);
      await victim.expect([6, details, reason]);
      victim.send([6, {}, 'wamp.close.goodbye_and_out']);
      await watch.expect(LEAVE, left(victim));
      await expectRefusal(killer, ['wamp.session.get', [victim.session]], NO_SUCH_SESSION);
      await victim.closed();
    }
  }),

  meta(
    'MS-19 SES-12',
    'sends a killed session nothing more, whether it answers or not',
    async (c) => {
      const victim = await c.join('victim');
      await victim.subscribe(c.uri('topic'));
      const killer = await c.join('killer');
      await callMeta(killer, 'wamp.session.kill', [victim.session]);
      await killer.publish(c.uri('topic'));
      await victim.expect([6, anyDict, KILLED]);
      await victim.closed(c.target.handshakeTimeoutMs);
    },
  ),

  meta('MS-12 MS-13', 'kills neither itself nor somebody unknown', async (c) => {
    const killer = await c.join('killer');
    for (const id of [killer.session, UNKNOWN])
      await expectRefusal(killer, ['wamp.session.kill', [id]], NO_SUCH_SESSION);
    await killer.receiveNothing();
  }),

  meta('MS-14 MS-20', 'kills nobody for a reason that is no URI', async (c) => {
    const [killer, victim] = [await c.join('killer'), await c.join('victim')];
    const { authid, authrole } = victim.welcome;
    for (const reason of ['', 'not a uri', 'a..b'])
      for (const [name, args] of [
        ['kill', [victim.session]],
        ['kill_by_authid', [authid]],
        ['kill_by_authrole', [authrole]],
        ['kill_all', []],
      ] as const) {
        const call = [`wamp.session.${name}`, args, { reason }] as const;
        await expectRefusal(killer, call, 'wamp.error.invalid_uri');
      }
    await victim.receiveNothing();
  }),

  meta(
    'MS-15',
    'kills the other sessions of a user and tells which',
    async (c) => {
      const { killer, victims, spared } = await mixed(c);
      const args = [killer.welcome['authid']];
      const [ids] = await callMeta(killer, 'wamp.session.kill_by_authid', args, {
        reason: 'com.x',
      });
      for (const victim of victims) {
        await victim.expect([6, anyDict, 'com.x']);
        ensure(isList(ids) && ids.includes(victim.session), JSON.stringify(ids));
      }
      for (const peer of [killer, ...spared]) {
        ensure(isList(ids) && !ids.includes(peer.session), JSON.stringify(ids));
        await peer.receiveNothing();
      }
      await expectMeta(killer, ['wamp.session.kill_by_authid', ['x.nobody']], [[]]);
    },
    knows('mayKill'),
    knowsTwoUsers,
  ),

  meta(
    'MS-16',
    'kills the other sessions of a role and counts them',
    async (c) => {
      const { killer, victims, spared } = await mixed(c);
      const { authrole } = killer.welcome;
      const [count] = await callMeta(killer, 'wamp.session.kill_by_authrole', [authrole]);
      ensure(Number.isInteger(count) && Number(count) >= victims.length, `count ${String(count)}`);
      for (const victim of victims) await victim.expect([6, anyDict, KILLED]);
      for (const peer of [killer, ...spared]) {
        if (peer === killer || peer.welcome['authrole'] !== authrole) await peer.receiveNothing();
        else await peer.expect([6, anyDict, KILLED]);
      }
      await expectMeta(killer, ['wamp.session.kill_by_authrole', ['x.nobody']], [0]);
    },
    knows('mayKill'),
    knowsTwoUsers,
  ),

  meta(
    'MS-17 MS-18',
    'kills everybody else, counts them and tells the survivor',
    async (c) => {
      const killer = await c.join('killer');
      const leave = await killer.subscribe(LEAVE);
      const victims = [await c.join('first'), await c.join('second'), await c.join('third')];
      const request = killer.call('wamp.session.kill_all', [], { message: 'all of you' });
      const told = new Set<unknown>();
      let count: unknown;
      while (count === undefined || victims.some(({ session }) => !told.has(session))) {
        const message = await killer.receive();
        const [first] = isList(message[4]) ? message[4] : [];
        if (message[0] === 36 && message[1] === leave) told.add(first);
        else {
          ensure(matches([50, request, anyDict, [anyId]], message), JSON.stringify(message));
          count = isList(message[3]) ? message[3][0] : 0;
        }
      }
      ensure(Number(count) >= victims.length, `count ${JSON.stringify(count)}`);
      for (const victim of victims)
        await victim.expect([6, dictWith({ message: 'all of you' }), KILLED]);
      await c.expectRouterAlive();
    },
    knows('mayKill'),
  ),
];

/** The session meta API (WAMP 10.1). */
export const sessionMetaCases: readonly ConformanceCase[] = [
  ...eventCases,
  ...askingCases,
  ...killCases,
];

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

async function listed(asker: Peer): Promise<readonly unknown[]> {
  const results = await callMeta(asker, 'wamp.session.list');
  const [ids] = results;
  ensure(results.length === 1 && isList(ids), `no list of ids: ${JSON.stringify(results)}`);
  return ids;
}

/** Sessions of one user, among them one that kills, and of another. */
async function mixed(c: CaseContext): Promise<{
  readonly killer: Peer;
  readonly victims: readonly Peer[];
  readonly spared: readonly Peer[];
}> {
  const killer = await c.join('killer');
  const spared = await c.join('spared', { url: String(c.target.openUrl) });
  return {
    killer,
    victims: [await c.join('first victim'), await c.join('second victim')],
    spared: [spared],
  };
}
