import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Revocations } from '../../../src/auth/revocation/revocations.js';
import { InvalidToken } from '../../../src/auth/tokens/invalid-token.js';
import { proofOf, TokenBearers } from '../../../src/auth/tokens/token-bearers.js';
import type { VerifiedToken } from '../../../src/auth/tokens/token.js';
import type { User } from '../../../src/auth/users/user-provider.js';

const IAT = 1_800_000_000;
const TOKEN: VerifiedToken = {
  subject: '17',
  isUsername: false,
  issuer: 'expressway',
  id: 'jti-1',
  issuedAt: IAT,
  expiresAt: IAT + 300,
  refreshAt: IAT + 240,
  login: 'login-1',
  scope: undefined,
};
const ALICE: User = { id: '17', username: 'alice', role: 'user', roles: ['user'] };

interface Variation {
  readonly token?: Partial<VerifiedToken>;
  readonly user?: Partial<User>;
  readonly revocations?: Revocations;
}

/** Whose token it is when the users are asked for exactly one: by id `17` or by name `alice`. */
function identify({ token, user, revocations }: Variation = {}) {
  const alice = { ...ALICE, ...user };
  const bearers = new TokenBearers({
    tokens: { verify: () => ({ ...TOKEN, ...token }) },
    users: {
      find: (username) => Promise.resolve(username === 'alice' ? alice : undefined),
      findById: (id) => Promise.resolve(id === '17' ? alice : undefined),
    },
    revocations: revocations ?? new Revocations({ keepMs: 60_000 }),
  });
  return bearers.identify('the token');
}

const refused = (reason: string) => (error: unknown) =>
  error instanceof InvalidToken && error.code === 'invalid_token' && error.detail === reason;

describe('TokenBearers', () => {
  it('finds the user by id, and by name where the token has one', async () => {
    const { user, token } = await identify();
    deepEqual([user, token], [ALICE, TOKEN]);
    const named = { subject: 'alice', isUsername: true };
    equal((await identify({ token: named })).user.id, '17');
  });

  it('takes no name for an id, nor the other way round', async () => {
    const unknown = refused('user unknown or disabled');
    await rejects(identify({ token: { subject: 'alice' } }), unknown);
    await rejects(identify({ token: { isUsername: true } }), unknown);
  });

  it('refuses what was issued before the tokens of the user became void', async () => {
    const isVoid = refused('issued before the tokens of this user became void');
    await rejects(identify({ user: { tokensValidFrom: IAT + 1 } }), isVoid);
    equal((await identify({ user: { tokensValidFrom: IAT } })).user.id, '17');
  });

  it('refuses a token that does not say when it was issued once others of the user are void', async () => {
    const token = { issuedAt: undefined };
    await rejects(identify({ token, user: { tokensValidFrom: 1 } }), InvalidToken);
    equal((await identify({ token })).user.id, '17');
  });

  it('refuses the token of a log-in that has ended', async () => {
    const revocations = new Revocations({ keepMs: 60_000 });
    revocations.revokeLogin('login-1');
    await rejects(identify({ revocations }), refused('revoked'));
    equal((await identify({ token: { login: 'login-2' }, revocations })).user.id, '17');
    equal((await identify({ token: { login: undefined }, revocations })).user.id, '17');
  });
});

describe('proofOf', () => {
  it('names the user by id, and the token by its own', () => {
    deepEqual(proofOf({ user: ALICE, token: TOKEN }), {
      subject: '17',
      issuer: 'expressway',
      id: 'jti-1',
      issuedAt: IAT,
    });
  });

  it('knows nothing that the token does not say', () => {
    const unsaid = { id: undefined, issuedAt: undefined };
    const proof = proofOf({ user: ALICE, token: { ...TOKEN, ...unsaid } });
    deepEqual(proof, { subject: '17', issuer: 'expressway', ...unsaid });
  });
});
