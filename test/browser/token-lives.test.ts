// The page of somebody else's: autobahn-js as it is, over twenty token lives and all that can become of a session meanwhile.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { startApplication } from '../../src/application.js';
import { hashPassword } from '../../src/auth/users/password-verifier.js';
import { loadConfig } from '../../src/config/load.js';
import { silentLogger } from '../../src/router/index.js';
import { startAutobahn } from '../support/autobahn-client.js';
import { launchBrowser, Visitor } from '../support/browser.js';
import { CuttingProxy } from '../support/cutting-proxy.js';
import { basic } from '../support/http.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { openNumbersPage, waitForSeen, type Seen } from './numbers-page.js';

const LIVES = 20;
/** A publication each so many milliseconds, all the time. */
const EVERY_MS = 10;

const anything = { publish: true, subscribe: true, call: true, register: true };
const permissions = [{ uri: 'com.example.', match: 'prefix', allow: anything }];

/**
 * Tokens of two seconds, which are to be replaced after one. The grace is long, so that a machine that is busy with other things ends no
 * session; without a refresh one would end after ten seconds.
 */
const configuration = (usersPath: string, keys: readonly object[]): object => ({
  public: { port: 0 },
  trusted: { port: 0 },
  realms: [{ name: 'realm1', roles: ['admin', 'trusted'].map((name) => ({ name, permissions })) }],
  auth: {
    users: { path: usersPath },
    jwt: { ttl: '2s', keys },
    session: { cookie: 'sid', secret: secretOf('session') },
    login: { per_user: 1000, per_ip: 1000 },
  },
  expiry: { refresh_at: 0.5, grace: '8s' },
  drain: { duration: '0s' },
});

const secretOf = (name: string): string => createHash('sha256').update(name).digest('hex');

const keyOf = (kid: string, sign: boolean): object => ({
  kid,
  alg: 'HS256',
  secret: secretOf(kid),
  sign,
});

/** An application whose keys can be exchanged while it runs. */
async function startRotatable(t: TestContext, usersPath: string, ...keys: readonly object[]) {
  const file = join(temporaryFolder(t), 'config.yaml');
  const write = (now: readonly object[]): void => {
    writeFileSync(file, JSON.stringify(configuration(usersPath, now)), { mode: 0o600 });
  };
  write(keys);
  const { config, users, reload } = await loadConfig(file, {});
  const application = await startApplication({ config, users, reload, logger: silentLogger });
  t.after(() => application.close());
  return {
    application,
    rotate: async (...next: readonly object[]): Promise<void> => {
      write(next);
      await application.reload();
    },
  };
}

/** Publishes 1, 2, 3 … on the trusted URL until it is told to stop, and says on demand where it is. */
async function publishNumbers(t: TestContext, trustedUrl: string) {
  let latest = 0;
  const { session } = await startAutobahn(t, { url: trustedUrl }).nextSession();
  await session.register('com.example.number.latest', () => latest);
  const timer = setInterval(() => {
    latest += 1;
    void session.publish('com.example.number', [latest], {}, {});
  }, EVERY_MS);
  t.after(() => {
    clearInterval(timer);
  });
  return {
    stop: (): number => {
      clearInterval(timer);
      return latest;
    },
  };
}

/** A users file with one admin, `nora`, who can be locked out and let in again. */
async function usersFile(t: TestContext) {
  const path = join(temporaryFolder(t), 'users.yaml');
  const password = await hashPassword('secret of nora');
  const write = (disabled: boolean): void => {
    const users = [{ username: 'nora', role: 'admin', password, disabled }];
    writeFileSync(path, JSON.stringify({ users }), { mode: 0o600 });
  };
  write(false);
  return { path, write };
}

const countTokens = `seen.sessions.reduce((sum, { tokens }) => sum + tokens, 0)`;

/** No number is missing or comes twice within a session, and none between what the page asked for and what it was sent. */
function assertComplete({ sessions }: Seen): void {
  for (const { resync, events } of sessions) {
    const [first = 0] = events;
    assert.deepEqual(
      events,
      events.map((_, index) => first + index),
    );
    if (resync !== undefined && events.length > 0) assert.ok(first <= resync + 1);
  }
}

describe('a page with autobahn-js', () => {
  it(`stays live for ${LIVES} token lives, whatever becomes of its sessions`, async (t) => {
    const users = await usersFile(t);
    const { application, rotate } = await startRotatable(t, users.path, keyOf('first', true));
    const proxy = await CuttingProxy.start(application.publicUrl);
    t.after(() => {
      proxy.close();
    });
    const numbers = await publishNumbers(t, application.trustedUrl);
    const browser = await launchBrowser();
    t.after(() => browser.close());
    const { page } = await Visitor.arrive(browser, { bypassCSP: true });
    await openNumbersPage(page, proxy.url, basic('nora', 'secret of nora'));

    // Over refresh: one session, one token after the other.
    let seen = await waitForSeen(page, `seen.sessions[0]?.tokens >= 4`);
    assert.equal(seen.sessions.length, 1);

    // Over reconnect: the transport is cut.
    proxy.cut();
    seen = await waitForSeen(page, `seen.sessions[1]?.tokens >= 3`);
    assert.deepEqual(seen.farewells, []);

    // Over key rotation: both keys hold for a while, then the new one alone.
    await rotate(keyOf('second', true), keyOf('first', false));
    await waitForSeen(page, `seen.kids.includes('second')`);
    await rotate(keyOf('second', true));
    seen = await waitForSeen(page, `seen.sessions[1].tokens >= 6`);
    assert.deepEqual([seen.sessions.length, seen.kids], [2, ['first', 'second']]);

    // Over a user who is locked out, and let in again.
    users.write(true);
    seen = await waitForSeen(page, `seen.farewells.length > 0`);
    assert.deepEqual(seen.farewells, ['wamp.close.killed: the user may not log in any more']);
    users.write(false);
    await waitForSeen(page, `seen.sessions[2]?.tokens >= 12 && ${countTokens} >= ${LIVES}`);

    const last = numbers.stop();
    seen = await waitForSeen(page, `seen.shown === ${last}`);
    assert.deepEqual([seen.sessions.length, seen.farewells.length], [3, 1]);
    assert.deepEqual(seen.refused, []);
    assert.equal(seen.sessions.at(-1)?.events.at(-1), last);
    assertComplete(seen);
    const events = seen.sessions.map((session) => session.events.length);
    t.diagnostic(`${last} numbers, events by session: ${events.join(', ')}`);
  });
});
