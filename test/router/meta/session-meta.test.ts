import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRouter } from '../../support/test-router.js';
import { connect } from '../../support/peer.js';
import { createRealm, eventArgs, type Member } from './realm-peers.js';

const NO_SUCH_SESSION = [{}, 'wamp.error.no_such_session'];
const TRANSPORT = { type: 'memory', protocol: 'wamp.2.json' };

/** The details of a session as on_join and get have them. */
const detailsOf = ({ session }: Member, authid: string, authrole = 'user') => ({
  session,
  authid,
  authrole,
  authmethod: 'test',
  authprovider: 'tests',
  transport: TRANSPORT,
});

describe('wamp.session.on_join and on_leave', () => {
  // MS-2, MS-3, MS-6
  it('tell of each session that joins and leaves, once', async (t) => {
    const join = createRealm(t);
    const watcher = await join('eve');
    const joined = await watcher.subscribe('wamp.session.on_join');
    const left = await watcher.subscribe('wamp.session.on_leave');
    const ada = await join('ada', 'admin');
    const event = await watcher.peer.receive();
    deepEqual([event[0], event[1], event[3]], [36, joined, {}]);
    deepEqual(eventArgs(event), [detailsOf(ada, 'ada', 'admin')]);
    ada.peer.send([6, {}, 'wamp.close.close_realm']);
    deepEqual(await ada.peer.receive(), [6, {}, 'wamp.close.goodbye_and_out']);
    ada.peer.close();
    const farewell = await watcher.peer.receive();
    deepEqual([farewell[1], eventArgs(farewell)], [left, [ada.session, 'ada', 'admin']]);
    await watcher.call('wamp.session.count');
    deepEqual(watcher.peer.unread(), []);
  });

  // MS-3
  for (const [ending, end] of [
    [
      'a lost connection',
      (member: Member) => {
        member.peer.close();
      },
    ],
    [
      'ABORT',
      (member: Member) => {
        member.peer.send([3, {}, 'a.b']);
      },
    ],
    [
      'a protocol violation',
      (member: Member) => {
        member.peer.send([2, 1, {}]);
      },
    ],
  ] as const) {
    it(`tell of ${ending}`, async (t) => {
      const join = createRealm(t);
      const watcher = await join();
      await watcher.subscribe('wamp.session.on_leave');
      const member = await join('bob');
      end(member);
      deepEqual(eventArgs(await watcher.peer.receive()), [member.session, 'bob', 'user']);
    });
  }

  // MS-4
  it('say nothing of a client that is refused', async (t) => {
    const router = createRouter(t);
    const watcher = connect(router);
    await watcher.join('realm1');
    watcher.send([32, 1, {}, 'wamp.session.on_join']);
    await watcher.receive();
    const refused = connect(router);
    const answer = await refused.join('realm1', {
      roles: { caller: {} },
      authextra: { role: 'nobody' },
    });
    equal(answer[2], 'wamp.error.no_such_role');
    await watcher.receiveNothing();
  });

  it('are silent about the router’s own clients', async (t) => {
    const router = createRouter(t);
    const watcher = connect(router);
    await watcher.join('realm1');
    watcher.send([32, 1, { match: 'exact' }, 'wamp.session.on_join']);
    await watcher.receive();
    router.connectLocal('realm1', { authid: 'clock', authrole: 'user' });
    await watcher.receiveNothing();
  });
});

describe('wamp.session.count, list and get', () => {
  // MS-7, MS-8
  it('count and list all sessions, or those of some roles', async (t) => {
    const join = createRealm(t);
    const ada = await join('ada', 'admin');
    const bob = await join('bob');
    deepEqual(await ada.call('wamp.session.count'), [{}, [2]]);
    deepEqual(await ada.call('wamp.session.count', [['user', 'other']]), [{}, [1]]);
    deepEqual(await ada.call('wamp.session.count', [[]]), [{}, [0]]);
    deepEqual(await ada.call('wamp.session.count', [null]), [{}, [2]]);
    deepEqual(await ada.call('wamp.session.list'), [{}, [[ada.session, bob.session]]]);
    deepEqual(await ada.call('wamp.session.list', [['user']]), [{}, [[bob.session]]]);
  });

  // MS-9, MS-10
  it('give the details of a session, and no others', async (t) => {
    const join = createRealm(t);
    const ada = await join();
    const bob = await join('bob', 'admin');
    deepEqual(await ada.call('wamp.session.get', [bob.session]), [
      {},
      [detailsOf(bob, 'bob', 'admin')],
    ]);
    deepEqual(await ada.call('wamp.session.get', [1]), NO_SUCH_SESSION);
  });

  it('know nothing of the router’s own clients', async (t) => {
    const router = createRouter(t);
    const local = router.connectLocal('realm1', { authid: 'clock', authrole: 'user' });
    deepEqual(await local.call('wamp.session.count'), { args: [0], kwargs: {} });
    await rejects(local.call('wamp.session.get', [local.session]), {
      uri: 'wamp.error.no_such_session',
    });
    deepEqual(await local.call('wamp.session.kill_all'), { args: [0], kwargs: {} });
  });

  // SES-19, MG-1
  it('know nothing of another realm', async (t) => {
    const router = createRouter(t);
    router.addRealm({
      name: 'realm2',
      authorizer: { authorize: () => true },
      roles: new Map([['user', {}]]),
    });
    const one = connect(router);
    await one.join('realm1');
    const other = connect(router);
    const [, session] = await other.join('realm2');
    one.send([48, 1, {}, 'wamp.session.get', [session]], [48, 2, {}, 'wamp.session.count']);
    deepEqual(await one.receive(), [8, 48, 1, {}, 'wamp.error.no_such_session']);
    deepEqual(await one.receive(), [50, 2, {}, [1]]);
  });

  // MG-2
  it('refuse arguments of a wrong type', async (t) => {
    const member = await createRealm(t)();
    for (const [procedure, args] of [
      ['wamp.session.count', [7]],
      ['wamp.session.count', ['user']],
      ['wamp.session.list', [[7]]],
      ['wamp.session.get', []],
      ['wamp.session.get', ['1']],
      ['wamp.session.get', [0]],
      ['wamp.session.kill', [{}]],
      ['wamp.session.kill_by_authid', [7]],
      ['wamp.session.kill_by_authrole', []],
    ] as const) {
      const [, error] = await member.call(procedure, args);
      equal(error, 'wamp.error.invalid_argument', `${procedure} ${JSON.stringify(args)}`);
    }
  });
});

describe('the authorization of session meta procedures', () => {
  // MG-5
  it('is that of any other procedure', async (t) => {
    const join = createRealm(t, {
      authorizer: {
        authorize: ({ authrole }, _action, uri) => authrole === 'admin' || !uri.includes('.kill'),
      },
    });
    const user = await join();
    const admin = await join('root', 'admin');
    deepEqual(await user.call('wamp.session.kill', [admin.session]), [
      {},
      'wamp.error.not_authorized',
    ]);
    deepEqual(await admin.call('wamp.session.kill', [user.session]), [{}]);
  });

  // MG-4, MG-7
  it('does not let a client register or forge them', async (t) => {
    const member = await createRealm(t)();
    const refused = [{}, 'wamp.error.invalid_uri', ['this URI is reserved']];
    for (const wire of [
      [64, {}, 'wamp.session.count'],
      [16, { acknowledge: true }, 'wamp.session.on_join', [{}]],
    ] as const) {
      const [type, ...rest] = wire;
      deepEqual((await member.request(type, ...rest)).slice(3), refused);
    }
  });
});

describe('meta features', () => {
  // MS-1, MR-15, MU-13, TE-13
  it('are announced where the specification has them', async (t) => {
    const [, , details] = await connect(createRouter(t)).join('realm1');
    const { roles } = details as {
      roles: Record<'broker' | 'dealer', { features: Record<string, unknown> }>;
    };
    const { broker, dealer } = roles;
    deepEqual(
      [broker.features['session_meta_api'], dealer.features['session_meta_api']],
      [true, true],
    );
    equal(broker.features['subscription_meta_api'], true);
    equal(dealer.features['registration_meta_api'], true);
    equal(dealer.features['testament_meta_api'], true);
  });
});
