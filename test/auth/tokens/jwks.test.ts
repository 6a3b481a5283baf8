import { deepEqual, equal, rejects } from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { fetchJwks, type JwksOptions } from '../../../src/auth/tokens/jwks.js';
import { startJwksEndpoint, toJwk } from '../../support/jwks-endpoint.js';
import { ecPair, rsaPair } from '../support/pem-pair.js';

const rsa = rsaPair(2048);
const weak = rsaPair(1024);
const ec = ecPair('P-256');

const options = (uri: string, more: Partial<JwksOptions> = {}): JwksOptions => ({
  ...{ uri, issuer: 'https://id.example', cacheMs: 60_000, cooldownMs: 30_000, timeoutMs: 5_000 },
  algorithms: ['RS256', 'ES256'],
  ...more,
});

describe('fetchJwks', () => {
  it('gives the keys that can be used, each with its own algorithm and the policy of the set', async (t) => {
    const endpoint = await startJwksEndpoint(t, [
      toJwk(rsa.publicKey, { kid: 'r', alg: 'RS256' }),
      toJwk(ec.publicKey, { kid: 'e' }),
      toJwk(rsa.publicKey, { kid: 'first-that-fits' }),
      toJwk(rsa.publicKey, { kid: 'e', alg: 'RS256' }),
    ]);
    const keys = await fetchJwks(options(endpoint.uri, { audience: 'site', require: ['jti'] }));
    deepEqual([...keys.keys()], ['RS256 r', 'ES256 e', 'RS256 first-that-fits', 'RS256 e']);
    for (const key of keys.values()) {
      deepEqual([key.issuer, key.audience], ['https://id.example', 'site']);
      deepEqual(key.required, ['exp', 'jti']);
    }
  });

  it('leaves out what is weak, nameless, of another algorithm or use, no key, or secret', async (t) => {
    const endpoint = await startJwksEndpoint(t, [
      toJwk(weak.publicKey, { kid: 'weak', alg: 'RS256' }),
      toJwk(rsa.publicKey, { alg: 'RS256' }),
      toJwk(rsa.publicKey, { kid: 'other', alg: 'RS512' }),
      toJwk(rsa.publicKey, { kid: 'for-encryption', use: 'enc' }),
      {
        kty: 'oct',
        kid: 'secret',
        k: 'c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0IHNlY3JldA',
        alg: 'HS256',
      },
      { kty: 'RSA', kid: 'broken', n: '!', e: 'AQAB' },
      { kid: 'nothing' },
      toJwk(ec.publicKey, { kid: 'good' }),
    ]);
    deepEqual([...(await fetchJwks(options(endpoint.uri))).keys()], ['ES256 good']);
  });

  const answers: readonly [string, (response: ServerResponse) => void][] = [
    ['another status', (response) => response.writeHead(500).end('{"keys":[]}')],
    ['no JSON', (response) => response.end('hello')],
    ['no set', (response) => response.end('{"keys":"a"}')],
    ['a list', (response) => response.end('[]')],
    ['keys that are none', (response) => response.end('{"keys":[null]}')],
    ['no key that can be used', (response) => response.end('{"keys":[]}')],
    ['101 keys', (response) => response.end(JSON.stringify({ keys: Array(101).fill({}) }))],
    ['more than 256 KiB', (response) => response.end(`{"keys":[],"x":"${'x'.repeat(262_144)}"}`)],
    ['half of it', (response) => response.writeHead(200, { 'content-length': 99 }).destroy()],
  ];
  for (const [what, answer] of answers) {
    it(`rejects when the endpoint answers with ${what}`, async (t) => {
      const endpoint = await startJwksEndpoint(t);
      endpoint.answer = answer;
      await rejects(fetchJwks(options(endpoint.uri)));
    });
  }

  it('follows no redirection', async (t) => {
    const target = await startJwksEndpoint(t, [toJwk(rsa.publicKey, { kid: 'a' })]);
    const endpoint = await startJwksEndpoint(t);
    endpoint.answer = (response) => response.writeHead(302, { location: target.uri }).end();
    await rejects(fetchJwks(options(endpoint.uri)));
    equal(target.asked, 0);
  });

  it('waits no longer than it should', async (t) => {
    const endpoint = await startJwksEndpoint(t);
    endpoint.answer = () => undefined;
    await rejects(fetchJwks(options(endpoint.uri, { timeoutMs: 50 })));
  });

  it('rejects when nobody answers', async () => {
    await rejects(fetchJwks(options('http://127.0.0.1:1/')));
  });
});
