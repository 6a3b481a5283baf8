import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TokenBearer } from '../../../src/auth/tokens/token-bearers.js';
import { tokenPrincipal } from '../../../src/auth/tokens/token-principal.js';
import { TokenKeys } from '../../../src/auth/tokens/token-keys.js';
import { TokenVerifier } from '../../../src/auth/tokens/token.js';
import type { Dict } from '../../../src/router/index.js';
import { craftToken, SECRET } from '../support/craft-token.js';
import { userNamed } from '../support/user-named.js';

const TOKENS = new TokenVerifier({
  keys: new TokenKeys([{ kid: 'k1', alg: 'HS256', secret: SECRET }]),
  issuer: 'expressway',
  audience: 'wamp',
});
const IAT = Math.floor(Date.now() / 1000);

async function bearerOf(
  roles: readonly [string, ...string[]],
  claims: Dict = {},
): Promise<TokenBearer> {
  const all = { iss: 'expressway', aud: 'wamp', sub: '7', iat: IAT, exp: IAT + 60, ...claims };
  const token = await TOKENS.verify(craftToken({ alg: 'HS256', kid: 'k1' }, all));
  return { token, user: { ...userNamed('alice', roles[0]), id: '7', roles } };
}

describe('tokenPrincipal', () => {
  it('is the user, by name, with what the token came from', async () => {
    const principal = tokenPrincipal(
      await bearerOf(['user'], { sid: 'login-1', jti: 'j1' }),
      new Set(['user']),
    );
    assert.equal(principal?.authid, 'alice');
    assert.equal(principal.authrole, 'user');
    assert.equal(principal.authroles, undefined);
    assert.equal(principal.login, 'login-1');
    assert.equal(principal.proof?.subject, '7');
    assert.equal(principal.proof.id, 'j1');
    assert.equal(principal.scope, undefined);
  });

  // T7
  it('has those of the roles that may be granted, and is nobody without the first', async () => {
    const grantable = new Set(['user', 'ops']);
    const several = tokenPrincipal(await bearerOf(['user', 'trusted', 'ops']), grantable);
    assert.deepEqual(several?.authroles, ['user', 'ops']);
    const kept = await bearerOf(['trusted', 'user']);
    assert.equal(tokenPrincipal(kept, grantable), undefined);
  });

  // J12
  it('is narrowed by the token', async () => {
    const bearer = await bearerOf(['user'], { expressway: { call: [] } });
    const scope = tokenPrincipal(bearer, new Set(['user']))?.scope;
    assert.equal(scope?.covers('call', 'a.b', 'exact'), false);
    assert.equal(scope.covers('publish', 'a.b', 'exact'), true);
  });
});
