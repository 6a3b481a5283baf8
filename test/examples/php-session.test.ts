import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { startApplication, type Application } from '../../src/application.js';
import { loadConfig } from '../../src/config/load.js';
import { silentLogger } from '../../src/router/index.js';
import { webSocketUrl } from '../support/application.js';
import { launchBrowser } from '../support/browser.js';
import { HttpClient } from '../support/http.js';
import { connectWire } from '../support/wire-client.js';

const FOLDER = fileURLToPath(new URL('../../../examples/php-session/', import.meta.url));
const TOKEN = /name="form_token" value="(\w+)"/;

/** A port that was free a moment ago: PHP does not tell which one it took. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startExpressway(t: TestContext, phpUrl: string): Promise<Application> {
  const { config, users } = await loadConfig(`${FOLDER}expressway.yaml`, {
    EXPRESSWAY_PUBLIC__PORT: '0',
    EXPRESSWAY_TRUSTED__PORT: '0',
    EXPRESSWAY_DRAIN__DURATION: '0s',
    EXPRESSWAY_PUBLIC__ALLOWED_ORIGINS: JSON.stringify([phpUrl]),
    EXPRESSWAY_AUTH__SESSION__WEB_APP_URL: `${phpUrl}/whoami.php`,
    EXPRESSWAY_AUTH__SESSION__WEB_APP_RECHECK: '1s',
  });
  const application = await startApplication({ config, users, logger: silentLogger });
  t.after(() => application.close());
  return application;
}

async function startPhp(t: TestContext, phpUrl: string, wsUrl: string): Promise<void> {
  const php = spawn('php', ['-S', new URL(phpUrl).host, '-t', `${FOLDER}public`], {
    env: { ...process.env, EXPRESSWAY_WS_URL: wsUrl },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(async () => {
    php.kill();
    await once(php, 'close');
  });
  // Its first line: that it has started.
  const [line] = (await once(php.stderr, 'data')) as [Buffer];
  match(line.toString(), /started/);
  php.stderr.resume();
}

async function start(t: TestContext): Promise<{ phpUrl: string; application: Application }> {
  const phpUrl = `http://127.0.0.1:${await freePort()}`;
  const application = await startExpressway(t, phpUrl);
  await startPhp(t, phpUrl, webSocketUrl(application));
  return { phpUrl, application };
}

/** Logs in by the form; gives the answer's status. */
async function logIn(client: HttpClient, user: string, password: string): Promise<number> {
  const form_token = TOKEN.exec((await client.get('/')).body)?.[1] ?? '';
  return (await client.post('/login.php', { form_token, user, password })).status;
}

/** Waits until the page says so. */
const state = (page: Page, words: string): Promise<void> =>
  page.locator(`#state:text-is(${JSON.stringify(words)})`).waitFor();

describe('examples/php-session', () => {
  it('connects the page of whoever is logged in, and disconnects it at the log-out', async (t) => {
    const { phpUrl, application } = await start(t);
    const browser = await launchBrowser();
    t.after(() => browser.close());
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(phpUrl);
    await page.fill('input[name=user]', 'zoe');
    await page.fill('input[name=password]', 'kitten');
    await page.click('button');
    await state(page, 'connected as zoe (user)');

    const backend = await connectWire(t, application.trustedUrl);
    backend.send([1, 'realm1', { roles: { publisher: {} } }]);
    equal((await backend.receive())[0], 2);
    backend.send([16, 1, {}, 'com.example.note', ['hello <b>']]);
    await page.locator('#notes li:text-is("hello <b>")').waitFor();

    const other = await context.newPage();
    await other.goto(phpUrl);
    await state(other, 'connected as zoe (user)');
    await other.click('button');
    await state(page, 'disconnected: wamp.close.killed');
  });

  it('tells whose a cookie is, and nobody after the log-out', async (t) => {
    const { phpUrl } = await start(t);
    const client = new HttpClient(phpUrl);
    equal((await client.get('/whoami.php')).status, 401);
    equal(await logIn(client, 'zoe', 'wrong'), 401);
    equal(await logIn(client, 'nobody', 'kitten'), 401);
    const before = client.cookies.get('PHPSESSID');
    equal(await logIn(client, 'zoe', 'kitten'), 303);
    equal(client.cookies.get('PHPSESSID') === before, false);
    const { sub, role, expires_at } = JSON.parse((await client.get('/whoami.php')).body) as Record<
      string,
      unknown
    >;
    deepEqual([sub, role], ['zoe', 'user']);
    equal(Math.abs(Number(expires_at) - Date.now() / 1000 - 3600) < 60, true);
    equal((await client.post('/logout.php', {})).status, 403);
    const form_token = TOKEN.exec((await client.get('/')).body)?.[1] ?? '';
    equal((await client.post('/logout.php', { form_token })).status, 303);
    equal((await client.get('/whoami.php')).status, 401);
  });

  it('leaves those out who are not logged in', async (t) => {
    const { phpUrl, application } = await start(t);
    const client = new HttpClient(phpUrl);
    await client.get('/');
    const cookie = `PHPSESSID=${client.cookies.get('PHPSESSID') ?? ''}`;
    const session = await connectWire(t, webSocketUrl(application), { cookie, origin: phpUrl });
    session.send([1, 'realm1', { roles: { subscriber: {} } }]);
    const [code, , reason] = await session.receive();
    deepEqual([code, reason], [3, 'wamp.error.authentication_denied']);
  });
});
