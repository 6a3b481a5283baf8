// Threats to log-ins by the session cookie (W1, L7), against the started application.
import { deepEqual, equal } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { HttpClient } from '../support/http.js';
import { makeToken } from '../support/tokens.js';
import {
  ALL_ROLES,
  connectWire,
  upgradeStatus,
  type Headers,
  type WireClient,
} from '../support/wire-client.js';

const COOKIE = { EXPRESSWAY_AUTH__ORDER: '[jwt, cookie]' };
/** `auth.session.ttl` */
const EIGHT_HOURS_MS = 8 * 3_600_000;
const DENIED = 'wamp.error.authentication_denied';

/** A browser that is logged in. */
async function logIn({ publicUrl }: Application): Promise<HttpClient> {
  const browser = new HttpClient(publicUrl);
  await browser.logIn('admin', 'kitten');
  return browser;
}

/** The headers that a page of ours has its browser send. */
const headersOf = ({ publicUrl }: Application, { cookies }: HttpClient): Headers => ({
  origin: publicUrl,
  cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
});

async function join(
  t: TestContext,
  application: Application,
  headers: Headers,
  details: object = {},
): Promise<{ client: WireClient; answer: unknown[] }> {
  const client = await connectWire(t, webSocketUrl(application), headers);
  client.send([1, 'realm1', { ...ALL_ROLES, ...details }]);
  return { client, answer: await client.receive() };
}

describe('authmethod cookie', () => {
  it('lets a page of a logged-in user join without a token', async (t) => {
    const application = await startTestApplication(t, COOKIE);
    const headers = headersOf(application, await logIn(application));
    const { answer } = await join(t, application, headers);
    const { authid, authrole, authmethod, authprovider } = answer[2] as Record<string, unknown>;
    deepEqual(
      [answer[0], authid, authrole, authmethod, authprovider],
      [2, 'admin', 'admin', 'cookie', 'web_session'],
    );
  });

  it('is not there unless it is configured', async (t) => {
    const application = await startTestApplication(t);
    const headers = headersOf(application, await logIn(application));
    const { answer } = await join(t, application, headers, { authmethods: ['cookie'] });
    deepEqual([answer[0], answer[2]], [3, 'wamp.error.no_matching_auth_method']);
  });

  it('does not stand in the way of those who bring no cookie', async (t) => {
    const application = await startTestApplication(t, COOKIE);
    const { client, answer } = await join(t, application, {}, { authmethods: ['jwt'] });
    equal(answer[0], 4);
    client.send([5, makeToken(), {}]);
    equal((await client.receive())[0], 2);
    const nothing = await join(t, application, {}, { authmethods: ['cookie'] });
    deepEqual([nothing.answer[0], nothing.answer[2]], [3, DENIED]);
  });

  // W6, J9
  it('refuses a cookie that nobody is logged in by, whatever else is offered, and a false authid', async (t) => {
    const application = await startTestApplication(t, COOKIE);
    const browser = await logIn(application);
    const good = headersOf(application, browser);
    const id = 'A'.repeat(32);
    const forged = createHmac('sha256', 'x'.repeat(32)).update(id).digest('base64');
    const { cookie = '' } = good;
    for (const [name, headers, details] of [
      ['forged', { ...good, cookie: `sid=s:${id}.${forged}` }, {}],
      ['unsigned', { ...good, cookie: `sid=s:${id}` }, {}],
      ['garbled', { ...good, cookie: 'sid=%E0%A4%A' }, {}],
      ['changed', { ...good, cookie: cookie.replace('s%3A', 's%3AA') }, {}],
      ['empty', { ...good, cookie: 'sid=' }, { authmethods: ['jwt', 'anonymous'] }],
      ['of somebody else', good, { authid: 'ryan' }],
    ] as const) {
      const { answer } = await join(t, application, headers, details);
      deepEqual([name, answer[0], answer[2]], [name, 3, DENIED]);
    }
  });

  it('ends with GOODBYE at the log-out, and the cookie opens nothing more', async (t) => {
    const application = await startTestApplication(t, COOKIE);
    const browser = await logIn(application);
    const headers = headersOf(application, browser);
    const { client, answer } = await join(t, application, headers);
    equal(answer[0], 2);
    const csrf_token = await browser.formToken('/livestatus');
    await browser.post('/logout', { csrf_token });
    const [code, , reason] = await client.receive();
    deepEqual([code, reason], [6, 'wamp.close.killed']);
    equal((await join(t, application, headers)).answer[0], 3);
  });

  it('closes with 4401 when the web session has run out', async (t) => {
    const application = await startTestApplication(t, COOKIE);
    const headers = headersOf(application, await logIn(application));
    const { client, answer } = await join(t, application, headers);
    equal(answer[0], 2);
    // The clock of the program is that of this test.
    const later = Date.now() + EIGHT_HOURS_MS + 1000;
    t.mock.method(Date, 'now', () => later);
    equal(await client.closed, 4401);
    equal((await join(t, application, headers)).answer[0], 3);
  });

  it('closes with 4401 when the web session had to give way to others', async (t) => {
    const application = await startTestApplication(t, {
      ...COOKIE,
      EXPRESSWAY_AUTH__SESSION__MAX: '1',
    });
    const headers = headersOf(application, await logIn(application));
    const { client } = await join(t, application, headers);
    await logIn(application);
    equal(await client.closed, 4401);
  });
});

describe('W1: cross-site WebSocket hijacking of a log-in by cookie', () => {
  it('is refused with 403 for a foreign origin, null and none at all', async (t) => {
    const application = await startTestApplication(t, COOKIE);
    const url = webSocketUrl(application);
    const { cookie = '', origin = '' } = headersOf(application, await logIn(application));
    equal(await upgradeStatus(url, { cookie }), 403);
    equal(await upgradeStatus(url, { cookie: `a=b; ${cookie}` }), 403);
    equal(await upgradeStatus(url, { cookie, origin: 'null' }), 403);
    equal(await upgradeStatus(url, { cookie, origin: 'http://evil.example' }), 403);
    equal(await upgradeStatus(url, { cookie, origin }), 101);
    equal(await upgradeStatus(url, { cookie: 'a=b' }), 101);
  });

  it('leaves clients without an origin alone where no cookie lets anybody in', async (t) => {
    const application = await startTestApplication(t);
    const { cookie = '' } = headersOf(application, await logIn(application));
    equal(await upgradeStatus(webSocketUrl(application), { cookie }), 101);
  });
});
