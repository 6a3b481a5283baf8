import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  TokenKeys,
  UnusableKey,
  type TokenKeyOptions,
} from '../../../src/auth/tokens/token-keys.js';
import { SECRET } from '../support/craft-token.js';
import { ecPair, rsaPair } from '../support/pem-pair.js';

const rsa = rsaPair(2048);
const shortRsa = rsaPair(1024);
const ec = ecPair('P-256');
const otherEc = ecPair('P-384');
const OTHER_SECRET = SECRET.split('').reverse().join('');

const hs256 = (options: Partial<TokenKeyOptions> = {}): TokenKeyOptions => ({
  alg: 'HS256',
  secret: SECRET,
  ...options,
});

function refusalOf(...list: readonly TokenKeyOptions[]): UnusableKey {
  try {
    new TokenKeys(list);
  } catch (error) {
    assert.ok(error instanceof UnusableKey);
    return error;
  }
  return assert.fail('the keys were taken');
}

describe('TokenKeys', () => {
  it('takes secrets as text and as bytes', () => {
    const keys = new TokenKeys([
      hs256({ kid: 'a' }),
      hs256({ kid: 'b', secret: Buffer.from(SECRET) }),
    ]);
    const [a, b] = [keys.find('HS256', 'a'), keys.find('HS256', 'b')];
    assert.equal(a?.verifyingKey.equals(b?.verifyingKey ?? assert.fail()), true);
  });

  it('fills in the claims that a key is silent about', () => {
    const key = new TokenKeys([hs256()]).find('HS256', undefined);
    assert.deepEqual(key?.subjectClaim, { name: 'sub', isUsername: false });
    assert.deepEqual(key.required, ['exp', 'iat', 'iss', 'aud', 'sub']);
    assert.equal(key.issuer, undefined);
    assert.equal(key.audience, undefined);
  });

  it('lets a key name its own claims, but never leaves exp out', () => {
    const key = new TokenKeys([
      hs256({ require: ['authid'], claims: { authid: 'authid' }, issuer: 'php', audience: 'site' }),
    ]).find('HS256', undefined);
    assert.deepEqual(key?.required, ['exp', 'authid']);
    assert.deepEqual(key.subjectClaim, { name: 'authid', isUsername: true });
    assert.equal(key.issuer, 'php');
    assert.equal(key.audience, 'site');
  });

  it('keeps only the public half of a private key for verifying', () => {
    const keys = new TokenKeys([
      { alg: 'RS256', kid: 'r', privateKey: rsa.privateKey, sign: true },
    ]);
    assert.equal(keys.find('RS256', 'r')?.verifyingKey.type, 'public');
    assert.equal(keys.signing?.signingKey.type, 'private');
  });

  it('signs with the key that is marked, and with none if none is', () => {
    assert.equal(new TokenKeys([hs256({ kid: 'a' })]).signing, undefined);
    const keys = new TokenKeys([hs256({ kid: 'a' }), hs256({ kid: 'b', sign: true })]);
    assert.equal(keys.signing?.kid, 'b');
  });

  it('takes an empty list, by which no token holds', () => {
    assert.equal(new TokenKeys([]).find('HS256', undefined), undefined);
  });
});

// J5
describe('TokenKeys#find', () => {
  const list = [
    hs256({ kid: 'k1' }),
    hs256({ kid: 'k2', secret: OTHER_SECRET }),
    hs256({ issuer: 'php' }),
    { alg: 'ES256', publicKey: ec.publicKey },
  ] as const;

  it('finds a key by its exact kid', () => {
    const keys = new TokenKeys(list);
    assert.equal(keys.find('HS256', 'k1')?.kid, 'k1');
    assert.equal(keys.find('HS256', 'k2')?.kid, 'k2');
  });

  for (const kid of [
    'K1',
    'k1 ',
    '',
    'k',
    '__proto__',
    'constructor',
    '../../etc/passwd',
    'HS256',
  ]) {
    it(`finds nothing for kid ${JSON.stringify(kid)}`, () => {
      assert.equal(new TokenKeys(list).find('HS256', kid), undefined);
    });
  }

  it('never gives a key for another algorithm than its own', () => {
    const keys = new TokenKeys(list);
    for (const alg of ['HS384', 'RS256', 'none', 'None', 'hs256', '', undefined, 256, ['HS256']]) {
      assert.equal(keys.find(alg, 'k1'), undefined);
    }
  });

  it('chooses by algorithm among the keys without kid when the token has none', () => {
    const keys = new TokenKeys(list);
    assert.equal(keys.find('HS256', undefined)?.issuer, 'php');
    assert.equal(keys.find('ES256', undefined)?.alg, 'ES256');
    assert.equal(keys.find('HS512', undefined), undefined);
    assert.equal(keys.find(undefined, undefined), undefined);
  });

  it('gives a key with kid to a token without only when it is the only key', () => {
    assert.equal(new TokenKeys([hs256({ kid: 'k1' })]).find('HS256', undefined)?.kid, 'k1');
    assert.equal(new TokenKeys([hs256({ kid: 'k1' })]).find('HS384', undefined), undefined);
    assert.equal(new TokenKeys([list[0], list[1]]).find('HS256', undefined), undefined);
  });

  it('does not give a key without kid to a token that has one', () => {
    assert.equal(new TokenKeys([hs256()]).find('HS256', 'k1'), undefined);
  });
});

// J1, J2
describe('TokenKeys refuses', () => {
  const cases: readonly [string, readonly TokenKeyOptions[], UnusableKey['code'], RegExp][] = [
    [
      'a short secret',
      [hs256({ kid: 'k', secret: 'secret' })],
      'weak_key',
      /^key "k" has 6 bytes; 32/,
    ],
    [
      'a secret of 32 bytes for HS384',
      [hs256({ alg: 'HS384' })],
      'weak_key',
      /^key 1 has 32 bytes; 48/,
    ],
    [
      'a secret of 32 bytes for HS512',
      [hs256({ alg: 'HS512' })],
      'weak_key',
      /^key 1 has 32 bytes; 64/,
    ],
    ['a default secret', [hs256({ secret: 'changeme1'.repeat(4) })], 'weak_key', /repeats itself/],
    ['a public key as a secret', [hs256({ secret: rsa.publicKey })], 'weak_key', /PEM/],
    [
      'RSA of 1024 bits',
      [{ alg: 'RS256', publicKey: shortRsa.publicKey }],
      'weak_key',
      /1024 bits/,
    ],
    ['the algorithm none', [hs256({ alg: 'none' as 'HS256' })], 'invalid_key', /no algorithm/],
    [
      'a user named by two claims',
      [hs256({ claims: { authid: 'name', user_id: 'id' } })],
      'invalid_key',
      /two claims/,
    ],
    ['nothing at all', [{ alg: 'HS256' }], 'invalid_key', /needs one of/],
    ['two halves', [hs256({ publicKey: rsa.publicKey })], 'invalid_key', /needs one of/],
    [
      'a public key for HS256',
      [{ alg: 'HS256', publicKey: rsa.publicKey }],
      'invalid_key',
      /a secret/,
    ],
    ['a secret for RS256', [hs256({ alg: 'RS256' })], 'invalid_key', /public or private key/],
    ['what is no PEM', [{ alg: 'RS256', publicKey: 'hello' }], 'invalid_key', /no readable PEM/],
    [
      'a public PEM as private key',
      [{ alg: 'RS256', privateKey: rsa.publicKey }],
      'invalid_key',
      /PEM/,
    ],
    [
      'an EC key for RS256',
      [{ alg: 'RS256', publicKey: ec.publicKey }],
      'invalid_key',
      /no RSA key/,
    ],
    [
      'an RSA key for ES256',
      [{ alg: 'ES256', publicKey: rsa.publicKey }],
      'invalid_key',
      /no EC key/,
    ],
    [
      'another curve',
      [{ alg: 'ES256', publicKey: otherEc.publicKey }],
      'invalid_key',
      /prime256v1/,
    ],
    [
      'to sign with a public key',
      [{ alg: 'RS256', publicKey: rsa.publicKey, sign: true }],
      'invalid_key',
      /cannot sign/,
    ],
    [
      'two keys to sign with',
      [hs256({ kid: 'a', sign: true }), hs256({ kid: 'b', sign: true })],
      'invalid_key',
      /^key "b" is a second key to sign with/,
    ],
    ['one kid twice', [hs256({ kid: 'a' }), hs256({ kid: 'a' })], 'invalid_key', /cannot be told/],
    [
      'two keys without kid for one algorithm',
      [hs256(), hs256({ secret: OTHER_SECRET })],
      'invalid_key',
      /^key 2 cannot be told from another/,
    ],
  ];
  for (const [what, list, code, message] of cases) {
    it(what, () => {
      const refusal = refusalOf(...list);
      assert.equal(refusal.code, code);
      assert.match(refusal.message, message);
      assert.equal(refusal.index, list.length - 1);
    });
  }

  it('without telling any of the key', () => {
    const refusals = [
      refusalOf(hs256({ secret: 'changeme'.repeat(4) })),
      refusalOf({ alg: 'RS256', privateKey: 'canary' }),
      refusalOf({ alg: 'RS256', publicKey: shortRsa.publicKey }),
    ];
    for (const { message, stack = '' } of refusals) {
      assert.doesNotMatch(message + stack, /changeme|canary|BEGIN/);
    }
  });
});
