import assert from 'node:assert/strict';
import { describe, it, mock } from 'node:test';
import { InvalidToken } from '../../../src/auth/tokens/invalid-token.js';
import {
  TokenIssuer,
  TokenVerifier,
  type TokenIssuerOptions,
  type TokenVerifierOptions,
} from '../../../src/auth/tokens/token.js';
import {
  TokenKeys,
  UnusableKey,
  type TokenKeyOptions,
} from '../../../src/auth/tokens/token-keys.js';
import { craftSignedToken, craftToken, SECRET } from '../support/craft-token.js';
import { MemoryLogger } from '../support/memory-logger.js';
import { ecPair, rsaPair } from '../support/pem-pair.js';

const NOW = 1_800_000_000;
const HEADER = { typ: 'JWT', alg: 'HS256', kid: 'k1' };
const CLAIMS = { iss: 'expressway', aud: 'wamp', sub: 'alice', iat: NOW, exp: NOW + 300 };
const OWN_KEY: TokenKeyOptions = { kid: 'k1', alg: 'HS256', secret: SECRET, sign: true };
const PHP_KEY: TokenKeyOptions = {
  alg: 'HS256',
  secret: 'the key that Thruway and PHP share, 42',
  claims: { authid: 'authid' },
  require: ['exp', 'authid'],
};

const rsa = rsaPair(2048);
const ec = ecPair('P-256');

mock.timers.enable({ apis: ['Date'], now: NOW * 1000 });

const verifier = (
  keys: readonly TokenKeyOptions[] = [OWN_KEY],
  options: Partial<TokenVerifierOptions> = {},
): TokenVerifier =>
  new TokenVerifier({
    keys: new TokenKeys(keys),
    issuer: 'expressway',
    audience: 'wamp',
    tellsAudience: true,
    ...options,
  });

const issuer = (
  key: TokenKeyOptions = OWN_KEY,
  options: Partial<TokenIssuerOptions> = {},
): TokenIssuer =>
  new TokenIssuer({
    keys: new TokenKeys([key]),
    issuer: 'expressway',
    audience: 'wamp',
    ...options,
  });

async function refusalOf(token: string, by = verifier()): Promise<InvalidToken> {
  try {
    await by.verify(token);
  } catch (error) {
    assert.ok(error instanceof InvalidToken);
    return error;
  }
  return assert.fail('the token was taken');
}

const decoded = (token: string): Record<string, unknown>[] =>
  token
    .split('.', 2)
    .map(
      (part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>,
    );

describe('TokenVerifier', () => {
  it('gives what a token says', async () => {
    assert.deepEqual(await verifier().verify(craftToken(HEADER, { ...CLAIMS, sid: 'login-1' })), {
      subject: 'alice',
      isUsername: false,
      issuer: 'expressway',
      id: undefined,
      issuedAt: NOW,
      expiresAt: NOW + 300,
      login: 'login-1',
      scope: undefined,
      refreshAt: NOW + 240,
    });
  });

  it('accepts a token without typ', async () => {
    assert.equal(
      (await verifier().verify(craftToken({ alg: 'HS256', kid: 'k1' }, CLAIMS))).subject,
      'alice',
    );
  });

  it('refuses another signature', async () => {
    const refusal = await refusalOf(craftToken(HEADER, CLAIMS, `${SECRET}!`));
    assert.equal(refusal.code, 'invalid_token');
    assert.equal(refusal.detail, 'invalid signature');
    assert.deepEqual(refusal.context, { kid: 'k1' });
  });

  it('refuses changed claims', async () => {
    const [header, , signature] = craftToken(HEADER, CLAIMS).split('.');
    const [, payload] = craftToken(HEADER, { ...CLAIMS, sub: 'root' }).split('.');
    const refusal = await refusalOf([header, payload, signature].join('.'));
    assert.equal(refusal.detail, 'invalid signature');
  });

  const good = craftToken(HEADER, CLAIMS);
  const malformed = [
    '',
    '.',
    '..',
    'hello',
    'a.b.c',
    `${good}.`,
    `.${good}`,
    ` ${good}`,
    good.slice(0, good.lastIndexOf('.')),
    good.slice(0, good.lastIndexOf('.') + 1),
    `${good}=`,
    craftToken('null', CLAIMS),
    craftToken('[]', CLAIMS),
    craftToken('"x"', CLAIMS),
    craftToken('{"alg":"HS256"', CLAIMS),
  ];
  for (const token of malformed) {
    it(`refuses ${JSON.stringify(token.length > 40 ? `${token.slice(0, 40)}…` : token)}`, async () => {
      assert.equal((await refusalOf(token)).code, 'invalid_token');
    });
  }

  for (const payload of ['null', '"text"', '[]', '42', 'plain', '']) {
    it(`refuses the payload ${JSON.stringify(payload)}`, async () => {
      assert.equal((await refusalOf(craftToken(HEADER, payload))).code, 'invalid_token');
      assert.equal(
        (await refusalOf(craftToken({ ...HEADER, typ: undefined }, payload))).code,
        'invalid_token',
      );
    });
  }

  it('accepts 8 KiB, or what is configured, and refuses one byte more', async () => {
    const sized = (length: number): string => {
      const rest = craftToken(HEADER, { ...CLAIMS, pad: '' }).length;
      const estimate = Math.floor(((length - rest) * 3) / 4) - 4;
      for (let n = estimate; n < estimate + 12; n += 1) {
        for (const kid of ['k1', 'k10', 'k100']) {
          const token = craftToken({ ...HEADER, kid }, { ...CLAIMS, pad: 'x'.repeat(n) });
          if (token.length === length) return token;
        }
      }
      return assert.fail(`no token of ${length} bytes`);
    };
    const kids = ['k1', 'k10', 'k100'];
    const keys = kids.map((kid) => ({ ...OWN_KEY, kid, sign: false }));
    const by = verifier(keys);
    assert.equal((await by.verify(sized(8192))).subject, 'alice');
    assert.equal((await refusalOf(sized(8193), by)).detail, 'too long');
    const narrow = verifier(keys, { maxBytes: 1024 });
    assert.equal((await narrow.verify(sized(1024))).subject, 'alice');
    assert.equal((await refusalOf(sized(1025), narrow)).detail, 'too long');
  });

  it('tells what it refuses without quoting the token', async () => {
    const tokens = [
      craftToken(HEADER, 'canary-payload-canary'),
      craftToken(HEADER, { ...CLAIMS, sub: 'canary\u0000' }),
      craftToken('canary-header', CLAIMS),
      craftToken(HEADER, CLAIMS, 'canary'),
    ];
    for (const token of tokens) {
      const { message, detail, context, stack } = await refusalOf(token);
      const told = JSON.stringify({ message, detail, context, stack });
      assert.doesNotMatch(told, /canary/);
      for (const part of token.split('.')) assert.equal(told.includes(part), false);
    }
  });

  it('throws for a tolerance over a minute and for a fraction that is none', () => {
    assert.throws(() => verifier([OWN_KEY], { clockToleranceMs: 60_001 }), RangeError);
    assert.throws(() => verifier([OWN_KEY], { clockToleranceMs: -1 }), RangeError);
    assert.throws(() => verifier([OWN_KEY], { refreshFraction: 1 }), RangeError);
    assert.throws(() => verifier([OWN_KEY], { refreshFraction: NaN }), RangeError);
  });
});

// J1
describe('TokenVerifier on algorithms', () => {
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, 256]) {
    it(`refuses alg ${JSON.stringify(alg)}, signed or not`, async () => {
      const token = craftToken({ ...HEADER, alg }, CLAIMS);
      assert.equal((await refusalOf(token)).detail, 'no key fits');
      assert.equal(
        (await refusalOf(`${token.slice(0, token.lastIndexOf('.'))}.`)).detail,
        'no key fits',
      );
    });
  }

  it('refuses HS256 made with the public PEM of an RSA key', async () => {
    const by = verifier([{ kid: 'k1', alg: 'RS256', publicKey: rsa.publicKey }]);
    assert.equal(
      (await refusalOf(craftToken(HEADER, CLAIMS, rsa.publicKey), by)).detail,
      'no key fits',
    );
    const lying = craftToken({ ...HEADER, alg: 'RS256' }, CLAIMS, rsa.publicKey);
    assert.equal((await refusalOf(lying, by)).detail, 'invalid signature');
  });

  it('refuses another hash with the right secret', async () => {
    assert.equal(
      (await refusalOf(craftToken({ ...HEADER, alg: 'HS512' }, CLAIMS))).detail,
      'no key fits',
    );
  });

  it('accepts RS256 and ES256 of their private keys', async () => {
    const by = verifier([
      { kid: 'r', alg: 'RS256', publicKey: rsa.publicKey },
      { kid: 'e', alg: 'ES256', publicKey: ec.publicKey },
    ]);
    const rs = craftSignedToken({ alg: 'RS256', kid: 'r' }, CLAIMS, rsa.privateKey);
    const es = craftSignedToken({ alg: 'ES256', kid: 'e' }, CLAIMS, ec.privateKey);
    assert.equal((await by.verify(rs)).subject, 'alice');
    assert.equal((await by.verify(es)).subject, 'alice');
  });

  it('refuses the signature of somebody else’s private key', async () => {
    const other = ecPair('P-256');
    const by = verifier([{ kid: 'e', alg: 'ES256', publicKey: ec.publicKey }]);
    const token = craftSignedToken({ alg: 'ES256', kid: 'e' }, CLAIMS, other.privateKey);
    assert.equal((await refusalOf(token, by)).detail, 'invalid signature');
  });
});

// J3
describe('TokenVerifier on claims', () => {
  for (const name of ['exp', 'iat', 'iss', 'aud', 'sub']) {
    it(`requires ${name}`, async () => {
      const token = craftToken(HEADER, { ...CLAIMS, [name]: undefined });
      assert.equal((await refusalOf(token)).detail, `claim ${name} is missing`);
    });
  }

  it('refuses exp as text and accepts it as a float', async () => {
    const text = craftToken(HEADER, { ...CLAIMS, exp: String(NOW + 300) });
    assert.equal((await refusalOf(text)).detail, 'invalid exp value');
    const float = await verifier().verify(craftToken(HEADER, { ...CLAIMS, exp: NOW + 299.75 }));
    assert.equal(float.expiresAt, NOW + 299.75);
    assert.equal(float.refreshAt, NOW + 239);
  });

  it('refuses an exp beyond all numbers', async () => {
    const token = craftToken(
      HEADER,
      `{"iss":"expressway","aud":"wamp","sub":"a","iat":${NOW},"exp":1e999}`,
    );
    assert.equal((await refusalOf(token)).detail, 'exp is no number');
  });

  it('says which class of fault an audience is', async () => {
    assert.equal(
      (await refusalOf(craftToken(HEADER, { ...CLAIMS, aud: 'x' }))).code,
      'audience_mismatch',
    );
  });
});

// J4
describe('TokenVerifier on clocks', () => {
  it('accepts an expired token within the tolerance only', async () => {
    const at = (exp: number): string => craftToken(HEADER, { ...CLAIMS, iat: NOW - 60, exp });
    assert.equal((await verifier().verify(at(NOW - 4))).expiresAt, NOW - 4);
    assert.equal((await refusalOf(at(NOW - 5))).code, 'token_expired');
    assert.equal(
      (await refusalOf(at(NOW - 4), verifier([OWN_KEY], { clockToleranceMs: 0 }))).code,
      'token_expired',
    );
  });

  it('accepts a token that begins within the tolerance only', async () => {
    const from = (nbf: unknown): string => craftToken(HEADER, { ...CLAIMS, nbf });
    assert.equal((await verifier().verify(from(NOW + 4))).subject, 'alice');
    assert.equal((await refusalOf(from(NOW + 10))).detail, 'jwt not active');
    assert.equal((await refusalOf(from('soon'))).detail, 'invalid nbf value');
  });

  it('does not tell an expired token from a wrong one unless it was ours', async () => {
    const forged = craftToken(HEADER, { ...CLAIMS, iat: NOW - 60, exp: NOW - 30 }, `${SECRET}!`);
    assert.equal((await refusalOf(forged)).code, 'invalid_token');
  });
});

// J5
describe('TokenVerifier on kid', () => {
  for (const kid of [
    '../../etc/passwd',
    '__proto__',
    'constructor',
    '',
    'K1',
    'k1\u0000',
    "k1' OR 1=1",
  ]) {
    it(`refuses kid ${JSON.stringify(kid)}`, async () => {
      assert.equal((await refusalOf(craftToken({ ...HEADER, kid }, CLAIMS))).detail, 'no key fits');
    });
  }

  for (const kid of [null, 1, true, ['k1'], { k1: 1 }, 'k'.repeat(5_000)]) {
    it(`refuses kid ${JSON.stringify(kid).slice(0, 20)}`, async () => {
      assert.equal(
        (await refusalOf(craftToken({ ...HEADER, kid }, CLAIMS))).detail,
        'kid is no name',
      );
    });
  }

  it('tells the log no more than 64 characters of an unknown kid', async () => {
    const refusal = await refusalOf(craftToken({ ...HEADER, kid: 'x'.repeat(256) }, CLAIMS));
    assert.deepEqual(refusal.context, { kid: 'x'.repeat(64) });
  });

  it('ignores keys that the token brings along, and says so in the log', async () => {
    const logger = new MemoryLogger();
    const by = verifier([OWN_KEY], { logger });
    const offers = {
      jku: 'https://evil.test/k',
      x5u: 'https://evil.test/x',
      jwk: {},
      x5c: ['MII'],
    };
    assert.equal((await by.verify(craftToken({ ...HEADER, ...offers }, CLAIMS))).subject, 'alice');
    assert.equal(logger.lines.length, 1);
    assert.match(logger.lines[0] ?? '', /"headers":\["jku","x5u","jwk","x5c"\]/);
    assert.doesNotMatch(logger.lines[0] ?? '', /evil/);
  });

  it('does not let the payload choose the key', async () => {
    const by = verifier([OWN_KEY, { ...PHP_KEY, issuer: 'php' }]);
    const secret = String(PHP_KEY.secret);
    const token = craftToken(HEADER, { ...CLAIMS, iss: 'php', authid: 'joe' }, secret);
    assert.equal((await refusalOf(token, by)).detail, 'invalid signature');
  });
});

// J6; RFC 7515, section 4.1.11; RFC 7797
describe('TokenVerifier on critical headers', () => {
  for (const more of [
    { crit: ['exp'], exp: 1 },
    { crit: ['b64'], b64: false },
    { crit: [] },
    { crit: null },
    { b64: false },
    { b64: true },
  ]) {
    it(`refuses ${JSON.stringify(more)}`, async () => {
      const refusal = await refusalOf(craftToken({ ...HEADER, ...more }, CLAIMS));
      assert.equal(refusal.code, 'invalid_token');
      assert.equal(refusal.detail, 'has a critical header');
    });
  }
});

// J7
describe('TokenVerifier on long lives', () => {
  it('refuses ten years, and what is configured as too long', async () => {
    assert.equal(
      (await refusalOf(craftToken(HEADER, { ...CLAIMS, exp: NOW + 315e6 }))).detail,
      'lives too long',
    );
    const by = verifier([OWN_KEY], { maxTtlMs: 299_000 });
    assert.equal((await refusalOf(craftToken(HEADER, CLAIMS), by)).detail, 'lives too long');
  });
});

describe('TokenVerifier with tokens of firebase/php-jwt', () => {
  const php = (claims: object, secret = String(PHP_KEY.secret)): string =>
    craftToken({ typ: 'JWT', alg: 'HS256' }, claims, secret);

  it('accepts {authid, exp} beside our own tokens', async () => {
    const by = verifier([OWN_KEY, PHP_KEY]);
    assert.equal((await by.verify(php({ authid: 'joe', exp: NOW + 100 }))).subject, 'joe');
    assert.equal((await by.verify(php({ authid: 'joe', exp: NOW + 100 }))).refreshAt, NOW + 80);
    assert.equal((await by.verify(craftToken(HEADER, CLAIMS))).subject, 'alice');
  });

  it('requires exp', async () => {
    assert.equal(
      (await refusalOf(php({ authid: 'joe' }), verifier([OWN_KEY, PHP_KEY]))).detail,
      'claim exp is missing',
    );
  });

  it('does not accept our secret in place of theirs, nor theirs in place of ours', async () => {
    const by = verifier([OWN_KEY, PHP_KEY]);
    assert.equal(
      (await refusalOf(php({ authid: 'joe', exp: NOW + 100 }, SECRET), by)).detail,
      'invalid signature',
    );
    assert.equal(
      (await refusalOf(craftToken(HEADER, CLAIMS, String(PHP_KEY.secret)), by)).detail,
      'invalid signature',
    );
  });
});

describe('TokenIssuer', () => {
  it('makes a token with all that the verifier asks for', async () => {
    const { token } = issuer().issue('alice', 'login-1');
    const [header, claims] = decoded(token);
    assert.deepEqual(header, { alg: 'HS256', typ: 'JWT', kid: 'k1' });
    const { jti, ...rest } = claims ?? {};
    assert.deepEqual(rest, { ...CLAIMS, sid: 'login-1' });
    assert.match(String(jti), /^[\w-]{22}$/);
    assert.equal((await verifier().verify(token)).login, 'login-1');
  });

  it('tells when it ends in Unix seconds', async () => {
    const { token, ...times } = issuer(OWN_KEY, { ttlMs: 10_900 }).issue('alice');
    assert.deepEqual(times, { expiresIn: 10, expiresAt: NOW + 10, refreshAt: NOW + 8 });
    const verified = await verifier().verify(token);
    assert.equal(verified.expiresAt, times.expiresAt);
    assert.equal(verified.refreshAt, times.refreshAt);
  });

  it('leaves sid out when there is no log-in', () => {
    const [, claims] = decoded(issuer().issue('alice').token);
    assert.equal(Object.hasOwn(claims ?? {}, 'sid'), false);
  });

  it('never makes the same token twice', () => {
    const by = issuer();
    assert.notEqual(by.issue('alice').token, by.issue('alice').token);
  });

  it('signs with a private key, without kid if the key has none', async () => {
    const key: TokenKeyOptions = { alg: 'ES256', privateKey: ec.privateKey, sign: true };
    const { token } = issuer(key).issue('alice');
    assert.deepEqual(decoded(token)[0], { alg: 'ES256', typ: 'JWT' });
    const by = verifier([{ alg: 'ES256', publicKey: ec.publicKey }]);
    assert.equal((await by.verify(token)).subject, 'alice');
  });

  it('writes what its key asks for', async () => {
    const key = { ...OWN_KEY, issuer: 'me', audience: 'you', claims: { authid: 'name' } };
    const [, claims] = decoded(issuer(key).issue('alice').token);
    assert.equal(claims?.['iss'], 'me');
    assert.equal(claims['aud'], 'you');
    assert.equal(claims['name'], 'alice');
    assert.equal((await verifier([key]).verify(issuer(key).issue('alice').token)).subject, 'alice');
  });

  it('issues nothing without a key to sign with', () => {
    const keyless = issuer({ ...OWN_KEY, sign: false });
    assert.equal(keyless.isReady, false);
    assert.throws(() => keyless.issue('alice'), UnusableKey);
  });

  it('throws for a life under a second', () => {
    assert.throws(() => issuer(OWN_KEY, { ttlMs: 999 }), RangeError);
    assert.throws(() => issuer(OWN_KEY, { ttlMs: Infinity }), RangeError);
    assert.throws(() => issuer(OWN_KEY, { refreshFraction: 0 }), RangeError);
  });
});
