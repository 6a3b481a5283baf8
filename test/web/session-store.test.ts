import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, mock, type TestContext } from 'node:test';
import { cookie, startWeb } from './running-web.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const session = { cookie, secrets: ['s'.repeat(32)], ttlMs: 20_000, max: 10 };

/** Gives what starts web applications of one file, one after another, each dead to the next; and the file. */
function setUp(t: TestContext, changes: { max?: number } = {}) {
  const file = join(temporaryFolder(t), 'web-sessions.journal');
  const options = { ...session, ...changes, file };
  return { file, start: () => startWeb(t, { session: options }) };
}

describe('SessionStore', () => {
  it('knows after a restart who had logged in, with the same log-in', async (t) => {
    const { start } = setUp(t);
    const before = await start();
    await before.client.logIn('admin', 'kitten');
    await before.client.get('/get_token');
    const after = await start();
    for (const [name, value] of before.client.cookies) after.client.cookies.set(name, value);
    equal((await after.client.get('/get_token')).status, 200);
    deepEqual(after.issued, before.issued);
  });

  it('knows nobody after a restart who had logged out', async (t) => {
    const { start } = setUp(t);
    const { client } = await start();
    await client.logIn('admin', 'kitten');
    const cookies = new Map(client.cookies);
    await client.post('/logout', { csrf_token: await client.formToken('/livestatus') });
    const after = await start();
    for (const [name, value] of cookies) after.client.cookies.set(name, value);
    equal((await after.client.get('/get_token')).status, 401);
  });

  it('does not bring back whom it dropped for want of room', async (t) => {
    const { start } = setUp(t, { max: 2 });
    const { client } = await start();
    const browsers = [client, client.stranger(), client.stranger()];
    for (const browser of browsers) await browser.logIn('admin', 'kitten');
    const after = await start();
    const statuses = [];
    for (const { cookies } of browsers) {
      const browser = after.client.stranger();
      for (const [name, value] of cookies) browser.cookies.set(name, value);
      statuses.push((await browser.get('/get_token')).status);
    }
    deepEqual(statuses, [401, 200, 200]);
  });

  it('ends a session after a restart when it would have ended without', async (t) => {
    mock.timers.enable({ apis: ['Date'] });
    t.after(() => {
      mock.timers.reset();
    });
    const { start } = setUp(t);
    const { client } = await start();
    await client.logIn('admin', 'kitten');
    mock.timers.tick(session.ttlMs - 1);
    const after = await start();
    for (const [name, value] of client.cookies) after.client.cookies.set(name, value);
    mock.timers.tick(2);
    equal((await after.client.get('/get_token')).status, 401);
  });

  it('writes no session id and no token anywhere', async (t) => {
    const { file, start } = setUp(t);
    const { client, logger } = await start();
    await client.logIn('admin', 'kitten');
    const [id = '', signature = ''] = decodeURIComponent(client.cookies.get(cookie) ?? '')
      .slice(2)
      .split('.');
    ok(id.length >= 24);
    for (const text of [readFileSync(file, 'utf8'), logger.lines.join('\n')]) {
      ok(!text.includes(id));
      ok(!text.includes(signature));
    }
    ok(readFileSync(file, 'utf8').includes('"username":"admin"'));
  });

  it('takes no session from the file that is not of its shape', async (t) => {
    const { file, start } = setUp(t);
    const { client } = await start();
    await client.logIn('admin', 'kitten');
    for (const [from, to] of [
      ['"cookie":{', '"biscuit":{'],
      ['"username":"admin"', '"username":1'],
    ] as const) {
      const text = readFileSync(file, 'utf8');
      ok(text.includes(from));
      writeFileSync(file, text.replace(from, to));
      const after = await start();
      for (const [name, value] of client.cookies) after.client.cookies.set(name, value);
      equal((await after.client.get('/get_token')).status, 401);
      equal(readFileSync(file, 'utf8').includes('"event":"end"'), true);
      writeFileSync(file, text);
    }
  });
});
