import { equal, ok, rejects } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { startAutobahn } from '../support/autobahn-client.js';
import { HttpClient } from '../support/http.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

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
    const path = join(temporaryFolder(t), 'trusted.sock');
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

  it('knows who had logged in when it was killed, and nobody who had logged out', async (t) => {
    const file = join(temporaryFolder(t), 'data', 'web-sessions.journal');
    const staying = await logInAndKill(t, file);

    const second = await startTestApplication(t, { EXPRESSWAY_AUTH__SESSION__FILE: file });
    const client = visit(second.publicUrl, staying);
    equal((await client.get('/get_token')).status, 200);
    const loggedOut = await client.post('/logout', {
      csrf_token: await client.formToken('/livestatus'),
    });
    equal(loggedOut.status, 303);

    // The second one is still there: it loses nothing by not being closed.
    const third = await startTestApplication(t, { EXPRESSWAY_AUTH__SESSION__FILE: file });
    equal((await visit(third.publicUrl, staying).get('/get_token')).status, 401);
  });

  it('forgets who had logged in when no file is configured', async (t) => {
    const first = await startTestApplication(t);
    const client = new HttpClient(first.publicUrl);
    await client.logIn('admin', 'kitten');
    equal((await client.get('/get_token')).status, 200);
    const second = await startTestApplication(t);
    equal((await visit(second.publicUrl, client.cookies).get('/get_token')).status, 401);
  });
});

type Cookies = ReadonlyMap<string, string>;

/** A browser with these cookies. */
function visit(publicUrl: string, cookies: Cookies): HttpClient {
  const client = new HttpClient(publicUrl);
  for (const [name, value] of cookies) client.cookies.set(name, value);
  return client;
}

/** Starts the router as its own process, logs in by the form, kills it at once; gives the cookies. */
async function logInAndKill(t: TestContext, file: string): Promise<Cookies> {
  const child = spawn(
    process.execPath,
    ['dist/src/main.js', 'start', '--config', 'config/development.yaml'],
    {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        EXPRESSWAY_PUBLIC__PORT: '0',
        EXPRESSWAY_TRUSTED__PORT: '0',
        EXPRESSWAY_AUTH__SESSION__FILE: file,
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  t.after(() => child.kill('SIGKILL'));
  const [banner] = (await once(child.stdout, 'data')) as [Buffer];
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(banner.toString())?.[0];
  ok(url !== undefined);
  const client = new HttpClient(url);
  equal((await client.logIn('admin', 'kitten')).status, 303);
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  return client.cookies;
}

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
