import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { makeToken } from '../support/tokens.js';
import { ALL_ROLES, connectWire, joinWithToken, type WireClient } from '../support/wire-client.js';
import { WireSession } from '../support/wire-session.js';

const ALL = { publish: true, subscribe: true, call: true, register: true };
const EVERYTHING = { uri: 'com.example.', match: 'prefix', allow: ALL };
const NOT_AUTHORIZED = 'wamp.error.not_authorized';

interface Setup {
  /** As a user of the development configuration: `admin`, or `ryan` with role `user`. */
  readonly join: (sub: string, claims?: Readonly<Record<string, unknown>>) => Promise<WireClient>;
  /** A backend of this machine, with role `trusted`. */
  readonly joinTrusted: () => Promise<WireSession>;
}

/** An application whose roles are changed: `user` is the second of the development configuration, `admin` the first. */
async function setUp(
  t: TestContext,
  changes: {
    readonly user?: object;
    readonly trusted?: object;
    readonly realm?: Readonly<Record<string, string>>;
  },
): Promise<Setup> {
  const role = (name: string, change: object): object => ({ name, permissions: [], ...change });
  const application = await startTestApplication(t, {
    EXPRESSWAY_REALMS__0__ROLES: JSON.stringify([
      role('admin', { permissions: [EVERYTHING, { uri: 'wamp.', match: 'prefix', allow: ALL }] }),
      role('user', changes.user ?? {}),
      role('trusted', { permissions: [EVERYTHING], ...changes.trusted }),
    ]),
    ...changes.realm,
  });
  return {
    join: async (sub, claims = {}) =>
      (await joinWithToken(t, webSocketUrl(application), makeToken({ claims: { sub, ...claims } })))
        .client,
    joinTrusted: async () => (await WireSession.join(t, application.trustedUrl, 'json')).session,
  };
}

interface Peer {
  send(message: readonly unknown[]): void;
  receive(): Promise<readonly unknown[]>;
}

async function ask(peer: Peer, message: readonly unknown[]): Promise<readonly unknown[]> {
  peer.send(message);
  return peer.receive();
}

const dictOf = (value: unknown): Readonly<Record<string, unknown>> =>
  value as Readonly<Record<string, unknown>>;

/** The error's URI, or undefined for a success. */
async function errorOf(peer: Peer, message: readonly unknown[]): Promise<unknown> {
  const answer = await ask(peer, message);
  return answer[0] === 8 ? answer[4] : undefined;
}

describe('permissions of a role', () => {
  it('are decided by the most specific, denials first (AZ-1, AZ-2)', async (t) => {
    const { join } = await setUp(t, {
      user: {
        permissions: [
          { uri: 'com.example.', match: 'prefix', allow: { subscribe: true, call: true } },
          { uri: 'com.example.secret.', match: 'prefix', allow: { subscribe: false } },
          { uri: 'com..open', match: 'wildcard', allow: { publish: true } },
        ],
      },
    });
    const ryan = await join('ryan');
    const subscribe = (request: number, topic: string, options = {}): Promise<unknown> =>
      errorOf(ryan, [32, request, options, topic]);
    equal(await subscribe(1, 'com.example.status'), undefined);
    equal(await subscribe(2, 'com.example.secret.a'), NOT_AUTHORIZED);
    // AZ-5: not by a pattern either.
    equal(await subscribe(3, 'com.example.', { match: 'prefix' }), NOT_AUTHORIZED);
    equal(await subscribe(4, '', { match: 'prefix' }), NOT_AUTHORIZED);
    equal(await errorOf(ryan, [16, 5, { acknowledge: true }, 'com.any.open', []]), undefined);
    ryan.send([16, 6, {}, 'com.example.status', []]);
    equal(await errorOf(ryan, [64, 7, {}, 'com.example.proc']), NOT_AUTHORIZED);
  });

  // W10
  it('say whether who acts is made known, within what the realm lets be known', async (t) => {
    const disclose = { caller: true, publisher: false };
    for (const [disclosure, isCallerKnown] of [
      ['on_request', true],
      ['never', false],
    ] as const) {
      const { join, joinTrusted } = await setUp(t, {
        user: {
          permissions: [
            { ...EVERYTHING, disclose: disclosure === 'never' ? { publisher: false } : disclose },
          ],
        },
        realm: { EXPRESSWAY_REALMS__0__DISCLOSURE: disclosure },
      });
      const [ryan, backend] = [await join('ryan'), await joinTrusted()];
      await ask(backend, [64, 1, {}, 'com.example.proc']);
      ryan.send([48, 1, {}, 'com.example.proc', [], { caller_authid: 'forged' }]);
      const [, , , details, , kwargs] = await backend.receive();
      equal('caller' in dictOf(details), isCallerKnown);
      deepEqual(kwargs, { caller_authid: 'forged' });
      const publish = [16, 2, { acknowledge: true, disclose_me: true }, 'com.example.t', []];
      equal(await errorOf(ryan, publish), 'wamp.error.option_disallowed.disclose_me');
    }
  });

  it('hide a caller from a callee that asked to know it', async (t) => {
    const { join, joinTrusted } = await setUp(t, {
      user: { permissions: [{ ...EVERYTHING, disclose: { caller: false } }] },
    });
    const [ryan, admin, backend] = [await join('ryan'), await join('admin'), await joinTrusted()];
    await ask(backend, [64, 1, { disclose_caller: true }, 'com.example.proc']);
    ryan.send([48, 1, {}, 'com.example.proc']);
    deepEqual((await backend.receive())[3], {});
    admin.send([48, 1, {}, 'com.example.proc']);
    const { caller_authid: authid } = dictOf((await backend.receive())[3]);
    equal(authid, 'admin');
  });
});

// J12
describe('claims of a token', () => {
  const user = { permissions: [EVERYTHING] };

  it('narrow what the role may', async (t) => {
    const { join } = await setUp(t, { user });
    const expressway = { subscribe: ['com.example.a'], publish: [] };
    const ryan = await join('ryan', { expressway });
    equal(await errorOf(ryan, [32, 1, {}, 'com.example.a']), undefined);
    equal(await errorOf(ryan, [32, 2, {}, 'com.example.b']), NOT_AUTHORIZED);
    equal(await errorOf(ryan, [16, 3, { acknowledge: true }, 'com.example.a']), NOT_AUTHORIZED);
    equal(await errorOf(ryan, [64, 4, {}, 'com.example.proc']), undefined);
  });

  it('never widen it: the role is the user’s, whatever they say', async (t) => {
    const { join } = await setUp(t, { user: { permissions: [] } });
    const all = [
      { uri: '', match: 'prefix' },
      { uri: 'wamp.', match: 'prefix' },
    ];
    const claims = {
      ...{ role: 'admin', roles: ['admin'], authrole: 'admin', authroles: ['admin'] },
      expressway: { publish: all, subscribe: all, call: all, register: all },
    };
    const ryan = await join('ryan', claims);
    equal(await errorOf(ryan, [32, 1, {}, 'com.example.a']), NOT_AUTHORIZED);
    equal(await errorOf(ryan, [16, 2, { acknowledge: true }, 'com.example.a']), NOT_AUTHORIZED);
    equal(await errorOf(ryan, [48, 3, {}, 'wamp.session.kill_all']), NOT_AUTHORIZED);
  });

  it('narrow by whichever way the token comes: in a ticket, as one, at the upgrade, at a refresh', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__ORDER: '[jwt, ticket]',
      EXPRESSWAY_AUTH__TICKET__KINDS: '[single_use, jwt]',
    });
    const url = webSocketUrl(application);
    const token = makeToken({ claims: { expressway: { publish: [] } } });
    const response = await fetch(`${application.publicUrl}/ticket`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    const { ticket } = (await response.json()) as { readonly ticket: string };
    const publish = [16, 1, { acknowledge: true }, 'com.example.a'];
    for (const proof of [ticket, token]) {
      const client = await connectWire(t, url);
      client.send([1, 'realm1', { ...ALL_ROLES, authid: 'admin', authmethods: ['ticket'] }]);
      await client.receive();
      client.send([5, proof, {}]);
      equal((await client.receive())[0], 2);
      equal(await errorOf(client, publish), NOT_AUTHORIZED);
    }
    const { client } = await joinWithToken(t, url, makeToken());
    equal(await errorOf(client, publish), undefined);
    const exp = Math.floor(Date.now() / 1000) + 600;
    const narrower = makeToken({ claims: { exp, expressway: { publish: [] } } });
    equal((await ask(client, [48, 2, {}, 'expressway.auth.refresh', [narrower]]))[0], 50);
    equal(await errorOf(client, [16, 3, { acknowledge: true }, 'com.example.a']), NOT_AUTHORIZED);
    const wider = makeToken({ claims: { exp: exp + 60 } });
    equal((await ask(client, [48, 4, {}, 'expressway.auth.refresh', [wider]]))[0], 50);
    equal(await errorOf(client, [16, 5, { acknowledge: true }, 'com.example.a']), undefined);
  });

  it('that cannot be read make the token invalid', async (t) => {
    const application = await startTestApplication(t);
    for (const expressway of [[], 'all', { topics: [] }, { publish: 'a.b' }]) {
      const token = makeToken({ claims: { expressway } });
      const { answer } = await joinWithToken(t, webSocketUrl(application), token);
      deepEqual(answer.slice(0, 3), [
        3,
        { message: 'invalid_token' },
        'wamp.error.authentication_denied',
      ]);
    }
  });
});

describe('a dynamic authorizer', () => {
  const AUTHORIZE = 'com.example.authorize';
  const user = { authorizer: AUTHORIZE };
  const purging = {
    permissions: [
      EVERYTHING,
      { uri: 'expressway.authorization.', match: 'prefix', allow: { call: true, subscribe: true } },
    ],
  };

  /** A user whose role asks, and the backend that is asked. */
  async function withAuthorizer(
    t: TestContext,
  ): Promise<{ ryan: WireClient; backend: WireSession }> {
    const { join, joinTrusted } = await setUp(t, { user, trusted: purging });
    const backend = await joinTrusted();
    await ask(backend, [64, 1, {}, AUTHORIZE]);
    return { ryan: await join('ryan'), backend };
  }

  it('decides what no permission decides, and hears who asks for what', async (t) => {
    const { ryan, backend } = await withAuthorizer(t);
    ryan.send([32, 1, { match: 'prefix' }, 'com.example.']);
    const [, request, , , args] = await backend.receive();
    const [session, uri, action, options] = args as [Record<string, unknown>, ...unknown[]];
    deepEqual([uri, action, options], ['com.example.', 'subscribe', { match: 'prefix' }]);
    const { realm, authid, authrole, authmethod } = session;
    deepEqual([realm, authid, authrole, authmethod], ['realm1', 'ryan', 'user', 'jwt']);
    backend.send([70, request, {}, [true]]);
    equal((await ryan.receive())[0], 33);
  });

  it('denies, in the order of the messages', async (t) => {
    const { ryan, backend } = await withAuthorizer(t);
    ryan.send([32, 1, {}, 'com.example.a']);
    ryan.send([32, 2, {}, 'com.example.b']);
    const [, first] = await backend.receive();
    backend.send([70, first, {}, [{ allow: false }]]);
    const [, second] = await backend.receive();
    backend.send([70, second, {}, [{ allow: true }]]);
    deepEqual((await ryan.receive()).slice(0, 5), [8, 32, 1, {}, NOT_AUTHORIZED]);
    deepEqual((await ryan.receive()).slice(0, 2), [33, 2]);
  });

  // AZ-3
  it('that fails, says nonsense, is slow or is not there lets nothing pass', async (t) => {
    const { join, joinTrusted } = await setUp(t, {
      user,
      realm: { EXPRESSWAY_LIMITS__AUTHORIZER: '50ms' },
    });
    const [ryan, backend] = [await join('ryan'), await joinTrusted()];
    const FAILED = 'wamp.error.authorization_failed';
    equal(await errorOf(ryan, [32, 1, {}, 'com.example.a']), FAILED);
    await ask(backend, [64, 1, {}, AUTHORIZE]);
    ryan.send([32, 2, {}, 'com.example.a']);
    backend.send([8, 68, (await backend.receive())[1], {}, 'com.example.error.canary', ['canary']]);
    deepEqual((await ryan.receive()).slice(2), [2, {}, FAILED]);
    ryan.send([32, 3, {}, 'com.example.a']);
    backend.send([70, (await backend.receive())[1], {}, ['yes']]);
    deepEqual((await ryan.receive()).slice(2), [3, {}, FAILED]);
    // Nobody answers this one.
    ryan.send([32, 4, {}, 'com.example.a']);
    deepEqual((await ryan.receive()).slice(2), [4, {}, FAILED]);
  });

  it('is asked once for what it lets be remembered, until that is purged', async (t) => {
    const { ryan, backend } = await withAuthorizer(t);
    const publish = (request: number): void => {
      ryan.send([16, request, { acknowledge: true }, 'com.example.t', []]);
    };
    await ask(backend, [32, 2, {}, 'expressway.authorization.on_purge']);
    publish(1);
    const [, request] = await backend.receive();
    backend.send([70, request, {}, [{ allow: true, cache: true, disclose: true }]]);
    equal((await ryan.receive())[0], 17);
    publish(2);
    equal((await ryan.receive())[0], 17);
    backend.send([48, 3, {}, 'expressway.authorization.purge', [], { authid: 'ryan' }]);
    const answers = [await backend.receive(), await backend.receive()];
    const [event, result] = answers.sort(([one], [other]) => Number(one) - Number(other));
    deepEqual(event?.slice(4), [[{ authid: 'ryan', count: 1 }]]);
    deepEqual(result, [50, 3, {}, [1]]);
    publish(3);
    equal((await backend.receive())[0], 68);
  });

  it('can be purged only by who may', async (t) => {
    const { ryan } = await withAuthorizer(t);
    const purge = [48, 1, {}, 'expressway.authorization.purge'];
    ryan.send(purge);
    // Its own role asks the authorizer about it, who is not there to answer in this test's time: the admin's does not.
    const { join } = await setUp(t, { user });
    equal(await errorOf(await join('admin'), purge), NOT_AUTHORIZED);
  });
});

// peers.md 3.2
describe('rules by Thruway’s procedures', () => {
  const ADD = 'add_authorization_rule';
  const rule = { role: 'user', action: 'subscribe', uri: 'com.example.', allow: true };
  const on = { EXPRESSWAY_REALMS__0__THRUWAY__AUTHORIZATION: 'true' };
  const trusted = {
    permissions: [
      { uri: ADD, allow: { call: true } },
      { uri: 'remove_authorization_rule', allow: { call: true } },
      { uri: 'flush_authorization_rules', allow: { call: true } },
      { uri: 'get_authorization_rules', allow: { call: true } },
      { uri: 'test_authorization', allow: { call: true } },
    ],
  };

  it('are added, listed, tested, removed and flushed while the router runs', async (t) => {
    const { join, joinTrusted } = await setUp(t, { trusted, realm: on });
    const [ryan, backend] = [await join('ryan'), await joinTrusted()];
    const call = async (request: number, procedure: string, args: unknown[]): Promise<unknown> =>
      (await ask(backend, [48, request, {}, procedure, args]))[3];
    equal(await errorOf(ryan, [32, 1, {}, 'com.example.a']), NOT_AUTHORIZED);
    deepEqual(await call(1, ADD, [rule]), ['ADDED']);
    deepEqual(await call(2, ADD, [rule]), ['ERROR']);
    equal(await errorOf(ryan, [32, 2, {}, 'com.example.a']), undefined);
    deepEqual(await call(3, 'get_authorization_rules', []), [
      { default: { '.': false }, user: { 'subscribe.com.example.': true } },
    ]);
    const test = [['user'], 'subscribe', 'com.example.a'];
    deepEqual(await call(4, 'test_authorization', test), [true]);
    await call(5, 'remove_authorization_rule', [rule]);
    equal(await errorOf(ryan, [32, 3, {}, 'com.example.b']), NOT_AUTHORIZED);
    deepEqual(await call(6, 'flush_authorization_rules', [true]), ['OK']);
    equal(await errorOf(ryan, [32, 4, {}, 'com.example.b']), undefined);
    // What opens rules is not for a rule to open.
    equal(await errorOf(ryan, [48, 5, {}, ADD, [rule]]), NOT_AUTHORIZED);
    equal(await errorOf(ryan, [48, 6, {}, 'wamp.session.count']), NOT_AUTHORIZED);
  });

  it('are there only where they are switched on, and for roles that may', async (t) => {
    const off = await (await setUp(t, { trusted })).joinTrusted();
    equal(await errorOf(off, [48, 1, {}, ADD, [rule]]), 'wamp.error.no_such_procedure');
    const closed = await (await setUp(t, { realm: on })).joinTrusted();
    equal(await errorOf(closed, [48, 1, {}, ADD, [rule]]), NOT_AUTHORIZED);
  });
});
