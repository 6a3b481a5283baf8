import { equal, ok, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyName } from '../../../src/auth/tokens/jwks.js';
import { KeyRing } from '../../../src/auth/tokens/key-ring.js';
import { KeySet } from '../../../src/auth/tokens/key-set.js';
import { parseTokenKey, TokenKeys } from '../../../src/auth/tokens/token-keys.js';
import { AuthenticatorUnavailable } from '../../../src/router/index.js';
import { SECRET } from '../support/craft-token.js';
import { rsaPair } from '../support/pem-pair.js';

const { publicKey } = rsaPair(2048);
const OWN = { kid: 'own', alg: 'HS256', secret: SECRET, sign: true } as const;

/** A set of the keys of these kids, or one whose endpoint is down. */
function setOf(issuer: string, ...kids: readonly string[]): KeySet {
  const keys = kids.map((kid) => parseTokenKey({ kid, alg: 'RS256', publicKey, issuer }, 0));
  return new KeySet({
    ...{ uri: 'https://id.example/jwks', issuer, timeoutMs: 1000 },
    ...{ algorithms: ['RS256'], cacheMs: 60_000, cooldownMs: 30_000 },
    fetchKeys: () =>
      kids.length === 0
        ? Promise.reject(new Error('down'))
        : Promise.resolve(new Map(keys.map((key) => [keyName(key.alg, key.kid ?? ''), key]))),
  });
}

describe('KeyRing', () => {
  it('finds a key of the configuration at once', () => {
    const ring = new KeyRing({ keys: new TokenKeys([OWN]), sets: [setOf('id')] });
    const key = ring.find('HS256', 'own');
    ok(key !== undefined && !(key instanceof Promise));
    equal(ring.signing?.kid, 'own');
  });

  it('finds a key in its sets, in their order, the next time at once', async () => {
    const sets = [setOf('first', 'a', 'b'), setOf('second', 'b', 'c')];
    const ring = new KeyRing({ keys: new TokenKeys([OWN]), sets });
    for (const [kid, issuer] of [
      ['a', 'first'],
      ['b', 'first'],
      ['c', 'second'],
    ] as const) {
      equal((await ring.find('RS256', kid))?.issuer, issuer);
    }
    const again = ring.find('RS256', 'c');
    ok(again !== undefined && !(again instanceof Promise));
  });

  it('asks no endpoint for a kid that the configuration has, for a token without one, or for a strange alg', () => {
    const ring = new KeyRing({ keys: new TokenKeys([OWN]), sets: [setOf('id', 'own')] });
    equal(ring.find('RS256', 'own'), undefined);
    equal(ring.find('RS256', undefined), undefined);
    equal(ring.find(['RS256'], 'a'), undefined);
  });

  it('says that nobody knows when one of its endpoints is down and the others have no such key', async () => {
    const sets = [setOf('down'), setOf('up', 'a')];
    const ring = new KeyRing({ keys: new TokenKeys([]), sets });
    equal((await ring.find('RS256', 'a'))?.issuer, 'up');
    await rejects(Promise.resolve(ring.find('RS256', 'b')), AuthenticatorUnavailable);
  });

  it('knows nothing any more of what was replaced', () => {
    const ring = new KeyRing({ keys: new TokenKeys([OWN]), sets: [] });
    const next = {
      kid: 'next',
      alg: 'HS512',
      secret: SECRET.repeat(2).slice(0, 63) + '?',
    } as const;
    ring.replace({ keys: new TokenKeys([next]), sets: [] });
    equal(ring.find('HS256', 'own'), undefined);
    equal(ring.signing, undefined);
    ok(ring.find('HS512', 'next'));
  });
});
