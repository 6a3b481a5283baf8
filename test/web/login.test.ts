import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cookie, PasswordCheckOverload, startWeb } from './running-web.js';

describe('GET /login', () => {
  it('shows the form with its next page, and makes no session for a visitor', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.get('/login?next=/livestatus%3Fa');
    assert.equal(answer.status, 200);
    assert.match(answer.body, /name="next" value="\/livestatus\?a"/u);
    assert.deepEqual([...client.cookies.keys()], ['sid-form']);
    assert.equal(answer.headers['cache-control'], 'no-store');
  });

  it('says what it knows by name, and nothing that a link puts there', async (t) => {
    const { client } = await startWeb(t);
    const known = await client.get('/login?message=signed-out');
    assert.match(known.body, /class="notice">You are logged out\.</u);
    for (const query of ['message=call+0900', 'message=a&message=b', 'message=constructor']) {
      assert.match((await client.get(`/login?${query}`)).body, /class="notice"></u);
    }
  });
});

describe('POST /login', () => {
  it('signs in and leads on by 303', async (t) => {
    const { client, logger } = await startWeb(t);
    const answer = await client.logIn('admin', 'kitten');
    assert.deepEqual([answer.status, answer.headers.location], [303, '/livestatus']);
    assert.ok(client.cookies.has(cookie));
    assert.ok(
      logger.lines.some((line) => line.includes('"logged in"') && line.includes('"admin"')),
    );
  });

  it('leads to the dashboard when no page is named', async (t) => {
    const { client } = await startWeb(t);
    const csrf_token = await client.formToken('/login');
    const answer = await client.post('/login', {
      csrf_token,
      username: 'admin',
      password: 'kitten',
    });
    assert.equal(answer.headers.location, '/livestatus');
  });

  it('answers 401 with the form again, without a dialog and without logging the name', async (t) => {
    const { client, logger } = await startWeb(t);
    const answer = await client.logIn('s3cret-in-wrong-field', 'wrong', '/somewhere');
    assert.equal(answer.status, 401);
    assert.equal(answer.headers['www-authenticate'], 'Bearer realm="Expressway"');
    assert.match(answer.body, /class="error">User name or password is wrong\./u);
    assert.match(answer.body, /name="next" value="\/somewhere"/u);
    assert.equal(client.cookies.has(cookie), false);
    assert.ok(!logger.lines.join().includes('s3cret'));
  });

  it('checks no password for an empty name or over 1 KiB', async (t) => {
    const { client, users } = await startWeb(t);
    assert.equal((await client.logIn('', 'kitten')).status, 401);
    assert.equal((await client.logIn('admin', 'x'.repeat(1020))).status, 401);
    assert.deepEqual(users.checked, []);
    await client.logIn('admin', 'x'.repeat(1018));
    assert.deepEqual(users.checked, ['admin']);
  });

  it('shows the form with the reason and Retry-After when the server is busy or the user locked', async (t) => {
    const { client, users } = await startWeb(t, { loginLimits: { perUser: 1 } });
    users.failure = new PasswordCheckOverload();
    const busy = await client.logIn('admin', 'kitten');
    assert.deepEqual([busy.status, busy.headers['retry-after']], [503, '1']);
    users.failure = undefined;
    await client.logIn('admin', 'wrong');
    const locked = await client.logIn('admin', 'kitten');
    assert.deepEqual([locked.status, locked.headers['retry-after']], [429, '60']);
    assert.match(locked.body, /class="error">Too many failed log-ins\. Try again in 60 s\./u);
  });

  it('ends the log-in that the session had before', async (t) => {
    const { client, issued, ended } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    await client.get('/get_token');
    await client.logIn('ryan', 'ryanpass');
    assert.deepEqual(ended, [issued[0]?.[1]]);
  });

  it('refuses a form over 4 KiB', async (t) => {
    const { client } = await startWeb(t);
    assert.equal((await client.post('/login', { username: 'x'.repeat(4096) })).status, 413);
  });
});

describe('POST /logout', () => {
  it('ends session, cookie and log-in, and leads to the form', async (t) => {
    const { client, ended } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    const answer = await client.post('/logout', {
      csrf_token: await client.formToken('/livestatus'),
    });
    assert.deepEqual([answer.status, answer.headers.location], [303, '/login?message=signed-out']);
    assert.equal(client.cookies.has(cookie), false);
    assert.equal(ended.length, 1);
  });

  it('leads somebody whose session is gone to the form too', async (t) => {
    const { client, ended } = await startWeb(t);
    assert.equal((await client.post('/logout')).status, 303);
    assert.deepEqual(ended, []);
  });
});
