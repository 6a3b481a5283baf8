// Threats to log-in, web session and the fetching of tokens, against the started application.
import { deepEqual, doesNotMatch, equal, match, notEqual, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Application } from '../../src/application.js';
import { hashPassword } from '../../src/auth/users/password-verifier.js';
import {
  ConfigurationFolder,
  SESSION_SECRET,
  TOKEN_SECRET,
} from '../config/configuration-folder.js';
import { startTestApplication } from '../support/application.js';
import { basic, HttpClient, type Answer } from '../support/http.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const DEVELOPMENT = fileURLToPath(new URL('../../../config/development.yaml', import.meta.url));
const COOKIE = 'sid';
const MANY = '1000000';

/** A browser in front of the development application. */
async function startBrowser(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ browser: HttpClient; application: Application }> {
  const application = await startTestApplication(t, environment);
  return { browser: new HttpClient(application.publicUrl), application };
}

/** The variable that names a users file with these passwords by name; all are admins. */
async function makeUsers(
  t: TestContext,
  passwords: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const users = Object.entries(passwords).map(async ([username, password]) => ({
    username,
    role: 'admin',
    password: await hashPassword(password),
  }));
  const content = JSON.stringify({ users: await Promise.all(users) });
  const folder = await ConfigurationFolder.make(t, { 'users.yaml': content });
  return { EXPRESSWAY_AUTH__USERS__PATH: folder.file('users.yaml') };
}

const encode = (userPass: string | Uint8Array): string =>
  `Basic ${Buffer.from(userPass).toString('base64')}`;

const getToken = async (browser: HttpClient, authorization: string | string[]): Promise<number> =>
  (await browser.get('/get_token', { Authorization: authorization })).status;

/** What can be compared of two answers: all but the date and the request's own id. */
function comparable({ status, rawHeaders, body }: Answer): unknown {
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  const lines = names
    .map((name, index) => `${name}: ${rawHeaders[2 * index + 1]}`)
    .filter((line) => !/^(?:Date|X-Request-Id):/u.test(line));
  return { status, lines, body };
}

describe('L1: Basic credentials', () => {
  it('are read by RFC 7617, or refused with 401 or 400', async (t) => {
    const users = await makeUsers(t, {
      admin: 'a',
      colon: 'x:y',
      zoë: 'pässwörd €',
    });
    const { browser } = await startBrowser(t, { ...users, EXPRESSWAY_AUTH__LOGIN__PER_USER: MANY });
    const good = encode('admin:a');
    const latin1 = Buffer.from('zo\xeb:p\xe4ssw\xf6rd', 'latin1');
    const cases: readonly (readonly [string, string | string[], number])[] = [
      ['right', good, 200],
      ['scheme in any case', good.replace('Basic', 'bASIC'), 200],
      ['two spaces after the scheme', good.replace(' ', '  '), 200],
      ['a colon in the password', encode('colon:x:y'), 200],
      ['UTF-8', encode('zoë:pässwörd €'), 200],
      ['more than the password', encode('admin:a:b'), 401],
      ['less than the password', encode('colon:x'), 401],
      ['NotBasic', good.replace('Basic', 'NotBasic'), 401],
      ['Basics', good.replace('Basic', 'Basics'), 401],
      ['Bearer', good.replace('Basic', 'Bearer'), 401],
      ['no user', encode(':a'), 401],
      ['no password', encode('admin:'), 401],
      ['nothing at all', encode(':'), 401],
      ['__proto__', encode('__proto__:a'), 401],
      ['no colon', encode('admin'), 400],
      ['no credentials', 'Basic', 400],
      ['no base64', 'Basic %%%', 400],
      ['Latin-1', encode(latin1), 400],
      ['a NUL', encode('admin\0:a'), 400],
      ['a line end', encode('admin:a\r\n'), 400],
      ['1 KiB', encode(`admin:${'x'.repeat(1018)}`), 401],
      ['more than 1 KiB', encode(`admin:${'x'.repeat(1019)}`), 400],
      ['two headers', [good, good], 400],
    ];
    for (const [name, authorization, status] of cases) {
      deepEqual([name, await getToken(browser, authorization)], [name, status]);
    }
  });
});

describe('L2: nobody learns which users there are', () => {
  it('answers the same to the byte for an unknown user and a wrong password', async (t) => {
    const { browser } = await startBrowser(t);
    const unknown = await browser.get('/get_token', { Authorization: basic('nobody', 'kitten') });
    const wrong = await browser.get('/get_token', { Authorization: basic('admin', 'wrong') });
    equal(unknown.status, 401);
    deepEqual(comparable(unknown), comparable(wrong));
    const unknownForm = await browser.logIn('nobody', 'kitten');
    const wrongForm = await browser.logIn('admin', 'wrong');
    equal(unknownForm.status, 401);
    deepEqual(comparable(unknownForm), comparable(wrongForm));
  });

  it('takes the same time for both', async (t) => {
    const { browser } = await startBrowser(t, {
      EXPRESSWAY_AUTH__LOGIN__PER_USER: MANY,
      EXPRESSWAY_AUTH__LOGIN__PER_IP: MANY,
    });
    const time = async (username: string): Promise<number> => {
      const begin = performance.now();
      equal(await getToken(browser, basic(username, 'wrong')), 401);
      return performance.now() - begin;
    };
    await time('admin');
    // In pairs, so that what else the machine does falls on both; a difference shows as the rule, not as the exception.
    const pairs = 60;
    let unknownIsSlower = 0;
    let unknownIsFaster = 0;
    for (let pair = 0; pair < pairs; pair += 1) {
      const names = pair % 2 === 0 ? ['admin', 'nobody'] : ['nobody', 'admin'];
      const times = new Map<string, number>();
      for (const name of names) times.set(name, await time(name));
      const ratio = (times.get('nobody') ?? NaN) / (times.get('admin') ?? NaN);
      if (ratio > 1.05) unknownIsSlower += 1;
      if (ratio < 0.95) unknownIsFaster += 1;
    }
    const isRule = (count: number): boolean => count > 0.75 * pairs;
    deepEqual([isRule(unknownIsSlower), isRule(unknownIsFaster)], [false, false]);
  });
});

describe('L3: brute force', () => {
  it('is answered with 429 and Retry-After, and does not lock the user out elsewhere', async (t) => {
    const { browser } = await startBrowser(t);
    const statuses: number[] = [];
    for (let guess = 0; guess < 20; guess += 1) {
      statuses.push(await getToken(browser, basic('admin', `guess ${guess}`)));
    }
    deepEqual([statuses[0], statuses.at(-1)], [401, 429]);
    const headers = { Authorization: basic('admin', 'kitten') };
    const locked = await browser.get('/get_token', headers);
    equal(locked.status, 429);
    match(locked.headers['retry-after'] ?? '', /^[1-9]\d*$/u);
    equal((await browser.stranger().logIn('admin', 'kitten')).status, 429);
    const elsewhere = await browser.send('GET', '/get_token', { headers, from: '127.0.0.2' });
    equal(elsewhere.status, 200);
  });
});

describe('L5: session fixation', () => {
  it('gets nobody into a session: the id changes at log-in and is never one from outside', async (t) => {
    const { browser } = await startBrowser(t);
    browser.cookies.set(COOKIE, 's%3Aplanted.AAAA');
    await browser.logIn('admin', 'kitten');
    const first = browser.cookies.get(COOKIE) ?? '';
    doesNotMatch(first, /planted/u);
    await browser.logIn('admin', 'kitten');
    notEqual(browser.cookies.get(COOKIE), first);
    const attacker = browser.stranger();
    attacker.cookies.set(COOKIE, first);
    equal((await attacker.get('/get_token')).status, 401);
    equal((await browser.get('/get_token')).status, 200);
  });

  it('revives no session that was logged out', async (t) => {
    const { browser } = await startBrowser(t);
    await browser.logIn('admin', 'kitten');
    const attacker = browser.stranger();
    attacker.cookies.set(COOKIE, browser.cookies.get(COOKIE) ?? '');
    equal((await attacker.get('/get_token')).status, 200);
    await browser.post('/logout', { csrf_token: await browser.formToken('/livestatus') });
    equal(browser.cookies.has(COOKIE), false);
    equal((await attacker.get('/get_token')).status, 401);
    equal((await attacker.get('/livestatus')).status, 401);
  });
});

describe('L6: cookies', () => {
  it('are HttpOnly, SameSite=Lax and for the whole site in development', async (t) => {
    const { browser } = await startBrowser(t);
    const form = await browser.get('/login');
    const entered = await browser.logIn('admin', 'kitten');
    const confined = /^[^;]+; Path=\/; HttpOnly; SameSite=Lax$/u;
    match(form.headers['set-cookie']?.join() ?? '', confined);
    match(entered.headers['set-cookie']?.join() ?? '', confined);
  });

  it('are also Secure and bound to the host by __Host- in production', async (t) => {
    const { browser } = await startBrowser(t, {
      ...(await makeUsers(t, { admin: 'a password of our own' })),
      NODE_ENV: 'production',
      EXPRESSWAY_AUTH__JWT__KEYS: JSON.stringify([
        { kid: 'k1', alg: 'HS256', secret: TOKEN_SECRET, sign: true },
      ]),
      EXPRESSWAY_AUTH__SESSION__SECRET: SESSION_SECRET,
      EXPRESSWAY_AUTH__SESSION__COOKIE: '__Host-sid',
      EXPRESSWAY_PUBLIC__TRUST_PROXY: '[127.0.0.1]',
    });
    const tls = { 'X-Forwarded-Proto': 'https' };
    const form = await browser.get('/login', tls);
    const csrf_token = /csrf_token" value="([^"]+)"/u.exec(form.body)?.[1] ?? '';
    const fields = { csrf_token, username: 'admin', password: 'a password of our own' };
    const entered = await browser.post('/login', fields, tls);
    equal(entered.status, 303);
    const confined = /^__Host-[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/u;
    match(form.headers['set-cookie']?.join() ?? '', confined);
    match(entered.headers['set-cookie']?.join() ?? '', confined);
    // Nor does the cookie go out where nobody encrypts.
    const plain = await browser.stranger().logIn('admin', 'a password of our own');
    deepEqual([plain.status, plain.headers['set-cookie']], [403, undefined]);
  });

  for (const [name, secret] of [
    ['a default', 'changeme'],
    ['a short', 'Tz8#qL1vXw9'],
  ] as const) {
    it(`do not come from ${name} secret: production does not start with it`, async (t) => {
      const child = spawn(process.execPath, [MAIN, 'start', '--config', DEVELOPMENT], {
        env: {
          PATH: process.env['PATH'],
          NODE_ENV: 'production',
          EXPRESSWAY_PUBLIC__PORT: '0',
          EXPRESSWAY_TRUSTED__PORT: '0',
          EXPRESSWAY_AUTH__SESSION__SECRET: secret,
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      t.after(() => child.kill('SIGKILL'));
      const [exit, errors] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
      deepEqual(exit, [2, null]);
      match(errors, /^EXPRESSWAY_AUTH__SESSION__SECRET \/auth\/session\/secret: /mu);
      ok(!errors.includes('Tz8#qL1vXw9'));
    });
  }
});

describe('L7: cross-site request forgery', () => {
  const foreign: readonly Readonly<Record<string, string>>[] = [
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'http://evil.example' },
    { Origin: 'null' },
  ];
  for (const headers of foreign) {
    it(`is refused by ${JSON.stringify(headers)}, even with the token of the form`, async (t) => {
      const { browser } = await startBrowser(t);
      await browser.logIn('admin', 'kitten');
      const csrf_token = await browser.formToken('/livestatus');
      const fields = { csrf_token, username: 'admin', password: 'kitten' };
      for (const path of ['/login', '/logout', '/get_token']) {
        deepEqual([path, (await browser.post(path, fields, headers)).status], [path, 403]);
      }
      equal((await browser.get('/get_token', headers)).status, 403);
      equal((await browser.get('/get_token')).status, 200);
    });
  }

  it('is refused for the lack of a token, and by one that was made for somebody else', async (t) => {
    const { browser } = await startBrowser(t);
    const attacker = browser.stranger();
    const credentials = { username: 'admin', password: 'kitten' };
    equal((await browser.post('/login', credentials)).status, 403);
    await browser.get('/login');
    const forged = { csrf_token: await attacker.formToken('/login') };
    equal((await browser.post('/login', { ...credentials, ...forged })).status, 403);
    await browser.logIn('admin', 'kitten');
    await attacker.logIn('ryan', 'ryanpass');
    const others = { csrf_token: await attacker.formToken('/login') };
    for (const path of ['/logout', '/get_token']) {
      for (const fields of [{}, { csrf_token: '' }, forged, others]) {
        deepEqual([path, (await browser.post(path, fields)).status], [path, 403]);
      }
    }
    equal((await browser.get('/get_token')).status, 200);
  });

  it('changes nothing by GET', async (t) => {
    const { browser } = await startBrowser(t);
    equal((await browser.get('/login?username=admin&password=kitten')).status, 200);
    equal(browser.cookies.has(COOKIE), false);
    await browser.logIn('admin', 'kitten');
    equal((await browser.get('/logout')).status, 405);
    equal((await browser.get('/get_token')).status, 200);
  });
});

describe('L8: CORS on /get_token', () => {
  const preflight = {
    'Access-Control-Request-Method': 'GET',
    'Access-Control-Request-Headers': 'authorization',
  };
  const seen = ({ headers }: Answer): unknown => [
    headers['access-control-allow-origin'],
    headers['access-control-allow-credentials'],
    headers.vary?.split(', ').includes('Origin'),
  ];

  it('opens it to nobody by default', async (t) => {
    const { browser } = await startBrowser(t);
    const Origin = 'https://evil.example';
    const headers = { ...preflight, Origin };
    deepEqual(seen(await browser.send('OPTIONS', '/get_token', { headers })), [
      undefined,
      undefined,
      true,
    ]);
    const answer = await browser.get('/get_token', {
      Origin,
      Authorization: basic('admin', 'kitten'),
    });
    equal(answer.status, 403);
    deepEqual(seen(answer), [undefined, undefined, true]);
  });

  it('opens it to exactly the configured origins, and never to *', async (t) => {
    const { browser } = await startBrowser(t, {
      EXPRESSWAY_PUBLIC__ALLOWED_ORIGINS: '["https://app.example.com"]',
    });
    const Authorization = basic('admin', 'kitten');
    const ask = async (Origin: string): Promise<unknown> => [
      seen(await browser.send('OPTIONS', '/get_token', { headers: { ...preflight, Origin } })),
      seen(await browser.get('/get_token', { Origin, Authorization })),
    ];
    const allowed = ['https://app.example.com', 'true', true];
    deepEqual(await ask('https://app.example.com'), [allowed, allowed]);
    const refused = [undefined, undefined, true];
    for (const origin of [
      'http://app.example.com',
      'https://app.example.com:8443',
      'https://app.example.com.evil.tld',
      'https://evil-app.example.com',
      'null',
    ]) {
      deepEqual([origin, await ask(origin)], [origin, [refused, refused]]);
    }
  });
});

describe('L9: tokens in caches', () => {
  for (const [method, accept] of [
    ['GET', 'text/plain'],
    ['GET', 'application/json'],
    ['HEAD', 'text/plain'],
    ['POST', 'application/json'],
  ] as const) {
    it(`are none: ${method} of ${accept} is sent with no-store and without ETag`, async (t) => {
      const { browser } = await startBrowser(t);
      const headers = { Accept: accept, Authorization: basic('admin', 'kitten') };
      const answer = await browser.send(method, '/get_token', { headers });
      const { etag, 'last-modified': modified, 'cache-control': control } = answer.headers;
      deepEqual([answer.status, control, etag, modified], [200, 'no-store', undefined, undefined]);
    });
  }
});

describe('L14: keys that are names of JavaScript', () => {
  it('reach no prototype from a body, a query or a name of a user', async (t) => {
    const { browser } = await startBrowser(t);
    const Authorization = basic('admin', 'kitten');
    const headers = { Authorization, 'Content-Type': 'application/json' };
    const body =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"a":{"__proto__":{"polluted":1}}}';
    const query = '?__proto__[polluted]=1&constructor[prototype][polluted]=1';
    const posted = await browser.send('POST', `/get_token${query}`, { headers, body });
    equal(posted.status, 200);
    const fields = {
      csrf_token: await browser.formToken(`/login${query}`),
      ['__proto__']: '1',
      '__proto__[polluted]': '1',
      'constructor[prototype][polluted]': '1',
      username: '__proto__',
      password: 'polluted',
    };
    equal((await browser.post('/login', fields)).status, 401);
    ok(!('polluted' in {}));
    const probe = await browser.get('/get_token', { Authorization, Accept: 'application/json' });
    const keys = ['token', 'token_type', 'expires_in', 'expires_at', 'refresh_at'];
    deepEqual(Object.keys(JSON.parse(probe.body) as object), keys);
  });
});

describe('L16: a log-in that leads elsewhere', () => {
  it('leads to / instead', async (t) => {
    const { browser } = await startBrowser(t);
    for (const next of [
      '//evil.example',
      '/\\evil.example',
      '/\t/evil.example',
      '/.//evil.example',
      'https://evil.example/',
      'javascript:alert(1)',
      'livestatus',
    ]) {
      const { status, headers } = await browser.logIn('admin', 'kitten', next);
      deepEqual([next, status, headers.location], [next, 303, '/']);
    }
    const { headers } = await browser.logIn('admin', 'kitten', '/livestatus?tab=load');
    equal(headers.location, '/livestatus?tab=load');
    const linked = await browser.stranger().get('/login?next=//evil.example');
    match(linked.body, /name="next" value="\/"/u);
  });
});
