// Tokens that another program makes, and what becomes of a session when its token ends, against the started application.
import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { goodClaims, makeToken } from '../support/tokens.js';
import { joinWithToken } from '../support/wire-client.js';
import { ecKey, rsaKey, signToken } from './signed-token.js';

const SHARED_SECRET = 'e5b1f0c7-shared-with-php-7d43a2c8b96f1e05';
const LEGACY_KEY = {
  alg: 'HS256',
  secret: SHARED_SECRET,
  claims: { authid: 'authid' },
  require: [],
};

const now = (): number => Math.floor(Date.now() / 1000);

/** Configures a key beside the one of development. */
const withKey = (key: object): Record<string, string> => ({
  EXPRESSWAY_AUTH__JWT__KEYS__1: JSON.stringify(key),
});

/** What firebase/php-jwt makes: no kid, and no claim but those given. */
const phpToken = (claims: Readonly<Record<string, unknown>>): string =>
  makeToken({
    header: { kid: undefined },
    claims: { iss: undefined, aud: undefined, sub: undefined, iat: undefined, ...claims },
    secret: SHARED_SECRET,
  });

const REFUSED = [3, { message: 'invalid_token' }, 'wamp.error.authentication_denied'];

describe("a token of Thruway's example, made by firebase/php-jwt with a shared secret", () => {
  it('opens a session as its authid, with the role of that user', async (t) => {
    const application = await startTestApplication(t, withKey(LEGACY_KEY));
    const url = webSocketUrl(application);
    const exp = now() + 600;
    const { answer } = await joinWithToken(t, url, phpToken({ authid: 'ryan', exp }));
    equal(answer[0], 2);
    const { authid, authrole, authmethod, authextra } = answer[2] as Record<string, unknown>;
    deepEqual([authid, authrole, authmethod], ['ryan', 'user', 'jwt']);
    equal((authextra as Record<string, unknown>)['expires_at'], exp);
    // The development key goes on as before.
    equal((await joinWithToken(t, url, await fetchToken(application))).answer[0], 2);
  });

  it('must have an exp and the authid, and what it says beyond must hold', async (t) => {
    const application = await startTestApplication(t, withKey(LEGACY_KEY));
    const exp = now() + 600;
    for (const claims of [
      { authid: 'ryan', exp: undefined },
      { authid: 'ryan', exp: String(exp) },
      { exp },
      { sub: 'ryan', exp },
      { authid: 'ryan', exp, iss: 'elsewhere' },
      { authid: 'ryan', exp: now() + 2 * 86_400 },
      { authid: 'nobody', exp },
    ]) {
      const { answer } = await joinWithToken(t, webSocketUrl(application), phpToken(claims));
      deepEqual([claims, ...answer], [claims, ...REFUSED]);
    }
  });

  it('is not believed under the rules of another key', async (t) => {
    const application = await startTestApplication(t);
    const token = phpToken({ authid: 'admin', exp: now() + 600 });
    deepEqual((await joinWithToken(t, webSocketUrl(application), token)).answer, REFUSED);
  });
});

describe("a token signed by somebody's private key", () => {
  for (const [alg, key] of [
    ['RS256', rsaKey()],
    ['ES256', ecKey()],
  ] as const) {
    it(`opens a session with its ${alg} key and its own issuer`, async (t) => {
      const application = await startTestApplication(
        t,
        withKey({ kid: 'partner', alg, public_key: key.publicKey, issuer: 'https://id.example' }),
      );
      const url = webSocketUrl(application);
      const token = (issuer: string): string =>
        signToken(alg, key, { header: { kid: 'partner' }, claims: { iss: issuer } });
      const { answer } = await joinWithToken(t, url, token('https://id.example'));
      equal(answer[0], 2);
      deepEqual((await joinWithToken(t, url, token('expressway'))).answer, REFUSED);
      // Nor may we be taken for the partner.
      const ours = makeToken({ claims: { iss: 'https://id.example' } });
      deepEqual((await joinWithToken(t, url, ours)).answer, REFUSED);
    });
  }

  it('cannot be made here: a public key does not sign', async (t) => {
    const key = { kid: 'partner', alg: 'RS256', public_key: rsaKey().publicKey, sign: true };
    const environment = { EXPRESSWAY_AUTH__JWT__KEYS: JSON.stringify([key]) };
    await rejects(startTestApplication(t, environment), /cannot sign without a private key/u);
  });
});

describe('the end of a session with its token', () => {
  it('is announced in WELCOME.Details.authextra', async (t) => {
    const application = await startTestApplication(t);
    const { iat } = goodClaims();
    const begin = Number(iat);
    const token = makeToken({ claims: { iat: begin, exp: begin + 100 } });
    const { answer } = await joinWithToken(t, webSocketUrl(application), token);
    const { authextra } = answer[2] as Record<string, unknown>;
    deepEqual(authextra, { expires_at: begin + 100, refresh_at: begin + 80 });
  });

  it('comes at exp and the grace after it: 4401 without GOODBYE, so that clients come back', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__JWT__TTL: '1s',
      EXPRESSWAY_EXPIRY__GRACE: '1s',
    });
    const url = webSocketUrl(application);
    const { client, answer } = await joinWithToken(t, url, await fetchToken(application));
    const { authextra } = answer[2] as { readonly authextra: Record<string, unknown> };
    const other = await joinWithToken(t, url, makeToken());
    equal(await Promise.race([client.receive(), client.closed]), 4401);
    const overdueMs = Date.now() - (Number(authextra['expires_at']) * 1000 + 1000);
    // The sweep comes once a second; the rest is for a busy machine.
    ok(overdueMs >= 0 && overdueMs < 5000, `${overdueMs} ms after the grace`);
    other.client.send([32, 1, {}, 'com.example.alive']);
    equal((await other.client.receive())[0], 33);
    const again = await joinWithToken(t, url, await fetchToken(application));
    equal(again.answer[0], 2);
  });
});
