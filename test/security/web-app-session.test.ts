// Log-ins by the session of another web application (users-and-security, section 2, row 27), against the started application.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import type { Application } from '../../src/application.js';
import { silentLogger, type Logger } from '../../src/router/index.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { listen } from '../support/http.js';
import { ALL_ROLES, connectWire, upgradeStatus, type WireClient } from '../support/wire-client.js';

const ORIGIN = 'https://app.example.com';
const DENIED = 'wamp.error.authentication_denied';

/** A web application with sessions by the value of cookie PHPSESSID. */
class WebApp {
  readonly sessions = new Map<string, { sub: string; role: string; expires_at?: number }>();
  /** The Cookie headers that it was asked with. */
  readonly asked: string[] = [];
  /** When set, every question is answered so. */
  status: number | undefined;
  readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      const { cookie = '' } = request.headers;
      this.asked.push(cookie);
      const session = this.sessions.get(/PHPSESSID=(\w+)/.exec(cookie)?.[1] ?? '');
      response.writeHead(this.status ?? (session === undefined ? 401 : 200));
      response.end(JSON.stringify(session ?? {}));
      this.server.emit('asked');
    });
  }
}

async function start(
  t: TestContext,
  changes: Readonly<Record<string, string>> = {},
  logger: Logger = silentLogger,
): Promise<{ webApp: WebApp; application: Application }> {
  const webApp = new WebApp();
  const url = await listen(t, webApp.server);
  webApp.sessions.set('zoe', { sub: 'zoë', role: 'user' });
  const settings = { URL: `${url}/whoami`, COOKIES: '[PHPSESSID]', RECHECK: '1s', ...changes };
  const application = await startTestApplication(
    t,
    {
      EXPRESSWAY_AUTH__ORDER: '[cookie]',
      EXPRESSWAY_PUBLIC__ALLOWED_ORIGINS: `["${ORIGIN}"]`,
      ...(Object.fromEntries(
        Object.entries(settings).map(([key, value]) => [
          `EXPRESSWAY_AUTH__SESSION__WEB_APP_${key}`,
          value,
        ]),
      ) as Record<string, string>),
    },
    logger,
  );
  return { webApp, application };
}

async function hello(
  t: TestContext,
  application: Application,
  cookie = 'PHPSESSID=zoe',
): Promise<WireClient> {
  const client = await connectWire(t, webSocketUrl(application), { origin: ORIGIN, cookie });
  client.send([1, 'realm1', ALL_ROLES]);
  return client;
}

describe("another web application's session", () => {
  it('lets its user join, by no other cookie than the configured one', async (t) => {
    const { webApp, application } = await start(t);
    const client = await hello(t, application, 'theme=dark; PHPSESSID=zoe; sid=s%3Aours');
    const [code, , details] = await client.receive();
    const { authid, authrole, authmethod, authprovider } = details as Record<string, unknown>;
    deepEqual(
      [code, authid, authrole, authmethod, authprovider],
      [2, 'zoë', 'user', 'cookie', 'web_app'],
    );
    deepEqual(webApp.asked, ['PHPSESSID=zoe']);
  });

  it('is refused when it is nobody, or somebody with a role that is not to be given', async (t) => {
    const { webApp, application } = await start(t);
    webApp.sessions.set('root', { sub: 'root', role: 'trusted' });
    webApp.sessions.set('boss', { sub: 'boss', role: 'boss' });
    for (const cookie of ['PHPSESSID=nobody', 'PHPSESSID=root', 'PHPSESSID=boss']) {
      const [code, , reason] = await (await hello(t, application, cookie)).receive();
      deepEqual([code, reason], [3, DENIED]);
    }
  });

  it('is asked about once for connections that come together', async (t) => {
    const { webApp, application } = await start(t, { RECHECK: '1h' });
    const clients = await Promise.all(Array.from({ length: 10 }, () => hello(t, application)));
    const answers = await Promise.all(clients.map((client) => client.receive()));
    deepEqual(new Set(answers.map(([code]) => code)), new Set([2]));
    equal(webApp.asked.length, 1);
  });

  it('ends all its WAMP sessions with GOODBYE when it is ended', async (t) => {
    const { webApp, application } = await start(t);
    const clients = [await hello(t, application), await hello(t, application)];
    for (const client of clients) equal((await client.receive())[0], 2);
    webApp.sessions.delete('zoe');
    for (const client of clients) {
      const [code, , reason] = await client.receive();
      deepEqual([code, reason], [6, 'wamp.close.killed']);
    }
    equal((await (await hello(t, application)).receive())[0], 3);
  });

  it('closes with 4401 when it has run out', async (t) => {
    const { webApp, application } = await start(t, { RECHECK: '1h' });
    const expires_at = Date.now() / 1000 + 600;
    webApp.sessions.set('zoe', { sub: 'zoë', role: 'user', expires_at });
    const client = await hello(t, application);
    equal((await client.receive())[0], 2);
    // The clock of the program is that of this test.
    t.mock.method(Date, 'now', () => expires_at * 1000 + 1);
    equal(await client.closed, 4401);
    equal((await (await hello(t, application)).receive())[0], 3);
  });

  it('closes with 4401 when its user gets another role, which the client then comes back with', async (t) => {
    const { webApp, application } = await start(t);
    const client = await hello(t, application);
    await client.receive();
    webApp.sessions.set('zoe', { sub: 'zoë', role: 'admin' });
    equal(await client.closed, 4401);
    const [, , details] = await (await hello(t, application)).receive();
    equal((details as Record<string, unknown>)['authrole'], 'admin');
  });

  // W5
  it('that nobody can tell about is close 1013: for who comes at once, for who is there after a while', async (t) => {
    const { webApp, application } = await start(t, { OUTAGE: '1s', CACHE: '0s' });
    const client = await hello(t, application);
    await client.receive();
    webApp.status = 500;
    equal(await (await hello(t, application)).closed, 1013);
    // Two questions in vain at least, a second from each other.
    await once(webApp.server, 'asked');
    equal(await client.closed, 1013);
    webApp.status = undefined;
    equal((await (await hello(t, application)).receive())[0], 2);
  });

  it('needs an origin that is allowed (W1)', async (t) => {
    const { application } = await start(t);
    const url = webSocketUrl(application);
    const cookie = 'PHPSESSID=zoe';
    equal(await upgradeStatus(url, { cookie }), 403);
    equal(await upgradeStatus(url, { cookie, origin: 'null' }), 403);
    equal(await upgradeStatus(url, { cookie, origin: 'https://evil.example' }), 403);
    equal(await upgradeStatus(url, { cookie, origin: ORIGIN }), 101);
  });

  it('never has its cookie in the log', async (t) => {
    const lines: string[] = [];
    const keep = (fields: object, message: string): void => {
      lines.push(`${message} ${inspect(fields, { depth: Infinity, maxStringLength: Infinity })}`);
    };
    const { webApp, application } = await start(
      t,
      {},
      { debug: keep, info: keep, warn: keep, error: keep },
    );
    webApp.sessions.set('canary1', { sub: 'zoë', role: 'user' });
    equal((await (await hello(t, application, 'PHPSESSID=canary1')).receive())[0], 2);
    await (await hello(t, application, 'PHPSESSID=canary2')).receive();
    webApp.status = 500;
    await (
      await hello(t, application, 'PHPSESSID=canary3')
    ).closed;
    ok(lines.length > 3);
    ok(!lines.join('\n').includes('canary'));
  });
});
