import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basic, type Answer } from '../support/http.js';
import { cookie, startWeb } from './running-web.js';

// Ids are the rows of the threat table "HTTP login, session, token, ticket".

function encode(text: string): string {
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

/** What can be compared of two answers: all but the date and the request's own id. */
function comparable({ status, rawHeaders, body }: Answer): unknown {
  const lines = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name !== 'Date' && name !== 'X-Request-Id') lines.push(`${name}: ${rawHeaders[index + 1]}`);
  }
  return { status, lines, body };
}

describe('L1: Basic credentials are read by RFC 7617', () => {
  const cases: readonly [string, string | string[], number][] = [
    ['the right password', basic('admin', 'kitten'), 200],
    ['the scheme in any case', basic('admin', 'kitten').replace('Basic', 'bAsIc'), 200],
    ['two spaces after the scheme', basic('admin', 'kitten').replace(' ', '  '), 200],
    ['a password with a colon', basic('colon', 'x:y'), 200],
    ['a name and password in UTF-8', basic('zoë', 'pässwörd €'), 200],
    ['only what follows the first colon, not cut at the second', basic('admin', 'kitten:b'), 401],
    ['a cut password', basic('colon', 'x'), 401],
    ['a scheme that contains Basic', basic('admin', 'kitten').replace('Basic', 'NotBasic'), 401],
    ['a scheme that starts with Basic', basic('admin', 'kitten').replace('Basic', 'Basics'), 401],
    ['another scheme', 'Bearer abc', 401],
    ['an empty name', encode(':kitten'), 401],
    ['an empty password', encode('admin:'), 401],
    ['no colon', encode('admin'), 400],
    ['nothing after the scheme', 'Basic', 400],
    ['nothing but spaces after the scheme', 'Basic   ', 400],
    ['no base64', 'Basic %%%%', 400],
    ['base64 in two parts', `${basic('admin', 'kitten')} YQ==`, 400],
    ['a control character', encode('admin\n:kitten'), 400],
    ['Latin-1', `Basic ${Buffer.from('zo\xeb:x', 'latin1').toString('base64')}`, 400],
    ['more than 1 KiB', encode(`admin:${'x'.repeat(1024)}`), 400],
    ['two headers', [basic('admin', 'kitten'), basic('admin', 'kitten')], 400],
  ];
  for (const [name, authorization, status] of cases) {
    it(`answers ${status} to ${name}`, async (t) => {
      const { client } = await startWeb(t);
      const answer = await client.get('/get_token', { Authorization: authorization });
      assert.equal(answer.status, status);
    });
  }
});

describe('L2: nobody learns which users exist', () => {
  it('answers the same to the byte for an unknown user and a wrong password, after the same work', async (t) => {
    const { client, users } = await startWeb(t);
    const unknown = await client.get('/get_token', { Authorization: basic('nobody', 'kitten') });
    const wrong = await client.get('/get_token', { Authorization: basic('admin', 'wrong') });
    assert.equal(unknown.status, 401);
    assert.deepEqual(comparable(unknown), comparable(wrong));
    assert.deepEqual(users.checked, ['nobody', 'admin']);
  });

  it('answers a form the same to the byte for an unknown user and a wrong password', async (t) => {
    const { client, users } = await startWeb(t);
    const unknown = await client.logIn('nobody', 'kitten');
    const wrong = await client.logIn('admin', 'wrong');
    assert.equal(unknown.status, 401);
    assert.deepEqual(comparable(unknown), comparable(wrong));
    assert.deepEqual(users.checked, ['nobody', 'admin']);
  });
});

describe('L3: guessing is slowed down', () => {
  it('answers 429 after wrong passwords, also to the right one, but not from another address', async (t) => {
    const { client } = await startWeb(t);
    const statuses = new Set<number>();
    for (let tries = 0; tries < 20; tries += 1) {
      const guess = { Authorization: basic('admin', `guess-${tries}`) };
      statuses.add((await client.get('/get_token', guess)).status);
    }
    assert.deepEqual([...statuses], [401, 429]);
    const headers = { Authorization: basic('admin', 'kitten') };
    const locked = await client.get('/get_token', headers);
    assert.deepEqual([locked.status, locked.headers['retry-after']], [429, '60']);
    const elsewhere = await client.send('GET', '/get_token', { headers, from: '127.0.0.2' });
    assert.equal(elsewhere.status, 200);
  });

  it('L13: counts by the socket, whatever X-Forwarded-For says', async (t) => {
    const { client } = await startWeb(t, { loginLimits: { perIp: 2 } });
    const statuses = [];
    for (const forged of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) {
      const headers = { Authorization: basic(`user-${forged}`, 'x'), 'X-Forwarded-For': forged };
      statuses.push((await client.get('/get_token', headers)).status);
    }
    assert.deepEqual(statuses, [401, 401, 429]);
  });
});

describe('L5: a session id is good for one log-in', () => {
  it('changes at log-in, and the id before it is dead', async (t) => {
    const { client, ended } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    const before = client.cookies.get(cookie) ?? '';
    await client.logIn('admin', 'kitten');
    assert.notEqual(client.cookies.get(cookie), before);
    const replay = client.stranger();
    replay.cookies.set(cookie, before);
    assert.equal((await replay.get('/get_token')).status, 401);
    assert.equal((await client.get('/get_token')).status, 200);
    assert.equal(ended.length, 1);
  });

  it('is not taken from the client', async (t) => {
    const { client } = await startWeb(t);
    client.cookies.set(cookie, 's%3Aplanted.AAAA');
    await client.logIn('admin', 'kitten');
    assert.doesNotMatch(client.cookies.get(cookie) ?? '', /planted/u);
  });

  it('is dead after log-out', async (t) => {
    const { client } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    const replay = client.stranger();
    replay.cookies.set(cookie, client.cookies.get(cookie) ?? '');
    assert.equal((await replay.get('/get_token')).status, 200);
    await client.post('/logout', { csrf_token: await client.formToken('/livestatus') });
    assert.equal(client.cookies.has(cookie), false);
    assert.equal((await replay.get('/get_token')).status, 401);
  });
});

describe('L6: cookies are confined', () => {
  it('are HttpOnly, SameSite=Lax, Path=/ in development', async (t) => {
    const { client } = await startWeb(t);
    const form = await client.get('/login');
    const { headers } = await client.logIn('admin', 'kitten');
    assert.match(
      form.headers['set-cookie']?.[0] ?? '',
      /^sid-form=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/u,
    );
    assert.match(headers['set-cookie']?.[0] ?? '', /^sid=[^;]+; Path=\/; HttpOnly; SameSite=Lax$/u);
  });

  it('are Secure with the prefix __Host- in production', async (t) => {
    const { client } = await startWeb(t, {
      production: true,
      trustProxy: ['127.0.0.1'],
      session: { cookie: '__Host-sid', secrets: ['s'.repeat(32)], ttlMs: 60_000, max: 10 },
    });
    const tls = { 'X-Forwarded-Proto': 'https' };
    const form = await client.get('/login', tls);
    const token = /csrf_token" value="([^"]+)"/u.exec(form.body)?.[1] ?? '';
    const fields = { csrf_token: token, username: 'admin', password: 'kitten' };
    const { status, headers } = await client.post('/login', fields, tls);
    assert.equal(status, 303);
    const pattern = /^__Host-sid=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/u;
    assert.match(headers['set-cookie']?.[0] ?? '', pattern);
  });
});

describe('L7: no other site acts for a user', () => {
  const foreign: readonly Record<string, string>[] = [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.example' },
    { Origin: 'null' },
  ];
  for (const headers of foreign) {
    it(`refuses ${JSON.stringify(headers)} on log-in, log-out and token`, async (t) => {
      const { client, ended, issued } = await startWeb(t);
      await client.logIn('admin', 'kitten');
      const fields = { csrf_token: await client.formToken('/livestatus') };
      for (const path of ['/login', '/logout', '/get_token']) {
        assert.equal((await client.post(path, fields, headers)).status, 403, path);
      }
      assert.equal((await client.get('/get_token', headers)).status, 403);
      assert.deepEqual([ended, issued], [[], []]);
    });
  }

  it('refuses log-in, log-out and a POST for a token without the form token', async (t) => {
    const { client, users, ended, issued } = await startWeb(t);
    const credentials = { username: 'admin', password: 'kitten' };
    assert.equal((await client.post('/login', credentials)).status, 403);
    assert.deepEqual(users.checked, []);
    await client.logIn('admin', 'kitten');
    for (const path of ['/logout', '/get_token']) {
      assert.equal((await client.post(path)).status, 403, path);
      assert.equal((await client.post(path, { csrf_token: 'AAAA' })).status, 403, path);
    }
    assert.deepEqual([ended, issued], [[], []]);
  });

  it("refuses another visitor's form token", async (t) => {
    const { client } = await startWeb(t);
    await client.get('/login');
    const csrf_token = await client.stranger().formToken('/login');
    const fields = { csrf_token, username: 'admin', password: 'kitten' };
    assert.equal((await client.post('/login', fields)).status, 403);
  });

  it('ends no session by GET', async (t) => {
    const { client, ended } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    const answer = await client.get('/logout');
    assert.deepEqual([answer.status, answer.headers.allow], [405, 'POST, OPTIONS']);
    assert.equal((await client.get('/get_token')).status, 200);
    assert.deepEqual(ended, []);
  });
});

describe('L8: tokens are not shared with other origins', () => {
  const preflight = { 'Access-Control-Request-Method': 'GET' };

  it('gives no CORS headers to anybody by default', async (t) => {
    const { client } = await startWeb(t);
    const headers = { ...preflight, Origin: 'https://evil.example' };
    const answer = await client.send('OPTIONS', '/get_token', { headers });
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
    assert.equal(answer.headers['access-control-allow-credentials'], undefined);
    assert.equal(answer.headers.vary, 'Origin');
  });

  it('gives them to exactly the origins of the list', async (t) => {
    const { client } = await startWeb(t, { allowedOrigins: ['https://app.example'] });
    const seen = [];
    for (const Origin of [
      'https://app.example',
      'https://app.example.evil',
      'http://app.example',
    ]) {
      const headers = { Origin, Authorization: basic('admin', 'kitten') };
      const asked = await client.send('OPTIONS', '/get_token', {
        headers: { ...headers, ...preflight },
      });
      const got = await client.get('/get_token', headers);
      seen.push([
        asked.headers['access-control-allow-origin'],
        got.headers['access-control-allow-origin'],
        got.status,
      ]);
    }
    assert.deepEqual(seen, [
      ['https://app.example', 'https://app.example', 200],
      [undefined, undefined, 403],
      [undefined, undefined, 403],
    ]);
  });
});

describe('L9: tokens stay out of caches', () => {
  for (const Accept of ['text/plain', 'application/json']) {
    it(`sends ${Accept} with no-store and without ETag`, async (t) => {
      const { client } = await startWeb(t);
      const headers = { Accept, Authorization: basic('admin', 'kitten') };
      const answer = await client.get('/get_token', headers);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(answer.headers.etag, undefined);
      assert.equal(answer.headers['last-modified'], undefined);
    });
  }
});

describe('L10: pages are confined and show values as text', () => {
  it('forbids inline script and style and every frame', async (t) => {
    const { client } = await startWeb(t);
    const { headers } = await client.get('/login');
    const policy = String(headers['content-security-policy']);
    assert.doesNotMatch(policy, /unsafe|\*/u);
    for (const directive of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]) {
      assert.ok(policy.split(';').includes(directive), directive);
    }
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['x-frame-options'], 'DENY');
  });

  it('shows markup in a path as text', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.get('/login?next=/%22%3E%3Cimg%20onerror=x%3E');
    assert.doesNotMatch(answer.body, /<img/u);
  });
});

describe('L14: keys of a body do not reach prototypes', () => {
  it('ignores __proto__ in JSON and in forms', async (t) => {
    const { client } = await startWeb(t);
    const headers = { 'Content-Type': 'application/json', Authorization: basic('admin', 'kitten') };
    const body = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    assert.equal((await client.send('POST', '/get_token', { headers, body })).status, 200);
    const csrf_token = await client.formToken('/login');
    const fields = {
      csrf_token,
      '__proto__[polluted]': '1',
      '__proto__.polluted': '1',
      ['__proto__']: '1',
    };
    assert.equal((await client.post('/login', fields)).status, 401);
    assert.equal('polluted' in {}, false);
  });
});

describe('L16: log-in leads to this site only', () => {
  for (const next of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/.//evil.example',
    '/\t/evil.example',
  ]) {
    it(`goes to / instead of ${JSON.stringify(next)}`, async (t) => {
      const { client } = await startWeb(t);
      const answer = await client.logIn('admin', 'kitten', next);
      assert.deepEqual([answer.status, answer.headers.location], [303, '/']);
    });
  }

  it('goes where it was sent for within the site', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.logIn('admin', 'kitten', '/livestatus?tab=load');
    assert.equal(answer.headers.location, '/livestatus?tab=load');
  });
});
