import { equal, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { WebSocket } from 'ws';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { startAutobahn } from '../support/autobahn-client.js';

describe('the application', () => {
  it('closes transports with 1012 when it restarts, so that clients come back', async (t) => {
    const application = await startTestApplication(t);
    const socket = new WebSocket(webSocketUrl(application), ['wamp.2.json']);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    await application.close('restart');
    const [code] = (await closed) as [number];
    equal(code, 1012);
  });

  it('takes no connection any more once it is closed', async (t) => {
    const application = await startTestApplication(t);
    await application.close();
    await rejects(fetch(application.publicUrl));
  });

  it('refuses to start on a port that is taken, and leaves the others free', async (t) => {
    const blocker = createServer().listen(0, '127.0.0.1');
    t.after(() => {
      blocker.close();
    });
    await once(blocker, 'listening');
    const address = blocker.address();
    ok(typeof address === 'object' && address !== null);
    const taken = { EXPRESSWAY_TRUSTED__PORT: String(address.port) };
    await rejects(startTestApplication(t, taken), { code: 'EADDRINUSE' });
  });

  it('serves the trusted URL on a Unix socket with the configured mode', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'expressway-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    const path = join(folder, 'trusted.sock');
    const application = await startTestApplication(t, { EXPRESSWAY_TRUSTED__UNIX: path });
    equal(statSync(path).mode & 0o777, 0o660);
    equal(application.trustedUrl, `ws+unix:${path}:/`);
    const backend = startAutobahn(t, { url: application.trustedUrl });
    const { details } = await backend.nextSession();
    equal(details['authrole'], 'trusted');
  });

  it('ends the WAMP sessions of a log-in with its log-out, and refuses its tokens from then on', async (t) => {
    const application = await startTestApplication(t);
    const { publicUrl } = application;
    const { cookies, csrf } = await logIn(publicUrl);
    const headers = { cookie: cookies };
    const token = await (await fetch(`${publicUrl}/get_token`, { headers })).text();
    const url = webSocketUrl(application);
    const page = startAutobahn(t, { url, onchallenge: () => token });
    await page.nextSession();
    const other = startAutobahn(t, { url, onchallenge: () => fetchToken(application) });
    const { session: untouched } = await other.nextSession();

    const response = await fetch(`${publicUrl}/logout`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams({ csrf_token: csrf }),
    });
    equal(response.status, 303);
    const close = await page.nextClose();
    equal(close.reason, 'wamp.close.killed');
    equal(close.will_retry, false);

    const again = startAutobahn(t, { url, onchallenge: () => token });
    equal((await again.nextClose()).reason, 'wamp.error.authentication_denied');
    await untouched.publish('com.example.still_here', [], {}, { acknowledge: true });
  });
});

/** Logs in through the form; gives the cookies and a form token for the log-out. */
async function logIn(publicUrl: string): Promise<{ cookies: string; csrf: string }> {
  const form = await fetch(`${publicUrl}/login`);
  const formCookie = cookiesOf(form);
  const response = await fetch(`${publicUrl}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { cookie: formCookie },
    body: new URLSearchParams({
      username: 'admin',
      password: 'kitten',
      csrf_token: csrfOf(await form.text()),
    }),
  });
  const cookies = [formCookie, cookiesOf(response)].join('; ');
  const page = await fetch(`${publicUrl}/livestatus`, { headers: { cookie: cookies } });
  return {
    cookies: [cookies, cookiesOf(page)].filter((each) => each !== '').join('; '),
    csrf: csrfOf(await page.text()),
  };
}

const cookiesOf = (response: Response): string =>
  response.headers
    .getSetCookie()
    .map((each) => each.split(';', 1)[0])
    .join('; ');

const csrfOf = (html: string): string => /name="csrf_token" value="([^"]+)"/.exec(html)?.[1] ?? '';
