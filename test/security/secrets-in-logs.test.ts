// What the log of the started application tells, and what it keeps to itself.
import { equal, match, ok } from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { hashPassword } from '../../src/auth/users/password-verifier.js';
import type { Logger } from '../../src/router/index.js';
import { ConfigurationFolder } from '../config/configuration-folder.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { basic, HttpClient } from '../support/http.js';
import { DEVELOPMENT_SECRET, makeToken } from '../support/tokens.js';
import { joinWithToken } from '../support/wire-client.js';

const canary = (name: string): string => `canary-${name}-${randomBytes(8).toString('hex')}`;

/** Keeps every line of every level, before any redaction, with all that its fields hold. */
function recordEverything(): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const keep = (fields: object, message: string): void => {
    lines.push(`${message} ${inspect(fields, { depth: Infinity, maxStringLength: Infinity })}`);
  };
  return { logger: { debug: keep, info: keep, warn: keep, error: keep }, lines };
}

describe('J13: the log', () => {
  it('holds no password, token, cookie or key, and says why a token was refused', async (t) => {
    const password = canary('password');
    const wrongPassword = canary('wrong-password');
    const passwordHash = await hashPassword(password);
    const users = [{ username: 'admin', role: 'admin', password: passwordHash }];
    const folder = await ConfigurationFolder.make(t, { 'users.yaml': JSON.stringify({ users }) });
    const { logger, lines } = recordEverything();
    const application = await startTestApplication(
      t,
      { EXPRESSWAY_AUTH__USERS__PATH: folder.file('users.yaml') },
      logger,
    );
    const url = webSocketUrl(application);
    const browser = new HttpClient(application.publicUrl);

    // What people do, and what they do by mistake.
    await browser.logIn('admin', wrongPassword);
    await browser.logIn(wrongPassword, 'admin');
    await browser.logIn('admin', password);
    const cookie = browser.cookies.get('sid') ?? '';
    const form = await browser.formToken('/livestatus');
    const { body: token } = await browser.get('/get_token');
    await browser.get('/get_token', { Authorization: basic('admin', wrongPassword) });
    await browser.get('/get_token', { Authorization: basic('admin', password) });
    await browser.get(`/get_token?token=${token}&password=${wrongPassword}`);
    await browser.send('POST', '/login', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `password=${wrongPassword}&`.repeat(5000),
    });
    const joined = await joinWithToken(t, url, token);
    equal(joined.answer[0], 2);
    joined.client.send(`[16,1,{},"com.example.${wrongPassword}`);
    await joined.client.closed;
    const expired = makeToken({ claims: { iat: 1_700_000_000, exp: 1_700_000_060 } });
    const foreign = makeToken({ claims: { aud: 'elsewhere' } });
    const forged = makeToken({ secret: canary('secret'), claims: { sub: 'forged' } });
    for (const refused of [expired, foreign, forged, wrongPassword]) {
      equal((await joinWithToken(t, url, refused)).answer[0], 3);
    }
    await browser.post('/logout', { csrf_token: form });
    equal((await joinWithToken(t, url, token)).answer[0], 3);
    await application.close();

    const log = lines.join('\n');
    const secrets = { password, wrongPassword, passwordHash, cookie, form, DEVELOPMENT_SECRET };
    for (const [name, secret] of Object.entries(secrets)) {
      ok(secret.length > 8);
      ok(!log.includes(secret), name);
    }
    for (const each of [token, expired, foreign, forged]) {
      const [, payload = '', signature = ''] = each.split('.');
      ok(!log.includes(payload) && !log.includes(signature));
    }
    match(log, /token refused \{ kid: 'development', reason: 'expired' \}/u);
    match(
      log,
      /token refused \{\s+kid: 'development',\s+authid: 'admin',\s+reason: 'another audience'/u,
    );
    match(log, /token refused \{ authid: 'admin', reason: 'revoked' \}/u);
    // The name in a token that nobody signed is anybody's word.
    ok(!log.includes("'forged'"));
  });
});
