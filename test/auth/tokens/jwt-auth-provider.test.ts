import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AuthmethodRegistry } from '../../../src/auth/providers/authmethod-registry.js';
import { Revocations } from '../../../src/auth/revocation/revocations.js';
import { JwtAuthProvider } from '../../../src/auth/tokens/jwt-auth-provider.js';
import { TokenBearers } from '../../../src/auth/tokens/token-bearers.js';
import { TokenIssuer, TokenVerifier } from '../../../src/auth/tokens/token.js';
import { TokenKeys } from '../../../src/auth/tokens/token-keys.js';
import type { User } from '../../../src/auth/users/user-provider.js';
import type { List } from '../../../src/router/index.js';
import { craftToken, SECRET } from '../support/craft-token.js';
import { Deferred } from '../support/deferred.js';
import { FakeRealm, type FakeClient } from '../support/fake-realm.js';
import { MemoryLogger } from '../support/memory-logger.js';
import { userNamed } from '../support/user-named.js';

const ONHELLO = 'thruway.auth.jwt.onhello';
const ONAUTHENTICATE = 'thruway.auth.jwt.onauthenticate';
const PARTIES = { issuer: 'expressway', audience: 'wamp' };
const KEYS = new TokenKeys([{ kid: 'k1', alg: 'HS256', secret: SECRET, sign: true }]);
const USERS = new Map<string, User>([['alice', userNamed('alice')]]);

interface Setup {
  readonly realm: FakeRealm;
  readonly registry: AuthmethodRegistry;
  readonly provider: JwtAuthProvider;
  readonly client: FakeClient;
  readonly revocations: Revocations;
  readonly logger: MemoryLogger;
  readonly issuer: TokenIssuer;
  readonly ask: (procedure: string, ...args: List) => Promise<unknown>;
}

async function setUp(
  find = (name: string) => Promise.resolve(USERS.get(name)),
  tokens: Pick<TokenVerifier, 'verify'> = new TokenVerifier({
    keys: KEYS,
    ...PARTIES,
    tellsAudience: true,
  }),
): Promise<Setup> {
  const realm = new FakeRealm();
  const registry = new AuthmethodRegistry({ client: realm.connect(), methods: ['jwt'] });
  await registry.start();
  const client = realm.connect();
  const revocations = new Revocations({ keepMs: 60_000 });
  const logger = new MemoryLogger();
  const provider = new JwtAuthProvider({
    client,
    bearers: new TokenBearers({ tokens, users: { find, findById: find }, revocations }),
    logger,
  });
  await provider.start();
  const caller = realm.connect();
  const ask = async (procedure: string, ...args: List): Promise<unknown> =>
    (await caller.call(procedure, args)).args;
  const issuer = new TokenIssuer({ keys: KEYS, ...PARTIES });
  return { realm, registry, provider, client, revocations, logger, issuer, ask };
}

const payloadOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<
    string,
    unknown
  >;

const failure = (message: string): unknown => ['FAILURE', { details: { message } }];

describe('JwtAuthProvider', () => {
  it('registers its two procedures and announces itself for all realms', async () => {
    const { realm, registry, client } = await setUp();
    assert.deepEqual([...realm.registrations.keys()].slice(1), [ONHELLO, ONAUTHENTICATE]);
    assert.deepEqual(client.calls, [
      {
        procedure: 'thruway.auth.registermethod',
        args: [
          'jwt',
          {
            onhello: ONHELLO,
            onauthenticate: ONAUTHENTICATE,
            challenge: { challenge: {}, challenge_method: 'jwt' },
            hello_message: false,
          },
          ['*'],
        ],
      },
    ]);
    assert.equal(registry.find('jwt')?.session, client.session);
  });

  it('announces the realms that it is for', async () => {
    const { provider, registry, realm, client } = await setUp();
    provider.close();
    registry.removeProvider(client.session);
    const second = new JwtAuthProvider({
      client: realm.connect(),
      bearers: { identify: () => assert.fail() },
      realms: ['realm2'],
    });
    await second.start();
    assert.equal(registry.find('jwt')?.covers('realm2'), true);
    assert.equal(registry.find('jwt')?.covers('realm1'), false);
  });

  it('does not start when the announcement is refused', async () => {
    const realm = new FakeRealm();
    const registry = new AuthmethodRegistry({ client: realm.connect(), methods: [] });
    await registry.start();
    const provider = new JwtAuthProvider({
      client: realm.connect(),
      bearers: { identify: () => assert.fail() },
    });
    await assert.rejects(provider.start(), /registermethod refused: Method is not configured/);
  });

  it('does not start without a registry', async () => {
    const provider = new JwtAuthProvider({
      client: new FakeRealm().connect(),
      bearers: { identify: () => assert.fail() },
    });
    await assert.rejects(provider.start(), { uri: 'wamp.error.no_such_procedure' });
  });

  it('challenges every HELLO', async () => {
    const { ask } = await setUp();
    assert.deepEqual(await ask(ONHELLO, [1, 'realm1', {}], { sessionId: 1, realm: 'realm1' }), [
      'CHALLENGE',
      { challenge: {}, challenge_method: 'jwt' },
    ]);
  });

  it('says who a token is of and when it ends, with the role of the user', async () => {
    const { ask, issuer } = await setUp();
    const { token, expiresAt, refreshAt } = issuer.issue('alice', 'login-1');
    const { jti, iat } = payloadOf(token);
    assert.deepEqual(await ask(ONAUTHENTICATE, { signature: token }), [
      'SUCCESS',
      {
        authid: 'alice',
        authrole: 'user',
        authroles: ['user'],
        authprovider: 'jwt',
        authextra: { expires_at: expiresAt, refresh_at: refreshAt },
        _expressway_login: 'login-1',
        _expressway_proof: { subject: 'alice', issuer: 'expressway', id: jti, issued_at: iat },
        _expressway_scope: undefined,
      },
    ]);
  });

  it('names no log-in for a token without one', async () => {
    const { ask, issuer } = await setUp();
    const answer = await ask(ONAUTHENTICATE, { signature: issuer.issue('alice').token });
    assert.doesNotMatch(JSON.stringify(answer), /_expressway_login/);
  });

  it('takes no role from the token', async () => {
    const { ask } = await setUp();
    const iat = Math.floor(Date.now() / 1000);
    const times = { iat, exp: iat + 60 };
    const claims = {
      ...times,
      iss: 'expressway',
      aud: 'wamp',
      sub: 'alice',
      role: 'admin',
      authroles: ['admin'],
    };
    const signature = craftToken({ alg: 'HS256', kid: 'k1' }, claims);
    assert.doesNotMatch(JSON.stringify(await ask(ONAUTHENTICATE, { signature })), /admin/);
  });

  it('ends with its session', async () => {
    const { provider, realm } = await setUp();
    provider.close();
    assert.equal(typeof (await provider.closed), 'string');
    assert.equal(realm.registrations.has(ONHELLO), false);
  });
});

// J13
describe('JwtAuthProvider refuses', () => {
  const iat = Math.floor(Date.now() / 1000);
  const header = { alg: 'HS256', kid: 'k1' };
  const claims = { iss: 'expressway', aud: 'wamp', sub: 'alice', iat, exp: iat + 60 };
  const tokens: readonly [string, string, string][] = [
    ['an expired token', craftToken(header, { ...claims, exp: iat - 60 }), 'token_expired'],
    ['a token for others', craftToken(header, { ...claims, aud: 'api' }), 'audience_mismatch'],
    ['a forged token', craftToken(header, claims, `${SECRET}?`), 'invalid_token'],
    [
      'a token of an unknown user',
      craftToken(header, { ...claims, sub: 'mallory' }),
      'invalid_token',
    ],
    [
      'an unsigned token',
      craftToken({ alg: 'none' }, claims).replace(/[^.]*$/, ''),
      'invalid_token',
    ],
    ['an empty signature', '', 'invalid_token'],
  ];
  for (const [what, signature, message] of tokens) {
    it(`${what} as ${message}, and tells the log more, but never the token`, async () => {
      const { ask, logger } = await setUp();
      assert.deepEqual(await ask(ONAUTHENTICATE, { signature }), failure(message));
      assert.equal(logger.lines.length, 1);
      assert.match(logger.lines[0] ?? '', /"reason":".+"/);
      for (const part of signature.split('.').filter((text) => text !== '')) {
        assert.equal(logger.lines[0]?.includes(part), false);
      }
    });
  }

  for (const args of [[], [null], ['token'], [{}], [{ signature: 7 }], [[]]]) {
    it(`a proof like ${JSON.stringify(args)}`, async () => {
      const { ask } = await setUp();
      assert.deepEqual(await ask(ONAUTHENTICATE, ...args), failure('invalid_token'));
    });
  }

  it('tells the log the kid and the user of a token that was ours', async () => {
    const { ask, logger } = await setUp();
    await ask(ONAUTHENTICATE, { signature: craftToken(header, { ...claims, iss: 'x' }) });
    assert.match(logger.lines[0] ?? '', /"kid":"k1","authid":"alice","reason":"another issuer"/);
  });

  // J14
  it('a token whose user is disabled or deleted meanwhile', async () => {
    const users = new Map(USERS);
    const { ask, issuer } = await setUp((name) => Promise.resolve(users.get(name)));
    const { token } = issuer.issue('alice');
    assert.match(JSON.stringify(await ask(ONAUTHENTICATE, { signature: token })), /SUCCESS/);
    users.delete('alice');
    assert.deepEqual(await ask(ONAUTHENTICATE, { signature: token }), failure('invalid_token'));
  });

  it('tokens of a log-in that has ended, and no others', async () => {
    const { ask, issuer, revocations } = await setUp();
    const ended = issuer.issue('alice', 'login-1').token;
    const other = issuer.issue('alice', 'login-2').token;
    const none = issuer.issue('alice').token;
    revocations.revokeLogin('login-1');
    assert.deepEqual(await ask(ONAUTHENTICATE, { signature: ended }), failure('invalid_token'));
    assert.match(JSON.stringify(await ask(ONAUTHENTICATE, { signature: other })), /SUCCESS/);
    assert.match(JSON.stringify(await ask(ONAUTHENTICATE, { signature: none })), /SUCCESS/);
  });

  it('a token whose log-in ends while its user is looked for', async () => {
    const asked = new Deferred<undefined>();
    const found = new Deferred<User>();
    const { ask, issuer, revocations } = await setUp(() => {
      asked.resolve(undefined);
      return found.promise;
    });
    const answer = ask(ONAUTHENTICATE, { signature: issuer.issue('alice', 'login-1').token });
    await asked.promise;
    revocations.revokeLogin('login-1');
    found.resolve(userNamed('alice'));
    assert.deepEqual(await answer, failure('invalid_token'));
  });

  it('to decide when the users cannot be asked', async () => {
    const { ask, issuer } = await setUp(() => Promise.reject(new Error('canary: no database')));
    const { token } = issuer.issue('alice');
    await assert.rejects(ask(ONAUTHENTICATE, { signature: token }), {
      uri: 'wamp.error.runtime_error',
      args: [],
    });
  });

  it('to decide when the verifier itself is at fault', async () => {
    const { ask, logger } = await setUp(undefined, {
      verify: () => {
        throw new TypeError('canary');
      },
    });
    await assert.rejects(ask(ONAUTHENTICATE, { signature: 'a.b.c' }), {
      uri: 'wamp.error.runtime_error',
      args: [],
    });
    assert.deepEqual(logger.lines, []);
  });
});
