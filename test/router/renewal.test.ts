import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Authorizer } from '../../src/router/authorizer.js';
import { CloseCode } from '../../src/router/transport/close-codes.js';
import type { Dict, List } from '../../src/router/protocol/message.js';
import type { RealmOptions } from '../../src/router/realm-options.js';
import type { SessionProcedure, SessionProcedures } from '../../src/router/session-procedure.js';
import { connect, idOf, sessionOf, type Peer } from '../support/peer.js';
import { createRouter } from '../support/test-router.js';
import { createRealm, pondering, ruling } from './meta/realm-peers.js';

const RENEW = 'expressway.test.renew';

/** `RENEW(authrole)` gives the caller another role, `expressway.test.role` tells the one it has, `expressway.test.closed` needs a permission. */
const procedures: SessionProcedures = new Map<string, SessionProcedure>([
  [
    RENEW,
    {
      needsNoPermission: true,
      answer: ({ session, args }) => [
        session.renew({ ...session.principal, authrole: String(args[0]), expiresAt: 1 }),
      ],
    },
  ],
  ['expressway.test.role', { answer: ({ session }) => [session.principal.authrole] }],
  ['expressway.test.closed', { answer: () => [] }],
]);

/** A user may do everything but what is below `a.secret` and `expressway.`, an admin everything. */
const mayUser = (authrole: string, _action: string, uri: string): boolean =>
  authrole === 'admin' || !(uri.startsWith('a.secret') || uri === 'expressway.test.closed');

const REVOCABLE: Dict = {
  publisher: {},
  caller: {},
  subscriber: { features: { subscription_revocation: true } },
  callee: { features: { registration_revocation: true } },
};

/** An admin in a realm with the procedures above, who holds two subscriptions and two registrations: one of each only an admin may have. */
async function holder(
  t: TestContext,
  authorizer: Authorizer,
  roles = REVOCABLE,
): Promise<{ peer: Peer; secret: { topic: number; procedure: number } }> {
  const peer = connect(createRouter(t, {}, { authorizer, procedures }));
  sessionOf(await peer.join('realm1', { roles, authextra: { role: 'admin' } }));
  const ask = async (...wire: List): Promise<number> => {
    peer.send(wire);
    return idOf(await peer.receive());
  };
  await ask(32, 1, {}, 'a.open');
  const topic = await ask(32, 2, {}, 'a.secret.topic');
  await ask(64, 3, {}, 'a.open.procedure');
  const procedure = await ask(64, 4, {}, 'a.secret.procedure');
  return { peer, secret: { topic, procedure } };
}

describe('a procedure of the realm itself', () => {
  const realm: Partial<RealmOptions> = { authorizer: ruling(mayUser), procedures };

  it('that needs no permission is called without asking the authorizer', async (t) => {
    const asked: string[] = [];
    const join = createRealm(t, {
      procedures,
      authorizer: {
        authorize: (_principal, _action, uri) => {
          asked.push(uri);
          return false;
        },
      },
    });
    deepEqual(await (await join()).call(RENEW, ['user']), [{}, [true]]);
    deepEqual(asked, []);
  });

  it('is for those with a permission else', async (t) => {
    const join = createRealm(t, realm);
    const refused = [{}, 'wamp.error.not_authorized'];
    deepEqual(await (await join()).call('expressway.test.closed'), refused);
    deepEqual(await (await join('eve', 'admin')).call('expressway.test.closed'), [{}]);
  });

  it('cannot be registered by a client', async (t) => {
    const member = await createRealm(t)();
    deepEqual(await member.request(64, {}, RENEW), [
      8,
      64,
      1,
      {},
      'wamp.error.invalid_uri',
      ['this URI is reserved'],
    ]);
  });
});

describe('the renewal of a session', () => {
  const realm: Partial<RealmOptions> = { authorizer: ruling(mayUser), procedures };

  it('lets later requests be authorized for the new role', async (t) => {
    const member = await createRealm(t, realm)();
    deepEqual(await member.request(32, {}, 'a.secret'), [
      8,
      32,
      1,
      {},
      'wamp.error.not_authorized',
    ]);
    deepEqual(await member.call(RENEW, ['admin']), [{}, [true]]);
    deepEqual(await member.call('expressway.test.role'), [{}, ['admin']]);
    equal((await member.request(32, {}, 'a.secret'))[0], 33);
  });

  it('shows in wamp.session.get', async (t) => {
    const member = await createRealm(t, realm)();
    await member.call(RENEW, ['admin']);
    const [, args] = await member.call('wamp.session.get', [member.session]);
    equal((args as readonly [Dict])[0]['authrole'], 'admin');
  });

  it('is refused for a role that the realm does not have, and changes nothing', async (t) => {
    const member = await createRealm(t, realm)();
    deepEqual(await member.call(RENEW, ['nobody']), [{}, 'wamp.error.no_such_role']);
    deepEqual(await member.call('expressway.test.role'), [{}, ['user']]);
  });

  it('brings the limits and the trust level of the new role', async (t) => {
    const roles = new Map([
      ['user', { limits: { subscriptions: 1 } }],
      ['admin', { limits: { subscriptions: 2 }, trustLevel: 7 }],
    ]);
    const join = createRealm(t, { ...realm, roles });
    const member = await join();
    await member.subscribe('a.b');
    const limit = 'expressway.error.limit_exceeded';
    equal((await member.request(32, {}, 'a.c'))[4], limit);
    await member.call(RENEW, ['admin']);
    await member.subscribe('a.c');
    equal((await member.request(32, {}, 'a.d'))[4], limit);
    const other = await join('eve');
    await other.subscribe('a.trust');
    await member.request(16, { acknowledge: true }, 'a.trust');
    deepEqual(((await other.peer.receive())[3] as Dict)['trustlevel'], 7);
  });

  for (const [name, rule] of [
    ['at once', ruling(mayUser)],
    ['later', pondering(mayUser)],
  ] as const) {
    it(`takes away what the new role may not have, when the authorizer answers ${name}`, async (t) => {
      const { peer, secret } = await holder(t, rule);
      peer.send([48, 5, {}, RENEW, ['user']]);
      const reason = 'wamp.error.not_authorized';
      const messages = [await peer.receive(), await peer.receive(), await peer.receive()];
      const byType = new Map(messages.map(([type, ...rest]) => [type, rest]));
      deepEqual(byType.get(35), [0, { subscription: secret.topic, reason }]);
      deepEqual(byType.get(67), [0, { registration: secret.procedure, reason }]);
      deepEqual(byType.get(50), [5, {}, [true]]);
      await peer.receiveNothing();
    });
  }

  it('ends a session that could not be told what it loses', async (t) => {
    const { peer } = await holder(t, ruling(mayUser), { subscriber: {}, callee: {}, caller: {} });
    peer.send([48, 5, {}, RENEW, ['user']]);
    const message = 'the session holds what it may not have any more';
    deepEqual(await peer.receive(), [6, { message }, 'wamp.close.killed']);
  });

  it('takes away what the authorizer does not answer for', async (t) => {
    let isFailing = false;
    const authorizer: Authorizer = {
      authorize: (_principal, _action, uri) => {
        if (isFailing && uri === 'a.secret.topic') throw new Error('no answer');
        return !isFailing || Promise.reject(new Error('no answer'));
      },
    };
    const { peer, secret } = await holder(t, authorizer);
    isFailing = true;
    peer.send([48, 5, {}, RENEW, ['user']]);
    const [type, , details] = await peer.receive();
    deepEqual([type, (details as Dict)['subscription']], [35, secret.topic]);
    const types = [];
    for (let count = 0; count < 4; count += 1) types.push((await peer.receive())[0]);
    deepEqual(
      types.sort((a, b) => Number(a) - Number(b)),
      [35, 50, 67, 67],
    );
  });

  it('asks for nothing again when only the proof is another', async (t) => {
    const asked: string[] = [];
    const authorizer: Authorizer = {
      authorize: (_principal, _action, uri) => {
        asked.push(uri);
        return true;
      },
    };
    const { peer } = await holder(t, authorizer);
    asked.length = 0;
    peer.send([48, 5, {}, RENEW, ['admin']]);
    deepEqual(await peer.receive(), [50, 5, {}, [true]]);
    deepEqual(asked, []);
  });

  it('keeps it from expiring until the new proof is over', async (t) => {
    t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: 0 });
    const router = createRouter(t, { expiryGraceMs: 2000 }, { procedures });
    const peer = connect(router);
    await peer.join('realm1');
    peer.send([48, 1, {}, RENEW, ['user']]);
    await peer.receive();
    t.mock.timers.tick(2000);
    await peer.receiveNothing();
    t.mock.timers.tick(1000);
    deepEqual(await peer.closed, { code: CloseCode.tokenExpired, reason: 'token_expired' });
  });
});

describe('a session whose proof is over', () => {
  async function expiring(t: TestContext, realm: Partial<RealmOptions>): Promise<Peer> {
    t.mock.timers.enable({ apis: ['Date', 'setInterval', 'setTimeout'], now: 0 });
    const router = createRouter(t, { expiryGraceMs: 2000 }, { procedures, ...realm });
    const peer = connect(router);
    await peer.join('realm1');
    peer.send([48, 1, {}, RENEW, ['user']]);
    await peer.receive();
    return peer;
  }

  it('ends with GOODBYE where its realm wants it so', async (t) => {
    const peer = await expiring(t, { expiry: { action: 'goodbye' } });
    t.mock.timers.tick(3000);
    const message = 'the token has expired';
    deepEqual(await peer.receive(), [6, { message }, 'expressway.close.token_expired']);
  });

  it('goes on for as long as its realm says', async (t) => {
    const peer = await expiring(t, { expiry: { graceMs: 0 } });
    t.mock.timers.tick(1000);
    deepEqual(await peer.closed, { code: CloseCode.tokenExpired, reason: 'token_expired' });
  });
});
