import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it, mock } from 'node:test';
import { WebSessions } from '../../src/web/web-sessions.js';
import { cookie, startWeb } from './running-web.js';

const sound = { cookie: 'sid', secrets: ['s'.repeat(32)], ttlMs: 1000, max: 10 };

describe('WebSessions options', () => {
  const cases: readonly [string, object, boolean, boolean][] = [
    ['sound ones in development', {}, false, true],
    ['sound ones in production', {}, true, true],
    ['a secret of 31 characters in production', { secrets: ['s'.repeat(31)] }, true, false],
    [
      'one short secret among long ones in production',
      { secrets: ['s'.repeat(32), 'x'] },
      true,
      false,
    ],
    ['a short secret in development', { secrets: ['x'] }, false, true],
    ['no secret', { secrets: [] }, false, false],
    ['an empty secret', { secrets: [''] }, false, false],
    ['the prefix __Host- in production', { cookie: '__Host-sid' }, true, true],
    ['the prefix __Host- without Secure', { cookie: '__Host-sid' }, false, false],
    ['the prefix __Secure- without Secure', { cookie: '__Secure-sid', secure: false }, true, false],
    ['the prefix __Host- with Secure', { cookie: '__Host-sid', secure: true }, false, true],
  ];
  for (const [name, changes, production, isAccepted] of cases) {
    it(`${isAccepted ? 'accept' : 'refuse'} ${name}`, () => {
      const make = (): unknown =>
        new WebSessions({ ...sound, ...changes }, production, () => undefined);
      if (isAccepted) assert.doesNotThrow(make);
      else assert.throws(make, TypeError);
    });
  }
});

describe('WebSessions', () => {
  it('ends a session that is unused for its time, and keeps one in use', async (t) => {
    mock.timers.enable({ apis: ['Date'] });
    t.after(() => {
      mock.timers.reset();
    });
    const { client, options } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    for (let use = 0; use < 3; use += 1) {
      mock.timers.tick(options.session.ttlMs - 1);
      assert.equal((await client.get('/get_token')).status, 200);
    }
    mock.timers.tick(options.session.ttlMs + 1);
    assert.equal((await client.get('/get_token')).status, 401);
  });

  it('keeps no more sessions than its limit, and drops the one unused for longest', async (t) => {
    const { client } = await startWeb(t, { session: { ...sound, max: 2 } });
    const browsers = [client, client.stranger(), client.stranger()];
    for (const browser of browsers) await browser.logIn('admin', 'kitten');
    const statuses = [];
    for (const browser of browsers) statuses.push((await browser.get('/get_token')).status);
    assert.deepEqual(statuses, [401, 200, 200]);
  });

  it('keeps nothing for visitors, however many', async (t) => {
    const { client } = await startWeb(t, { session: { ...sound, max: 1 } });
    await client.logIn('admin', 'kitten');
    for (const path of ['/login', '/', '/livestatus', '/get_token', '/nowhere']) {
      const visitor = client.stranger();
      await visitor.get(path);
      assert.equal(visitor.cookies.has(cookie), false, path);
    }
    assert.equal((await client.get('/get_token')).status, 200);
  });

  it('accepts a cookie signed with any secret of its list, and with no other', async (t) => {
    const { client } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    const [id = ''] = decodeURIComponent(client.cookies.get(cookie) ?? '')
      .slice(2)
      .split('.');
    const statuses = [];
    for (const secret of ['new-secret', 'old-secret', 'unknown-secret']) {
      const mac = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/u, '');
      client.cookies.set(cookie, encodeURIComponent(`s:${id}.${mac}`));
      statuses.push((await client.get('/get_token')).status);
    }
    assert.deepEqual(statuses, [200, 200, 401]);
  });

  it('refuses to log in over plain HTTP when the cookie needs HTTPS', async (t) => {
    const { client } = await startWeb(t, { session: { ...sound, secure: true } });
    const answer = await client.logIn('admin', 'kitten');
    assert.equal(answer.status, 403);
    assert.match(answer.body, /Logging in needs HTTPS/u);
  });
});
