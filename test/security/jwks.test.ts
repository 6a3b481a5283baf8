// Tokens whose keys are fetched from their issuer's endpoint, against the started application.
import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { startJwksEndpoint, toJwk, type JwksEndpoint } from '../support/jwks-endpoint.js';
import { makeToken } from '../support/tokens.js';
import { ALL_ROLES, connectWire, joinWithToken } from '../support/wire-client.js';
import { ecKey, rsaKey, signToken } from './signed-token.js';

const ISSUER = 'https://id.example';
const REFUSED = [3, { message: 'invalid_token' }, 'wamp.error.authentication_denied'];
const rsa = rsaKey();
const ec = ecKey();

/** Starts the application with a set of keys beside its own key. */
function startWith(t: TestContext, { uri }: JwksEndpoint, more: object = {}): Promise<Application> {
  const set = { uri, issuer: ISSUER, algorithms: ['RS256', 'ES256'], ...more };
  return startTestApplication(t, { EXPRESSWAY_AUTH__JWT__JWKS: JSON.stringify([set]) });
}

const tokenOf = (kid: string, claims: object = {}): string =>
  signToken('RS256', rsa, { header: { kid }, claims: { iss: ISSUER, ...claims } });

async function answerTo(t: TestContext, application: Application, token: string) {
  const { client, answer } = await joinWithToken(t, webSocketUrl(application), token);
  client.drop();
  return answer;
}

/** Proves with a token; gives the first thing that comes: an answer, or the close code. */
async function outcome(t: TestContext, application: Application, token: string) {
  const client = await connectWire(t, webSocketUrl(application));
  client.send([1, 'realm1', { ...ALL_ROLES, authmethods: ['jwt'] }]);
  equal((await client.receive())[0], 4);
  client.send([5, token, {}]);
  return Promise.race([client.receive(), client.closed]);
}

describe('a token whose key is fetched', () => {
  it('opens a session as the user that it names', async (t) => {
    const endpoint = await startJwksEndpoint(t, [
      toJwk(rsa.publicKey, { kid: 'r1', alg: 'RS256' }),
      toJwk(ec.publicKey, { kid: 'e1' }),
    ]);
    const application = await startWith(t, endpoint);
    const first = await answerTo(t, application, tokenOf('r1', { sub: 'ryan' }));
    const { authid, authrole, authmethod } = first[2] as Record<string, unknown>;
    deepEqual([first[0], authid, authrole, authmethod], [2, 'ryan', 'user', 'jwt']);
    const claims = { iss: ISSUER };
    const second = signToken('ES256', ec, { header: { kid: 'e1' }, claims });
    equal((await answerTo(t, application, second))[0], 2);
    // Our own go on beside them, and all of it took one request.
    equal((await answerTo(t, application, await fetchToken(application)))[0], 2);
    equal(endpoint.asked, 1);
  });

  // J1, J3, J5
  it('is held to algorithm, issuer, audience and exact kid of its set', async (t) => {
    const endpoint = await startJwksEndpoint(t, [
      toJwk(rsa.publicKey, { kid: 'r1' }),
      toJwk(rsaKey(1024).publicKey, { kid: 'weak' }),
    ]);
    const application = await startWith(t, endpoint);
    const header = { kid: 'r1' };
    const claims = { iss: ISSUER };
    const tokens: Readonly<Record<string, string>> = {
      'HS256 with the public key': makeToken({ header, claims, secret: rsa.publicKey }),
      none: makeToken({ header: { ...header, alg: 'none' }, claims }).replace(/[^.]*$/u, ''),
      'another algorithm of the same key': signToken('RS384', rsa, { header, claims }),
      'another key': signToken('RS256', rsaKey(), { header, claims }),
      'the issuer of our own tokens': tokenOf('r1', { iss: 'expressway' }),
      'no issuer': tokenOf('r1', { iss: undefined }),
      'no kid': signToken('RS256', rsa, { header: {}, claims }),
      'a weak key': tokenOf('weak'),
      'another kid': tokenOf('R1'),
      'a path': tokenOf('../r1'),
      'an own key of ours, for their issuer': makeToken({ claims }),
    };
    for (const [name, token] of Object.entries(tokens)) {
      deepEqual([name, ...(await answerTo(t, application, token))], [name, ...REFUSED]);
    }
    equal((await answerTo(t, application, tokenOf('r1')))[0], 2);
  });

  it('is never looked for where the token says', async (t) => {
    const evil = await startJwksEndpoint(t, [toJwk(rsa.publicKey, { kid: 'evil' })]);
    const application = await startWith(t, await startJwksEndpoint(t, []));
    const header = { kid: 'evil', jku: evil.uri, x5u: evil.uri, jwk: toJwk(rsa.publicKey, {}) };
    const token = signToken('RS256', rsa, { header, claims: { iss: ISSUER } });
    equal(await outcome(t, application, token), 1013);
    equal(evil.asked, 0);
  });

  it('is not fetched for each kid that somebody makes up', async (t) => {
    const endpoint = await startJwksEndpoint(t, [toJwk(rsa.publicKey, { kid: 'r1' })]);
    const application = await startWith(t, endpoint);
    const tokens = Array.from({ length: 30 }, (_, n) => tokenOf(`random-${n}`));
    const answers = await Promise.all(tokens.map((token) => answerTo(t, application, token)));
    for (const answer of answers) deepEqual(answer, REFUSED);
    equal(endpoint.asked, 1);
    equal((await answerTo(t, application, tokenOf('r1')))[0], 2);
    equal(endpoint.asked, 1);
  });

  it('is found after it was published, once the cooldown is over', async (t) => {
    const endpoint = await startJwksEndpoint(t, [toJwk(rsa.publicKey, { kid: 'r1' })]);
    const application = await startWith(t, endpoint, { cooldown: '1s' });
    equal((await answerTo(t, application, tokenOf('r1')))[0], 2);
    endpoint.keys = [...endpoint.keys, toJwk(rsa.publicKey, { kid: 'r2' })];
    let answer = await answerTo(t, application, tokenOf('r2'));
    const deadline = Date.now() + 20_000;
    while (answer[0] !== 2 && Date.now() < deadline) {
      answer = await answerTo(t, application, tokenOf('r2'));
    }
    equal(answer[0], 2);
    equal(endpoint.asked, 2);
  });
});

describe('an endpoint that is down', () => {
  it('closes with 1013, so that clients come back, and lets them in when it is up again', async (t) => {
    const endpoint = await startJwksEndpoint(t, [toJwk(rsa.publicKey, { kid: 'r1' })]);
    endpoint.answer = (response) => response.writeHead(503).end();
    const application = await startWith(t, endpoint);
    equal(await outcome(t, application, tokenOf('r1')), 1013);
    equal(await outcome(t, application, tokenOf('unknown')), 1013);
    equal(endpoint.asked, 1);
    // Who needs no key of it is not concerned.
    equal((await answerTo(t, application, await fetchToken(application)))[0], 2);
    endpoint.answer = undefined;
    let last = await outcome(t, application, tokenOf('r1'));
    const deadline = Date.now() + 20_000;
    while (last === 1013 && Date.now() < deadline)
      last = await outcome(t, application, tokenOf('r1'));
    equal(Array.isArray(last) && last[0], 2);
  });

  it('does not hold a client longer than its time', async (t) => {
    const endpoint = await startJwksEndpoint(t);
    endpoint.answer = () => undefined;
    const application = await startWith(t, endpoint, { timeout: '200ms' });
    equal(await outcome(t, application, tokenOf('r1')), 1013);
  });
});

describe('a set of keys that is configured wrongly', () => {
  for (const [what, change, message] of [
    ['plain http', { uri: 'http://id.example/jwks' }, /jwks\/0\/uri: expected an https: URL/u],
    ['a file', { uri: 'file:///etc/passwd' }, /jwks\/0\/uri/u],
    ['a password', { uri: 'https://a:b@id.example/jwks' }, /jwks\/0\/uri/u],
    ['HMAC', { algorithms: ['HS256'] }, /jwks\/0\/algorithms\/0/u],
    ['none', { algorithms: ['none'] }, /jwks\/0\/algorithms\/0/u],
    ['no issuer', { issuer: undefined }, /jwks\/0/u],
    ['two claims for the user', { claims: { authid: 'a', user_id: 'b' } }, /jwks\/0\/claims/u],
  ] as const) {
    it(`keeps the application from starting: ${what}`, async (t) => {
      const set = { uri: 'https://id.example/jwks', issuer: ISSUER, ...change };
      const environment = { EXPRESSWAY_AUTH__JWT__JWKS: JSON.stringify([set]) };
      await rejects(startTestApplication(t, environment), (error: Error) => {
        match(error.message, message);
        return true;
      });
    });
  }
});
