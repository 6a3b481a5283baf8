// The floors together: a router, the registry in its auth realm, the supervised provider, the authenticator that asks it.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import {
  AUTH_REALM,
  AuthmethodRegistry,
  REGISTER_METHOD,
} from '../../../src/auth/providers/authmethod-registry.js';
import { Revocations } from '../../../src/auth/revocation/revocations.js';
import { JwtAuthProvider } from '../../../src/auth/tokens/jwt-auth-provider.js';
import { ProcedureAuthenticator } from '../../../src/auth/providers/procedure-authenticator.js';
import { ProviderSupervisor } from '../../../src/auth/providers/provider-supervisor.js';
import { RoleAuthorizer } from '../../../src/auth/permissions/role-authorizer.js';
import { TokenBearers } from '../../../src/auth/tokens/token-bearers.js';
import { TokenIssuer, TokenVerifier } from '../../../src/auth/tokens/token.js';
import { TokenKeys } from '../../../src/auth/tokens/token-keys.js';
import { TrustedAuthenticator } from '../../../src/auth/methods/trusted-authenticator.js';
import type { User } from '../../../src/auth/users/user-provider.js';
import { Router, type Dict, type LocalClient } from '../../../src/router/index.js';
import { craftToken, SECRET } from '../support/craft-token.js';
import { Deferred } from '../support/deferred.js';
import { WampPeer } from '../support/wamp-peer.js';
import { userNamed } from '../support/user-named.js';

const PARTIES = { issuer: 'expressway', audience: 'wamp' };
const KEYS = new TokenKeys([{ kid: 'k1', alg: 'HS256', secret: SECRET, sign: true }]);
const TRY_AGAIN_LATER = 1013;
const INTERNAL = { authid: 'auth', authrole: 'internal' };

interface Setup {
  readonly router: Router;
  readonly issuer: TokenIssuer;
  readonly supervisor: ProviderSupervisor;
  readonly revocations: Revocations;
  /** The client of each provider that was made. */
  readonly clients: LocalClient[];
  /** Connects a client of the public listener. */
  readonly connect: () => WampPeer;
  /** Connects a client of the trusted listener. */
  readonly connectTrusted: () => WampPeer;
}

interface Variation {
  readonly find?: (username: string) => Promise<User | undefined>;
  readonly timeoutMs?: number;
}

async function setUp(t: TestContext, variation: Variation = {}): Promise<Setup> {
  const router = new Router();
  t.after(() => router.close('restart'));
  const allowAll = { publish: true, subscribe: true, call: true, register: true };
  const authorizer = new RoleAuthorizer({
    roles: new Map([['trusted', [{ uri: 'thruway.auth.', match: 'prefix', allow: allowAll }]]]),
  });
  router.addRealm({ name: 'realm1', authorizer, roles: new Map([['user', {}]]) });
  router.addRealm({
    name: AUTH_REALM,
    authorizer,
    roles: new Map([['trusted', {}]]),
    onleft: (session) => {
      registry.removeProvider(session);
    },
  });
  const registry = new AuthmethodRegistry({
    client: router.connectLocal(AUTH_REALM, INTERNAL),
    methods: ['jwt'],
  });
  await registry.start();
  const revocations = new Revocations({ keepMs: 60_000 });
  const clients: LocalClient[] = [];
  const find = (username: string): Promise<User | undefined> =>
    Promise.resolve(username === 'alice' ? userNamed(username) : undefined);
  const supervisor = new ProviderSupervisor({
    name: 'jwt',
    minDelayMs: 1,
    create: () => {
      const client = router.connectLocal(AUTH_REALM, INTERNAL);
      clients.push(client);
      const tokens = new TokenVerifier({ keys: KEYS, ...PARTIES, tellsAudience: true });
      const users = { find, findById: variation.find ?? find };
      return new JwtAuthProvider({
        client,
        bearers: new TokenBearers({ tokens, users, revocations }),
      });
    },
  });
  t.after(() => {
    supervisor.close();
  });
  const authenticator = new ProcedureAuthenticator({
    authmethod: 'jwt',
    registry,
    client: router.connectLocal(AUTH_REALM, INTERNAL),
    roles: ['user'],
    timeoutMs: variation.timeoutMs ?? 5_000,
  });
  const trusted = new TrustedAuthenticator({ authrole: 'trusted' });
  const issuer = new TokenIssuer({ keys: KEYS, ...PARTIES });
  const connect = (): WampPeer => new WampPeer(router, [authenticator]);
  const connectTrusted = (): WampPeer => new WampPeer(router, [trusted]);
  return { router, issuer, supervisor, revocations, clients, connect, connectTrusted };
}

const JWT = { authmethods: ['jwt'] };

/** Says HELLO and answers the CHALLENGE with this token. */
async function prove(peer: WampPeer, token: string, details: Dict = {}): Promise<void> {
  peer.hello('realm1', { ...JWT, ...details });
  await peer.receiveChallenge();
  peer.authenticate(token);
}

describe('HELLO with jwt', () => {
  it('is answered with CHALLENGE and WELCOME', async (t) => {
    const { supervisor, connect, issuer } = await setUp(t);
    assert.equal(await supervisor.start(), true);
    const peer = connect();
    peer.hello('realm1', JWT);
    const { method, extra } = await peer.receiveChallenge();
    assert.equal(method, 'jwt');
    assert.deepEqual(extra, { challenge: {}, challenge_method: 'jwt' });
    const { token, expiresAt, refreshAt } = issuer.issue('alice', 'login-1');
    peer.authenticate(token);
    const { details } = await peer.receiveWelcome();
    assert.equal(details['authid'], 'alice');
    assert.equal(details['authrole'], 'user');
    assert.equal(details['authmethod'], 'jwt');
    assert.equal(details['authprovider'], 'jwt');
    assert.deepEqual(details['authroles'], ['user']);
    assert.deepEqual(details['authextra'], { expires_at: expiresAt, refresh_at: refreshAt });
    assert.doesNotMatch(JSON.stringify(details), /login-1/);
  });

  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: 'expressway', aud: 'wamp', sub: 'alice', iat, exp: iat + 60 };
  const header = { alg: 'HS256', kid: 'k1' };
  const refused: readonly [string, string, string][] = [
    ['no token', '', 'invalid_token'],
    ['a wrong token', 'wrong', 'invalid_token'],
    ['an expired token', craftToken(header, { ...claims, exp: iat - 60 }), 'token_expired'],
    ['a token for others', craftToken(header, { ...claims, aud: 'x' }), 'audience_mismatch'],
    ['alg none', craftToken({ alg: 'none' }, claims).replace(/[^.]*$/, ''), 'invalid_token'],
    ['an unknown user', craftToken(header, { ...claims, sub: 'eve' }), 'invalid_token'],
  ];
  for (const [what, token, message] of refused) {
    it(`is answered with ABORT for ${what}`, async (t) => {
      const { supervisor, connect } = await setUp(t);
      await supervisor.start();
      const peer = connect();
      await prove(peer, token);
      const { reason, details } = await peer.receiveAbort();
      assert.equal(reason, 'wamp.error.authentication_denied');
      assert.deepEqual(details, { message });
    });
  }

  // J9
  it('is answered with ABORT for the authid of somebody else', async (t) => {
    const { supervisor, connect, issuer } = await setUp(t);
    await supervisor.start();
    const peer = connect();
    await prove(peer, issuer.issue('alice').token, { authid: 'root' });
    const { reason } = await peer.receiveAbort();
    assert.equal(reason, 'wamp.error.authentication_denied');
  });

  it('is answered with ABORT for a token of a log-in that has ended', async (t) => {
    const { supervisor, connect, issuer, revocations } = await setUp(t);
    await supervisor.start();
    const { token } = issuer.issue('alice', 'login-1');
    revocations.revokeLogin('login-1');
    const peer = connect();
    await prove(peer, token);
    assert.equal((await peer.receiveAbort()).reason, 'wamp.error.authentication_denied');
  });
});

// W5
describe('HELLO with jwt when the provider', () => {
  it('is absent closes with 1013 and without ABORT', async (t) => {
    const { connect } = await setUp(t);
    const peer = connect();
    peer.hello('realm1', JWT);
    assert.equal(await peer.receiveClose(), TRY_AGAIN_LATER);
  });

  it('crashes between CHALLENGE and AUTHENTICATE closes with 1013', async (t) => {
    const { supervisor, connect, clients, issuer } = await setUp(t);
    await supervisor.start();
    const peer = connect();
    peer.hello('realm1', JWT);
    await peer.receiveChallenge();
    supervisor.close();
    await clients[0]?.closed;
    peer.authenticate(issuer.issue('alice').token);
    assert.equal(await peer.receiveClose(), TRY_AGAIN_LATER);
  });

  it('crashes while it looks for the user closes with 1013, and another one takes over', async (t) => {
    const asked = new Deferred<undefined>();
    const lost = new Promise<undefined>(() => undefined);
    let lookups = 0;
    const { supervisor, connect, clients, issuer } = await setUp(t, {
      find: (username) => {
        lookups += 1;
        asked.resolve(undefined);
        return lookups === 1 ? lost : Promise.resolve(userNamed(username));
      },
    });
    await supervisor.start();
    const peer = connect();
    await prove(peer, issuer.issue('alice').token);
    await asked.promise;
    clients[0]?.close();
    assert.equal(await peer.receiveClose(), TRY_AGAIN_LATER);

    const again = await welcomed(connect, issuer.issue('alice').token);
    assert.equal(again['authid'], 'alice');
    assert.equal(supervisor.isReady, true);
    assert.equal(clients.length, 2);
  });

  it('is slow closes with 1013', async (t) => {
    const { supervisor, connect, issuer } = await setUp(t, {
      timeoutMs: 20,
      find: () => new Promise(() => undefined),
    });
    await supervisor.start();
    const peer = connect();
    await prove(peer, issuer.issue('alice').token);
    assert.equal(await peer.receiveClose(), TRY_AGAIN_LATER);
  });

  it('throws sends ABORT authentication_failed without its words', async (t) => {
    const { supervisor, connect, issuer } = await setUp(t, {
      find: () => Promise.reject(new Error('canary: no database at /var/lib')),
    });
    await supervisor.start();
    const peer = connect();
    await prove(peer, issuer.issue('alice').token);
    const { reason, details } = await peer.receiveAbort();
    assert.equal(reason, 'wamp.error.authentication_failed');
    assert.deepEqual(details, { message: 'authentication_failed' });
  });
});

/** Comes back as a client does, until it is let in. */
async function welcomed(connect: () => WampPeer, token: string): Promise<Dict> {
  for (;;) {
    const peer = connect();
    peer.hello('realm1', JWT);
    const first = await peer.receive();
    if (first.type === 'closed') {
      // A memory transport needs no turn of the event loop, the supervisor's timer does.
      await setImmediate();
      continue;
    }
    peer.authenticate(token);
    return (await peer.receiveWelcome()).details;
  }
}

// Thruway's provider protocol: the exchange on the wire
describe('A provider from outside', () => {
  const handlers = {
    onhello: 'thruway.auth.jwt.onhello',
    onauthenticate: 'thruway.auth.jwt.onauthenticate',
  };

  async function join({ connectTrusted }: Setup): Promise<WampPeer> {
    const provider = connectTrusted();
    provider.hello(AUTH_REALM, { authmethods: [], authid: 'anonymous' });
    const { details } = await provider.receiveWelcome();
    assert.equal(details['authid'], 'anonymous');
    assert.equal(details['authrole'], 'trusted');
    await provider.register(7_001, handlers.onhello);
    await provider.register(3_002, handlers.onauthenticate);
    return provider;
  }

  it('answers in place of the built-in one', async (t) => {
    const setup = await setUp(t);
    const provider = await join(setup);
    const reply = await provider.call(9_003, REGISTER_METHOD, ['jwt', handlers, ['*']]);
    assert.deepEqual(reply, ['SUCCESS']);

    const client = setup.connect();
    client.hello('realm1', { ...JWT, authid: 'joe' });
    const [first, [hello, about]] = await provider.receiveInvocation();
    assert.match(JSON.stringify(hello), /^\[1,"realm1",\{.*"authid":"joe","transport":\{"type":/);
    assert.match(JSON.stringify(about), /^\{"sessionId":\d+,"realm":"realm1"\}$/);
    provider.yield(first, ['CHALLENGE', { challenge: {}, challenge_method: 'jwt' }]);

    await client.receiveChallenge();
    client.authenticate('the-token');
    const [second, proofs] = await provider.receiveInvocation();
    assert.equal(proofs.length, 1);
    assert.match(
      JSON.stringify(proofs[0]),
      /"authid":"joe","challenge":\{\},"signature":"the-token"/,
    );
    provider.yield(second, ['SUCCESS', { authid: 'joe', authroles: ['user'] }]);
    const { details } = await client.receiveWelcome();
    assert.equal(details['authid'], 'joe');
    assert.equal(details['authrole'], 'user');
  });

  it('takes its method with it when its connection is lost', async (t) => {
    const setup = await setUp(t);
    const provider = await join(setup);
    await provider.call(9_003, REGISTER_METHOD, ['jwt', handlers, ['*']]);
    const client = setup.connect();
    client.hello('realm1', JWT);
    await provider.receiveInvocation();
    provider.disconnect();
    assert.equal(await client.receiveClose(), TRY_AGAIN_LATER);
    assert.equal(await setup.supervisor.start(), true);
  });

  it('does not displace the one that is there', async (t) => {
    const setup = await setUp(t);
    await setup.supervisor.start();
    const provider = setup.connectTrusted();
    provider.hello(AUTH_REALM);
    await provider.receiveWelcome();
    const mine = { onhello: 'thruway.auth.evil.onhello', onauthenticate: 'thruway.auth.evil.on' };
    assert.deepEqual(await provider.call(1, REGISTER_METHOD, ['jwt', mine, ['*']]), [
      'ERROR',
      'Method registration already exists',
    ]);
  });
});
