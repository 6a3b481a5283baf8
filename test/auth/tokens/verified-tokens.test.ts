import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { InvalidToken } from '../../../src/auth/tokens/invalid-token.js';
import { TokenIssuer, TokenVerifier } from '../../../src/auth/tokens/token.js';
import { TokenKeys, type TokenKey } from '../../../src/auth/tokens/token-keys.js';
import { digestOf, VerifiedTokens } from '../../../src/auth/tokens/verified-tokens.js';
import { craftToken, SECRET } from '../support/craft-token.js';

const NOW = 1_800_000_000;
const PARTIES = { issuer: 'expressway', audience: 'wamp' };

const keyOf = (): TokenKey => {
  const key = new TokenKeys([{ kid: 'k1', alg: 'HS256', secret: SECRET }]).find('HS256', 'k1');
  assert.ok(key);
  return key;
};

describe('VerifiedTokens', () => {
  const key = keyOf();

  it('finds the claims of a token that was added, by its digest', () => {
    const tokens = new VerifiedTokens(5);
    tokens.add(digestOf('a'), key, { sub: 'alice', exp: NOW + 60 });
    assert.deepEqual(tokens.find(digestOf('a'), key, NOW), { sub: 'alice', exp: NOW + 60 });
    assert.equal(tokens.find(digestOf('b'), key, NOW), undefined);
  });

  it('finds nothing for another key, though it has the same name and secret', () => {
    const tokens = new VerifiedTokens(5);
    tokens.add('digest', key, { exp: NOW + 60 });
    assert.equal(tokens.find('digest', keyOf(), NOW), undefined);
  });

  it('finds nothing before nbf and after exp, each by more than the tolerance', () => {
    const tokens = new VerifiedTokens(5);
    tokens.add('digest', key, { nbf: NOW, exp: NOW + 60 });
    const isFound = (now: number): boolean => tokens.find('digest', key, now) !== undefined;
    assert.deepEqual([NOW - 6, NOW - 5, NOW + 64, NOW + 65].map(isFound), [
      false,
      true,
      true,
      false,
    ]);
  });

  it('remembers 4,096 and forgets the oldest', () => {
    const tokens = new VerifiedTokens(5);
    for (let each = 0; each <= 4096; each += 1) tokens.add(String(each), key, { exp: NOW + 60 });
    assert.equal(tokens.find('0', key, NOW), undefined);
    assert.notEqual(tokens.find('1', key, NOW), undefined);
    assert.notEqual(tokens.find('4096', key, NOW), undefined);
  });
});

describe('a token that is verified again', () => {
  mock.timers.enable({ apis: ['Date'], now: NOW * 1000 });
  const keys = new TokenKeys([{ kid: 'k1', alg: 'HS256', secret: SECRET, sign: true }]);
  const verifier = new TokenVerifier({ ...PARTIES, keys });

  it('is refused once it has expired', async () => {
    const { token } = new TokenIssuer({ ...PARTIES, keys, ttlMs: 60_000 }).issue('alice');
    const first = await verifier.verify(token);
    assert.deepEqual(await verifier.verify(token), first);
    mock.timers.setTime((NOW + 66) * 1000);
    await assert.rejects(
      verifier.verify(token),
      new InvalidToken('token_expired', 'expired', { kid: 'k1' }),
    );
    mock.timers.setTime(NOW * 1000);
  });

  it('is refused with other claims under the same signature', async () => {
    const header = { alg: 'HS256', kid: 'k1' };
    const claims = { iss: 'expressway', aud: 'wamp', sub: 'alice', iat: NOW, exp: NOW + 300 };
    const token = craftToken(header, claims);
    await verifier.verify(token);
    const other = craftToken(header, { ...claims, sub: 'root' }).split('.');
    const forged = [other[0], other[1], token.split('.')[2]].join('.');
    await assert.rejects(verifier.verify(forged), InvalidToken);
  });
});
