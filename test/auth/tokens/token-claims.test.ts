import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InvalidToken } from '../../../src/auth/tokens/invalid-token.js';
import {
  checkClaims,
  type ClaimPolicy,
  type TokenClaims,
} from '../../../src/auth/tokens/token-claims.js';
import {
  TokenKeys,
  type TokenKey,
  type TokenKeyOptions,
} from '../../../src/auth/tokens/token-keys.js';
import type { Dict } from '../../../src/router/index.js';
import { SECRET } from '../support/craft-token.js';

const NOW = 1_800_000_000;
const POLICY: ClaimPolicy = {
  issuer: 'expressway',
  audience: 'wamp',
  maxTtl: 86_400,
  clockTolerance: 5,
  tellsAudience: true,
};
const CLAIMS = { iss: 'expressway', aud: 'wamp', sub: 'alice', iat: NOW - 10, exp: NOW + 290 };

const keyWith = (options: Partial<TokenKeyOptions> = {}): TokenKey =>
  new TokenKeys([{ alg: 'HS256', secret: SECRET, ...options }]).find('HS256', options.kid) ??
  assert.fail();

const check = (claims: Dict, key = keyWith()): TokenClaims => checkClaims(claims, key, POLICY, NOW);

const without = (name: string): Dict =>
  Object.fromEntries(Object.entries(CLAIMS).filter(([key]) => key !== name));

function refusalOf(claims: Dict, key = keyWith()): InvalidToken {
  try {
    check(claims, key);
  } catch (error) {
    assert.ok(error instanceof InvalidToken);
    return error;
  }
  return assert.fail('the claims were taken');
}

describe('checkClaims', () => {
  it('gives what the claims say', () => {
    assert.deepEqual(check({ ...CLAIMS, sid: 'login-1' }), {
      subject: 'alice',
      isUsername: false,
      issuer: 'expressway',
      id: undefined,
      issuedAt: NOW - 10,
      expiresAt: NOW + 290,
      login: 'login-1',
      scope: undefined,
    });
  });

  it('knows no log-in where there is no sid', () => {
    assert.equal(check(CLAIMS).login, undefined);
  });

  it('gives the id of the token', () => {
    assert.equal(check({ ...CLAIMS, jti: 'x'.repeat(256) }).id, 'x'.repeat(256));
  });

  it('finds its audience in a list', () => {
    assert.equal(check({ ...CLAIMS, aud: ['other', 'wamp'] }).subject, 'alice');
  });

  it('ignores claims that it does not know', () => {
    assert.equal(check({ ...CLAIMS, role: 'admin', authid: 'root' }).subject, 'alice');
  });

  // J12
  it('gives the scope, if there is one', () => {
    const expressway = { publish: ['a.b', { uri: 'c.', match: 'prefix' }] };
    assert.deepEqual(check({ ...CLAIMS, expressway }).scope, {
      publish: [
        { uri: 'a.b', match: 'exact' },
        { uri: 'c.', match: 'prefix' },
      ],
    });
    assert.equal(refusalOf({ ...CLAIMS, expressway: null }).detail, 'claim expressway is no scope');
  });

  // J15
  it('takes one audience only, if it is asked for one, and never none', () => {
    const key = keyWith({ audience: 'ours', require: ['exp'] });
    const policy = { ...POLICY, onlyAudience: 'api' };
    const checkFor = (aud: unknown): string =>
      checkClaims({ ...CLAIMS, aud }, key, policy, NOW).subject;
    assert.equal(checkFor('api'), 'alice');
    assert.equal(checkFor(['ours', 'api']), 'alice');
    for (const aud of ['ours', 'wamp', ['ours'], undefined, 7]) {
      assert.throws(() => checkFor(aud), { code: 'audience_mismatch' });
    }
  });

  // J3; lcobucci/jwt writes times with microseconds
  it('accepts float times', () => {
    const claims = check({ ...CLAIMS, iat: NOW - 10.25, exp: NOW + 289.5 });
    assert.equal(claims.issuedAt, NOW - 10.25);
    assert.equal(claims.expiresAt, NOW + 289.5);
  });

  for (const name of ['exp', 'iat', 'iss', 'aud', 'sub']) {
    it(`refuses a token without ${name}`, () => {
      const refusal = refusalOf(without(name));
      assert.equal(refusal.code, 'invalid_token');
      assert.equal(refusal.detail, `claim ${name} is missing`);
    });
  }

  const malformed: readonly [Dict, string][] = [
    [{ exp: String(NOW + 290) }, 'exp is no number'],
    [{ exp: null }, 'exp is no number'],
    [{ exp: Infinity }, 'exp is no number'],
    [{ iat: String(NOW) }, 'iat is no number'],
    [{ iat: -Infinity }, 'iat is no number'],
    [{ iss: 'somebody' }, 'another issuer'],
    [{ iss: ['expressway'] }, 'another issuer'],
    [{ sub: '' }, 'claim sub is no authid'],
    [{ sub: 42 }, 'claim sub is no authid'],
    [{ sub: null }, 'claim sub is no authid'],
    [{ sub: 'alice\n' }, 'claim sub is no authid'],
    [{ sub: 'x'.repeat(129) }, 'claim sub is no authid'],
    [{ sid: 7 }, 'sid is no name'],
    [{ sid: '' }, 'sid is no name'],
    [{ jti: 7 }, 'jti is no id'],
    [{ jti: '' }, 'jti is no id'],
    [{ jti: 'x'.repeat(257) }, 'jti is no id'],
  ];
  for (const [change, detail] of malformed) {
    it(`refuses ${JSON.stringify(change)}`, () => {
      const refusal = refusalOf({ ...CLAIMS, ...change });
      assert.equal(refusal.code, 'invalid_token');
      assert.equal(refusal.detail, detail);
    });
  }

  for (const aud of ['other', '', [], ['other'], ['wamp '], { wamp: true }, 1, null]) {
    it(`refuses the audience ${JSON.stringify(aud)}`, () => {
      const refusal = refusalOf({ ...CLAIMS, aud });
      assert.equal(refusal.code, 'audience_mismatch');
      assert.equal(refusal.detail, 'another audience');
    });
  }

  // J13
  it('does not tell the client that it is the audience, unless that is wanted', () => {
    const policy = { ...POLICY, tellsAudience: false };
    assert.throws(() => checkClaims({ ...CLAIMS, aud: 'other' }, keyWith(), policy, NOW), {
      code: 'invalid_token',
      detail: 'another audience',
    });
  });

  it('tells the log the kid and the authid', () => {
    const refusal = refusalOf({ ...CLAIMS, iss: 'somebody' }, keyWith({ kid: 'k1' }));
    assert.deepEqual(refusal.context, { kid: 'k1', authid: 'alice' });
  });

  it('does not put an authid into the log that is none', () => {
    assert.equal(refusalOf({ ...CLAIMS, sub: 'a\nb' }).context.authid, undefined);
  });

  it('takes no claim from the prototype', () => {
    const key = keyWith({ claims: { authid: 'constructor' }, require: ['toString'] });
    assert.equal(refusalOf(CLAIMS, key).detail, 'claim toString is missing');
  });
});

// J7
describe('checkClaims on the length of life', () => {
  it('accepts the longest life and refuses a second more', () => {
    assert.equal(check({ ...CLAIMS, iat: NOW, exp: NOW + 86_400 }).expiresAt, NOW + 86_400);
    assert.equal(refusalOf({ ...CLAIMS, iat: NOW, exp: NOW + 86_401 }).detail, 'lives too long');
  });

  it('counts from iat, not from now', () => {
    const late = { ...CLAIMS, iat: NOW - 10, exp: NOW + 86_391 };
    assert.equal(refusalOf(late).detail, 'lives too long');
  });

  it('refuses a token of ten years', () => {
    assert.equal(refusalOf({ ...CLAIMS, exp: NOW + 315_360_000 }).detail, 'lives too long');
  });

  it('refuses one that is dated ahead to seem short', () => {
    const exp = NOW + 315_360_000;
    assert.equal(refusalOf({ ...CLAIMS, iat: exp - 300, exp }).detail, 'iat is ahead');
  });

  it('bears an issuer whose clock is ahead by the tolerance', () => {
    assert.equal(check({ ...CLAIMS, iat: NOW + 5 }).issuedAt, NOW + 5);
    assert.equal(refusalOf({ ...CLAIMS, iat: NOW + 6 }).detail, 'iat is ahead');
  });

  it('counts from now where iat is not required and not there', () => {
    const key = keyWith({ require: ['sub'] });
    const foreign = { sub: 'alice', exp: NOW + 86_400 };
    assert.deepEqual(check(foreign, key), {
      subject: 'alice',
      isUsername: false,
      issuer: 'expressway',
      id: undefined,
      issuedAt: undefined,
      expiresAt: NOW + 86_400,
      login: undefined,
      scope: undefined,
    });
    assert.equal(refusalOf({ ...foreign, exp: NOW + 86_401 }, key).detail, 'lives too long');
  });
});

describe('checkClaims for a key of another program', () => {
  it('takes a user id from the claim that the key names for it', () => {
    const byId = keyWith({ claims: { user_id: 'uid' }, require: [] });
    const { subject, isUsername } = check({ uid: '17', exp: NOW + 60 }, byId);
    assert.deepEqual([subject, isUsername], ['17', false]);
  });

  const key = keyWith({
    issuer: 'php',
    audience: 'site',
    claims: { authid: 'authid' },
    require: [],
  });

  it('takes the authid from the claim that the key names', () => {
    assert.equal(check({ authid: 'joe', exp: NOW + 60 }, key).subject, 'joe');
    assert.equal(refusalOf({ sub: 'joe', exp: NOW + 60 }, key).detail, 'claim authid is no authid');
  });

  it('requires exp whatever the key requires', () => {
    assert.equal(refusalOf({ authid: 'joe' }, key).detail, 'claim exp is missing');
  });

  it('checks issuer and audience against the key where the token has them', () => {
    const claims = { authid: 'joe', exp: NOW + 60 };
    assert.equal(check({ ...claims, iss: 'php', aud: 'site' }, key).subject, 'joe');
    assert.equal(refusalOf({ ...claims, iss: 'expressway' }, key).detail, 'another issuer');
    assert.equal(refusalOf({ ...claims, aud: 'wamp' }, key).code, 'audience_mismatch');
  });
});
