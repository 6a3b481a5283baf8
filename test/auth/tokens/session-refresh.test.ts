import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { InvalidToken } from '../../../src/auth/tokens/invalid-token.js';
import { SessionRefresh } from '../../../src/auth/tokens/session-refresh.js';
import type { TokenBearer } from '../../../src/auth/tokens/token-bearers.js';
import type { Principal } from '../../../src/router/principal.js';
import { WampError } from '../../../src/router/protocol/errors.js';
import { newSessionId } from '../../../src/router/protocol/id.js';
import type { Dict, List } from '../../../src/router/protocol/message.js';
import { RecordingLogger } from '../../web/running-web.js';

const NOW = 1_800_000_000;

const ALICE: Principal = {
  authid: 'alice',
  authrole: 'viewer',
  authmethod: 'jwt',
  authprovider: 'jwt',
  authextra: { expires_at: NOW + 60, refresh_at: NOW + 48, colour: 'red' },
  details: { authroles: ['viewer'], greeting: 'hello' },
  expiresAt: (NOW + 60) * 1000,
  login: 'login-1',
  proof: { subject: '17', issuer: 'expressway', id: 'jti-1', issuedAt: NOW },
};

interface BearerChanges {
  readonly user?: Partial<TokenBearer['user']>;
  readonly token?: Partial<TokenBearer['token']>;
}

const bearer = ({ user, token }: BearerChanges = {}): TokenBearer => ({
  user: { id: '17', username: 'alice', role: 'viewer', roles: ['viewer'], ...user },
  token: {
    subject: '17',
    isUsername: false,
    issuer: 'expressway',
    id: 'jti-2',
    issuedAt: NOW + 30,
    expiresAt: NOW + 90,
    refreshAt: NOW + 78,
    login: undefined,
    scope: undefined,
    ...token,
  },
});

/** A session of alice, and a refresh that finds `found` behind each token. */
function refresh(t: TestContext, found: BearerChanges | InvalidToken = {}, before = ALICE) {
  t.mock.timers.enable({ apis: ['Date'], now: NOW * 1000 });
  const logger = new RecordingLogger();
  const asked: string[] = [];
  const procedure = new SessionRefresh({
    bearers: {
      identify: (text) => {
        asked.push(text);
        return found instanceof InvalidToken
          ? Promise.reject(found)
          : Promise.resolve(bearer(found));
      },
    },
    roles: ['viewer', 'editor'],
    logger,
  });
  let principal = before;
  let isOpen = true;
  const session = {
    id: newSessionId(),
    get principal() {
      return principal;
    },
    renew: (next: Principal) => {
      if (isOpen) principal = next;
      return isOpen;
    },
  };
  return {
    logger,
    asked,
    session,
    procedure,
    end: () => {
      isOpen = false;
    },
    call: (args: List = ['a-token'], kwargs: Dict = {}) =>
      procedure.answer({ session, args, kwargs }),
  };
}

const error =
  (uri: string, ...args: readonly unknown[]) =>
  (thrown: unknown): boolean => {
    deepEqual(thrown instanceof WampError && [thrown.uri, ...thrown.args], [uri, ...args]);
    return true;
  };

describe('SessionRefresh', () => {
  it('lets the session go on by the new token, and tells until when', async (t) => {
    const { session, call, asked } = refresh(t, { token: { login: 'login-2' } });
    deepEqual(await call(), [{ expires_at: NOW + 90, refresh_at: NOW + 78 }]);
    deepEqual(asked, ['a-token']);
    deepEqual(session.principal, {
      ...ALICE,
      authextra: { expires_at: NOW + 90, refresh_at: NOW + 78, colour: 'red' },
      expiresAt: (NOW + 90) * 1000,
      login: 'login-2',
      proof: { subject: '17', issuer: 'expressway', id: 'jti-2', issuedAt: NOW + 30 },
    });
  });

  it('takes the token by name too', async (t) => {
    const { call, asked } = refresh(t);
    await call([], { token: 'by-name' });
    deepEqual(asked, ['by-name']);
  });

  it('takes any issuer for a session whose proof names none, as that of a ticket', async (t) => {
    const { call } = refresh(t, {}, { ...ALICE, proof: { subject: '17' } });
    equal((await call()).length, 1);
  });

  it('takes the role anew from the user, and none that no token gives', async (t) => {
    const { session, call } = refresh(t, {
      user: { role: 'editor', roles: ['editor', 'viewer', 'trusted'] },
    });
    await call();
    equal(session.principal.authrole, 'editor');
    deepEqual(session.principal.authroles, ['editor', 'viewer']);
    deepEqual(session.principal.details, {
      authroles: ['editor', 'viewer'],
      greeting: 'hello',
    });
  });

  it('ends with the log-in of the new token only', async (t) => {
    const { session, call } = refresh(t);
    await call();
    equal(session.principal.login, undefined);
  });

  for (const [name, changes] of [
    ['of another user', { user: { id: '18' } }],
    ['of a user who has another name now', { user: { username: 'alicia' } }],
    ['of another issuer', { token: { issuer: 'elsewhere' } }],
  ] as const) {
    it(`refuses a token ${name}, and leaves the session as it is`, async (t) => {
      const { session, call } = refresh(t, changes);
      const uri = 'expressway.error.subject_mismatch';
      await rejects(call(), error(uri, 'the token names another subject'));
      equal(session.principal, ALICE);
    });
  }

  for (const expiresAt of [NOW + 59, NOW + 60]) {
    it(`refuses a token that ends ${NOW + 60 - expiresAt} s earlier`, async (t) => {
      const { session, call } = refresh(t, { token: { expiresAt } });
      const message = 'the token ends no later than the one before';
      await rejects(call(), error('wamp.error.invalid_argument', message));
      equal(session.principal, ALICE);
    });
  }

  it('refuses a token that does not hold, and tells the client its class only', async (t) => {
    const invalid = new InvalidToken('token_expired', 'the detail', { authid: 'alice' });
    const { session, call, logger } = refresh(t, invalid);
    await rejects(call(), error('wamp.error.authentication_denied', 'token_expired'));
    equal(session.principal, ALICE);
    equal(logger.lines.length, 1);
    equal(logger.lines.join().includes('the detail'), true);
    equal(logger.lines.join().includes('a-token'), false);
  });

  it('refuses a user whose role no token gives', async (t) => {
    const { call } = refresh(t, { user: { role: 'trusted', roles: ['trusted'] } });
    await rejects(call(), error('wamp.error.no_such_role'));
  });

  for (const [name, changes] of [
    ['has no proof of a user', { proof: undefined }],
    ['does not end', { expiresAt: undefined }],
  ] as const) {
    it(`refuses a session that ${name}`, async (t) => {
      const before = Object.fromEntries(
        Object.entries({ ...ALICE, ...changes }).filter(([, value]) => value !== undefined),
      ) as unknown as Principal;
      const { call, asked } = refresh(t, {}, before);
      const message = 'this session does not stand on a token';
      await rejects(call(), error('expressway.error.not_refreshable', message));
      deepEqual(asked, []);
    });
  }

  it('refuses what is no token', async (t) => {
    const { call } = refresh(t);
    const refused = error('wamp.error.invalid_argument', 'argument 1 is a token');
    for (const args of [[], [7], [null], [['a-token']]]) await rejects(call(args), refused);
  });

  it('finds the session over', async (t) => {
    const { call, end } = refresh(t);
    end();
    await rejects(call(), error('wamp.error.canceled'));
  });

  it('answers so many calls of one session at once, then one a second', async (t) => {
    const { call, asked } = refresh(t, new InvalidToken('invalid_token', 'x'));
    const isLimit = error('expressway.error.limit_exceeded', 'too many refreshes in this session');
    const isDenied = error('wamp.error.authentication_denied', 'invalid_token');
    for (let count = 0; count < 10; count += 1) await rejects(call(), isDenied);
    await rejects(call(), isLimit);
    t.mock.timers.tick(1000);
    await rejects(call(), isDenied);
    await rejects(call(), isLimit);
    equal(asked.length, 11);
  });

  it('limits each session by itself', async (t) => {
    const { call, procedure, session } = refresh(t, new InvalidToken('invalid_token', 'x'));
    for (let count = 0; count < 11; count += 1) await call().catch(() => undefined);
    const other = { ...session, principal: ALICE, id: newSessionId() };
    await rejects(
      Promise.resolve(procedure.answer({ session: other, args: ['a-token'], kwargs: {} })),
      error('wamp.error.authentication_denied', 'invalid_token'),
    );
  });
});
