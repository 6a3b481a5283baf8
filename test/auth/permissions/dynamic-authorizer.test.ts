import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  DynamicAuthorizer,
  type DynamicAuthorizerOptions,
} from '../../../src/auth/permissions/dynamic-authorizer.js';
import { RoleAuthorizer, type Permission } from '../../../src/auth/permissions/role-authorizer.js';
import { UriSet } from '../../../src/auth/permissions/uri-set.js';
import {
  Router,
  WampError,
  type Action,
  type Answer,
  type AuthorizedSession,
  type CallResult,
  type Dict,
  type List,
  type LocalClient,
  type Principal,
  type TransportDetails,
} from '../../../src/router/index.js';
import { Deferred } from '../support/deferred.js';

type Call = LocalClient['call'];

const ROLES = new Map<string, readonly Permission[]>([
  ['user', [{ uri: 'open.', match: 'prefix', allow: { call: true } }]],
  ['auditor', [{ uri: 'closed.', match: 'prefix', allow: { call: false } }]],
  ['plain', []],
]);

/** Session ids have one maker, which is the router's. */
function newSession(
  principal: Principal,
): AuthorizedSession & { principal: Principal; isOpen: boolean } {
  const router = new Router();
  router.addRealm({ name: 'r', roles: new Map(), authorizer: { authorize: () => false } });
  const { session: id } = router.connectLocal('r', principal);
  const transport: TransportDetails = {
    type: 'websocket',
    listener: 'public',
    peer: '192.0.2.1',
    protocol: 'wamp.2.json',
    headers: new Map([['cookie', ['sid=canary']]]),
    url: '/ws?ticket=canary',
  };
  return { id, principal, transport, isOpen: true };
}

const principalOf = (...authroles: readonly string[]): Principal => ({
  authid: 'alice',
  authrole: authroles[0] ?? 'user',
  ...(authroles.length > 1 && { authroles }),
  authmethod: 'jwt',
  authprovider: 'jwt',
  authextra: { expires_at: 7 },
});

interface Setup {
  readonly calls: { procedure: string; args: List }[];
  readonly authorizer: DynamicAuthorizer;
  readonly session: ReturnType<typeof newSession>;
  readonly ask: (uri?: string, action?: Action, options?: Dict) => Answer | Promise<Answer>;
}

function setUp(
  answer: (procedure: string) => unknown,
  changes: Partial<DynamicAuthorizerOptions> = {},
  principal = principalOf('user'),
): Setup {
  const calls: { procedure: string; args: List }[] = [];
  const call: Call = async (procedure, args = []): Promise<CallResult> => {
    calls.push({ procedure, args });
    return { args: [await answer(procedure)], kwargs: {} };
  };
  const authorizer = new DynamicAuthorizer({
    realm: 'realm1',
    permissions: new RoleAuthorizer({ roles: ROLES }),
    procedures: new Map([
      ['user', 'com.example.authorize'],
      ['auditor', 'com.example.audit'],
    ]),
    ...changes,
  });
  authorizer.connect({ call });
  const session = newSession(principal);
  return {
    calls,
    authorizer,
    session,
    ask: (uri = 'a.b', action = 'call', options = {}) =>
      authorizer.authorize(session.principal, action, uri, 'exact', session, options),
  };
}

describe('DynamicAuthorizer', () => {
  it('asks with the session, the URI, the action and the options, and no secret of the connection', async () => {
    const { ask, calls, session } = setUp(() => true);
    assert.equal(await ask('a.b', 'subscribe', { match: 'exact', get_retained: true }), true);
    assert.deepEqual(calls, [
      {
        procedure: 'com.example.authorize',
        args: [
          {
            session: session.id,
            realm: 'realm1',
            authid: 'alice',
            authrole: 'user',
            authmethod: 'jwt',
            authprovider: 'jwt',
            authextra: { expires_at: 7 },
            transport: { type: 'websocket', protocol: 'wamp.2.json', peer: '192.0.2.1' },
          },
          'a.b',
          'subscribe',
          { match: 'exact', get_retained: true },
        ],
      },
    ]);
  });

  it('takes a boolean, or a dict with more words, and remembers only what is marked', async () => {
    const answers: readonly [unknown, Answer, calls: number][] = [
      [true, true, 2],
      [false, false, 2],
      [{ allow: true }, true, 2],
      [{ allow: false, cache: false }, false, 2],
      [{ allow: true, cache: true }, true, 1],
      [{ allow: false, cache: true }, false, 1],
      [{ allow: true, disclose: true, cache: true }, { allow: true, disclose: true }, 1],
    ];
    for (const [given, answer, count] of answers) {
      const { ask, calls } = setUp(() => given);
      assert.deepEqual([await ask(), await ask()], [answer, answer]);
      assert.equal(calls.length, count, JSON.stringify(given));
    }
  });

  it('answers at once what the permissions decide, and what it remembers', async () => {
    const { ask, calls } = setUp(() => ({ allow: true, cache: true }));
    assert.equal(ask('open.a'), true);
    await ask('a.b');
    assert.equal(ask('a.b'), true);
    assert.equal(calls.length, 1);
  });

  it('denies to a role that has no procedure', () => {
    const { ask, calls } = setUp(() => true, {}, principalOf('plain'));
    assert.equal(ask(), false);
    assert.deepEqual(calls, []);
  });

  it('keeps answers apart by session, action and URI', async () => {
    const { ask, calls, authorizer } = setUp(() => ({ allow: true, cache: true }));
    await ask('a.b');
    await ask('a.c');
    await ask('a.b', 'publish');
    const other = newSession(principalOf('user'));
    await authorizer.authorize(other.principal, 'call', 'a.b', 'exact', other, {});
    assert.equal(calls.length, 4);
  });

  it('asks anew for a session whose principal is another now', async () => {
    const { ask, calls, session } = setUp(() => ({ allow: true, cache: true }));
    await ask();
    session.principal = principalOf('user');
    await ask();
    assert.equal(calls.length, 2);
  });

  it('remembers nothing of a session that has left, nor what comes for it later', async () => {
    const late = new Deferred<unknown>();
    let isLate = false;
    const { ask, session, authorizer } = setUp(() =>
      isLate ? late.promise : { allow: true, cache: true },
    );
    await ask();
    assert.equal(authorizer.size, 1);
    isLate = true;
    const answer = ask('a.c');
    session.isOpen = false;
    authorizer.forget(session.id);
    late.resolve({ allow: true, cache: true });
    await answer;
    assert.equal(authorizer.size, 0);
  });

  it('bounds what it remembers of a session', async () => {
    const { ask, calls } = setUp(() => ({ allow: true, cache: true }), { cacheSize: 2 });
    for (const uri of ['a.a', 'a.b', 'a.c', 'a.a']) await ask(uri);
    assert.equal(calls.length, 4);
  });

  it('asks for each role that has a procedure, and each must allow', async () => {
    const answers = new Map<string, unknown>([
      ['com.example.authorize', { allow: true, disclose: true, cache: true }],
      ['com.example.audit', { allow: true, disclose: false }],
    ]);
    const roles = principalOf('user', 'auditor', 'plain');
    const { ask, calls } = setUp((procedure) => answers.get(procedure), {}, roles);
    assert.deepEqual(await ask(), { allow: true, disclose: false });
    answers.set('com.example.audit', false);
    assert.equal(await ask(), false);
    assert.equal(calls.length, 4);
    assert.equal(ask('closed.a'), false);
  });

  it('purges by session, by authid and by URI, also the patterns that the URI is of', async () => {
    const { ask, authorizer, session } = setUp(() => ({ allow: true, cache: true }));
    const fill = async (): Promise<void> => {
      await ask('a.b');
      await ask('a.c');
      await authorizer.authorize(session.principal, 'subscribe', 'a.', 'prefix', session, {});
    };
    await fill();
    assert.equal(authorizer.purge({ authid: 'bob' }), 0);
    assert.equal(authorizer.purge({ session: Number(session.id) + 1 }), 0);
    assert.equal(authorizer.purge({ uris: new UriSet('a.b', 'exact') }), 2);
    assert.equal(authorizer.purge({ authid: 'alice' }), 1);
    await fill();
    assert.equal(authorizer.purge({ session: Number(session.id) }), 3);
    await fill();
    assert.equal(authorizer.purge({}), 3);
    assert.equal(authorizer.size, 0);
  });
});

describe('DynamicAuthorizer rejects', () => {
  it('when the procedure fails', async () => {
    const { ask } = setUp(() => Promise.reject(new WampError('wamp.error.no_such_procedure')));
    await assert.rejects(Promise.resolve(ask()), { uri: 'wamp.error.no_such_procedure' });
  });

  for (const answer of [
    undefined,
    null,
    1,
    'true',
    [],
    {},
    { allow: 1 },
    { allow: true, cache: 1 },
    { allow: true, disclose: 'x' },
  ]) {
    it(`an answer like ${JSON.stringify(answer)}`, async () => {
      const { ask } = setUp(() => answer);
      await assert.rejects(Promise.resolve(ask()), TypeError);
    });
  }

  it('before it is connected, and when too many questions wait', async () => {
    const never = new Deferred<unknown>();
    const { ask } = setUp(() => never.promise, { waiting: 1 });
    const waiting = ask();
    await assert.rejects(Promise.resolve(ask('a.c')), { uri: 'wamp.error.unavailable' });
    never.resolve(true);
    assert.equal(await waiting, true);
    assert.equal(await ask('a.c'), true);
  });
});
