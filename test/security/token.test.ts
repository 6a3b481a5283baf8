// Threats to tokens, against the started application: what AUTHENTICATE with a token is answered with.
import { deepEqual, equal, match, notEqual, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Application } from '../../src/application.js';
import {
  ConfigurationFolder,
  SESSION_SECRET,
  TOKEN_SECRET,
} from '../config/configuration-folder.js';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { listen } from '../support/http.js';
import { makeToken } from '../support/tokens.js';
import { ALL_ROLES, connectWire, joinWithToken } from '../support/wire-client.js';
import { RecordingLogger } from '../web/running-web.js';
import { rsaKey, signToken } from './signed-token.js';

const ROOT = new URL('../../../', import.meta.url);
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const DAY = 86_400;

const now = (): number => Math.floor(Date.now() / 1000);

/** Configures `keys` in place of the development key. */
const withKeys = (...keys: readonly object[]): Record<string, string> => ({
  EXPRESSWAY_AUTH__JWT__KEYS: JSON.stringify(keys),
});

type Tokens = Readonly<Record<string, string>>;

async function answerTo(t: TestContext, application: Application, token: string) {
  const { client, answer } = await joinWithToken(t, webSocketUrl(application), token);
  client.drop();
  return answer;
}

/** Each of the tokens opens a session. */
async function accepts(t: TestContext, application: Application, tokens: Tokens): Promise<void> {
  for (const [name, token] of Object.entries(tokens)) {
    const [code] = await answerTo(t, application, token);
    deepEqual([name, code], [name, 2]);
  }
}

/** Each of the tokens is answered with ABORT that says no more than `message`. */
async function refuses(
  t: TestContext,
  application: Application,
  tokens: Tokens,
  message = 'invalid_token',
): Promise<void> {
  for (const [name, token] of Object.entries(tokens)) {
    deepEqual(
      [name, ...(await answerTo(t, application, token))],
      [name, 3, { message }, 'wamp.error.authentication_denied'],
    );
  }
}

/** Says HELLO with these details, then proves with `token`; gives the last answer. */
async function joinAs(
  t: TestContext,
  application: Application,
  details: object,
  { realm = 'realm1', token = makeToken() } = {},
): Promise<unknown[]> {
  const client = await connectWire(t, webSocketUrl(application));
  client.send([1, realm, { ...ALL_ROLES, authmethods: ['jwt'], ...details }]);
  const challenge = await client.receive();
  if (challenge[0] !== 4) return challenge;
  client.send([5, token, {}]);
  return client.receive();
}

describe('J1: the algorithm of a token', () => {
  const key = rsaKey();
  const unsigned = (alg: string, header: object = {}): string =>
    makeToken({ header: { alg, kid: 'rsa', ...header } }).replace(/[^.]*$/u, '');
  const header = { kid: 'rsa' };
  const configured = { alg: 'RS256', public_key: key.publicKey };

  it('is that of its key, never that of its header', async (t) => {
    const application = await startTestApplication(t, withKeys({ kid: 'rsa', ...configured }));
    const confused = { header, secret: key.publicKey };
    await refuses(t, application, {
      none: unsigned('none'),
      None: unsigned('None'),
      nOnE: unsigned('nOnE'),
      empty: unsigned(''),
      'none with a signature': `${unsigned('none')}AAAA`,
      'RS256 without a signature': unsigned('RS256'),
      'HS256 with the public PEM': makeToken(confused),
      'HS256 with the trimmed PEM': makeToken({ ...confused, secret: key.publicKey.trim() }),
      'RS384, rightly signed': signToken('RS384', key, { header }),
      'an array': signToken('RS256', key, { header: { ...header, alg: ['RS256'] } }),
      'another RSA key': signToken('RS256', rsaKey(), { header }),
    });
    await accepts(t, application, { 'its own': signToken('RS256', key, { header }) });
  });

  it('is that of its key also for the only key, which needs no kid', async (t) => {
    const application = await startTestApplication(t, withKeys(configured));
    const withoutKid = { header: { kid: undefined }, secret: key.publicKey };
    await refuses(t, application, {
      none: unsigned('none', { kid: undefined }),
      'HS256 with the public PEM': makeToken(withoutKid),
    });
    await accepts(t, application, { 'its own': signToken('RS256', key) });
  });
});

describe('J2: weak keys', () => {
  const expressway = (args: readonly string[], env: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  };
  const hmac = (kid: string, secret: string): object => ({ kid, alg: 'HS256', secret });

  it('keep the application from starting, and the place of each is told', async (t) => {
    const keys = [
      { ...hmac('good', TOKEN_SECRET), sign: true },
      hmac('just-long-enough', TOKEN_SECRET.slice(0, 32)),
      hmac('short', TOKEN_SECRET.slice(0, 31)),
      { ...hmac('short-for-its-hash', TOKEN_SECRET.slice(0, 32)), alg: 'HS512' },
      hmac('published', 'a-string-secret-at-least-256-bits-long'),
      hmac('placeholder', `please change me, ${TOKEN_SECRET}`.replace('change me', 'changeme')),
      hmac('monotonous', 'a'.repeat(64)),
      hmac('repeated', '0123456789'.repeat(8)),
      hmac('public', rsaKey().publicKey),
      { kid: 'short-rsa', alg: 'RS256', public_key: rsaKey(1024).publicKey },
    ];
    const lines = keys.map((key) => `      - ${JSON.stringify(key)}\n`).join('');
    const folder = await ConfigurationFolder.make(t, {
      'weak.yaml':
        'realms: [{ name: realm1, roles: [{ name: trusted }] }]\n' +
        `auth:\n  session: { secret: ${SESSION_SECRET} }\n  jwt:\n    keys:\n${lines}`,
    });
    const config = folder.file('weak.yaml');
    const [stdout, stderr, exit] = await expressway(['start', '--config', config]);
    deepEqual([stdout, exit], ['', [2, null]]);
    const places = stderr
      .split('\n')
      .map((line) =>
        /^.*weak\.yaml:(\d+):\d+ \/auth\/jwt\/keys\/(\d+)\/(?:secret|public_key): /u
          .exec(line)
          ?.slice(1),
      )
      .filter((place) => place !== undefined);
    const firstLine = 6;
    const weak = Array.from({ length: keys.length - 2 }, (_, index) => index + 2);
    deepEqual(
      places,
      weak.map((index) => [String(firstLine + index), String(index)]),
    );
    for (const key of [TOKEN_SECRET.slice(0, 31), 'BEGIN PUBLIC']) ok(!stderr.includes(key));
  });

  it('are told by the variable that they come from', async () => {
    const [stdout, stderr, exit] = await expressway(
      ['start', '--config', fileURLToPath(new URL('config/development.yaml', ROOT))],
      { EXPRESSWAY_AUTH__JWT__KEYS__0__SECRET: 'too short' },
    );
    deepEqual([stdout, exit], ['', [2, null]]);
    match(stderr, /EXPRESSWAY_AUTH__JWT__KEYS__0__SECRET.*32/u);
    ok(!stderr.includes('too short'));
  });
});

describe('J3: claims', () => {
  it('that are required are missed', async (t) => {
    const application = await startTestApplication(t);
    const without = (name: string): [string, string] => [
      name,
      makeToken({ claims: { [name]: undefined } }),
    ];
    await refuses(
      t,
      application,
      Object.fromEntries(['exp', 'iat', 'iss', 'aud', 'sub'].map(without)),
    );
  });

  it('of a wrong type or value are refused', async (t) => {
    const application = await startTestApplication(t);
    const wrong: readonly (readonly [string, unknown])[] = [
      ['exp', String(now() + 60)],
      ['exp', null],
      ['exp', true],
      ['exp', [now() + 60]],
      ['iat', String(now())],
      ['nbf', 'yesterday'],
      ['iss', 'somebody else'],
      ['iss', ['expressway']],
      ['sub', 7],
      ['sub', ''],
      ['sub', ['admin']],
      ['sub', { toString: 'admin' }],
      ['sub', 'admin\n'],
      ['sub', 'x'.repeat(129)],
      ['sub', '__proto__'],
      ['sub', 'nobody'],
    ];
    for (const [name, value] of wrong) {
      const claims = { [name]: value };
      await refuses(t, application, { [JSON.stringify(claims)]: makeToken({ claims }) });
    }
    for (const aud of ['elsewhere', ['elsewhere'], [], { wamp: true }, 'wamp2', '']) {
      const token = makeToken({ claims: { aud } });
      await refuses(t, application, { [JSON.stringify(aud)]: token }, 'audience_mismatch');
    }
  });

  it('are taken as other libraries write them: fractions of a second, lists of audiences', async (t) => {
    const application = await startTestApplication(t);
    const exp = now() + 60.25;
    const answer = await answerTo(t, application, makeToken({ claims: { exp } }));
    equal(answer[0], 2);
    const { authextra } = answer[2] as { readonly authextra: Record<string, unknown> };
    equal(authextra['expires_at'], exp);
    await accepts(t, application, {
      'a float everywhere': makeToken({
        claims: { exp, iat: now() - 0.5, nbf: now() - 0.5 },
      }),
      audiences: makeToken({ claims: { aud: ['elsewhere', 'wamp'] } }),
      'more than we know': makeToken({ claims: { roles: ['root'], authrole: 'root', scope: 7 } }),
    });
  });

  it('are no use when the payload is no object or no JSON', async (t) => {
    const application = await startTestApplication(t);
    const encode = (value: string): string => Buffer.from(value).toString('base64url');
    const [head = ''] = makeToken().split('.');
    await refuses(t, application, {
      nothing: '',
      dots: '..',
      'four parts': `${makeToken()}.AAAA`,
      'two parts': makeToken().split('.').slice(0, 2).join('.'),
      'no header': `${encode('null')}.${encode('{}')}.AAAA`,
      'no JSON': `${head}.${encode('{')}.AAAA`,
      '9 KiB': `${makeToken()}${'A'.repeat(9 * 1024)}`,
    });
  });
});

describe('J4: a clock that is off', () => {
  it('may be off by 5 s', async (t) => {
    const application = await startTestApplication(t);
    await accepts(t, application, {
      'nbf 4 s ahead': makeToken({ claims: { nbf: now() + 4 } }),
      'iat 4 s ahead': makeToken({ claims: { iat: now() + 4 } }),
    });
    await refuses(t, application, {
      'nbf 10 s ahead': makeToken({ claims: { nbf: now() + 10 } }),
      'iat 10 s ahead': makeToken({ claims: { iat: now() + 10 } }),
    });
    const expired = { 'exp 10 s ago': makeToken({ claims: { exp: now() - 10 } }) };
    await refuses(t, application, expired, 'token_expired');
  });

  it('may be off by 60 s at most, if so configured', async (t) => {
    const tolerance = (value: string): Record<string, string> => ({
      EXPRESSWAY_AUTH__JWT__CLOCK_TOLERANCE: value,
      EXPRESSWAY_EXPIRY__GRACE: '5m',
    });
    const application = await startTestApplication(t, tolerance('60s'));
    await accepts(t, application, {
      'nbf 50 s ahead': makeToken({ claims: { nbf: now() + 50 } }),
      'exp 30 s ago': makeToken({ claims: { exp: now() - 30 } }),
    });
    await refuses(t, application, { nbf: makeToken({ claims: { nbf: now() + 70 } }) });
    await rejects(startTestApplication(t, tolerance('61s')), /clock_tolerance/u);
  });
});

describe('J5: the kid of a token', () => {
  it('is the exact name of a key, and nothing else', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__JWT__KEYS__1: JSON.stringify({
        kid: 'second',
        alg: 'HS256',
        secret: TOKEN_SECRET,
      }),
    });
    for (const kid of [
      '../../etc/passwd',
      '/dev/null',
      '__proto__',
      'constructor',
      'toString',
      'Development',
      'development ',
      'development\0',
      "' or '1'='1",
      'x'.repeat(10 * 1024),
      '',
      0,
      1,
      null,
      true,
      ['development'],
      { kid: 'development' },
      undefined,
    ]) {
      const name = kid === undefined ? 'none, with two keys' : JSON.stringify(kid);
      await refuses(t, application, { [name]: makeToken({ header: { kid } }) });
    }
    const second = { header: { kid: 'second' }, secret: TOKEN_SECRET };
    await accepts(t, application, { first: makeToken(), second: makeToken(second) });
    const swapped = { 'of the other key': makeToken({ header: { kid: 'second' } }) };
    await refuses(t, application, swapped);
  });

  it('may be left out when there is one key', async (t) => {
    const application = await startTestApplication(t);
    await accepts(t, application, { 'no kid': makeToken({ header: { kid: undefined } }) });
    await refuses(t, application, { 'another kid': makeToken({ header: { kid: 'other' } }) });
  });

  it('is all that chooses a key: those that a token brings along are ignored, and the log says so', async (t) => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.end('{"keys":[]}');
    });
    const jku = `${await listen(t, server)}/keys.json`;
    const logger = new RecordingLogger();
    const application = await startTestApplication(t, {}, logger);
    const key = rsaKey();
    const jwk = key.privateKey.export({ format: 'jwk' });
    const headers = { jku, x5u: jku, jwk: { kty: jwk.kty, n: jwk.n, e: jwk.e }, x5c: ['AAAA'] };
    await refuses(t, application, {
      'its own key': signToken('RS256', key, { header: { kid: 'development', ...headers } }),
      'its own secret': makeToken({
        header: { jwk: { kty: 'oct', k: Buffer.from(TOKEN_SECRET).toString('base64url') } },
        secret: TOKEN_SECRET,
      }),
    });
    await accepts(t, application, { ours: makeToken({ header: headers }) });
    equal(requests, 0);
    const names = '"headers":["jku","x5u","jwk","x5c"]';
    ok(logger.lines.some((line) => line.includes('ignored') && line.includes(names)));
  });
});

describe('J6: critical headers', () => {
  it('are refused, as none of them is understood', async (t) => {
    const application = await startTestApplication(t);
    const headers: readonly Readonly<Record<string, unknown>>[] = [
      { crit: ['exp'] },
      { crit: ['b64'], b64: false },
      { crit: ['b64'], b64: true },
      { crit: ['urn:example:unknown'], 'urn:example:unknown': 1 },
      { crit: [] },
      { crit: null },
      { crit: 'exp' },
      { b64: false },
    ];
    for (const header of headers) {
      await refuses(t, application, { [JSON.stringify(header)]: makeToken({ header }) });
    }
  });
});

describe('J7: a token that lives for long', () => {
  it('is refused beyond max_ttl, a day by default, however it is dated', async (t) => {
    const application = await startTestApplication(t);
    const token = (iat: number, life: number): string =>
      makeToken({ claims: { iat, exp: iat + life } });
    await accepts(t, application, { 'a day': token(now(), DAY) });
    await refuses(t, application, {
      'ten years': token(now(), 3652 * DAY),
      'a second more than a day': token(now(), DAY + 1),
      'ten years, of which nine are over': token(now() - 3287 * DAY, 3652 * DAY),
      'a day in ten years': token(now() + 3652 * DAY, DAY),
      'for ever': makeToken({ claims: { exp: Number.MAX_VALUE } }),
    });
  });
});

describe('J8: a token that is used again', () => {
  it('is accepted until it expires, which SECURITY.md says and its short life makes bearable', async (t) => {
    const application = await startTestApplication(t);
    const token = await fetchToken(application);
    await accepts(t, application, { once: token, again: token });
    match(
      await readFile(new URL('SECURITY.md', ROOT), 'utf8'),
      /A stolen token is good until it expires/u,
    );
    const claims = (of: string): Record<string, unknown> =>
      JSON.parse(Buffer.from(of.split('.')[1] ?? '', 'base64url').toString()) as Record<
        string,
        unknown
      >;
    const { exp, iat, jti } = claims(token);
    equal(Number(exp) - Number(iat), 300);
    // Each has a name of its own, by which one could be refused.
    match(String(jti), /^[\w-]{22}$/u);
    notEqual(claims(await fetchToken(application))['jti'], jti);
  });
});

describe('J9: who HELLO claims to be', () => {
  it('must be who the token proves', async (t) => {
    const application = await startTestApplication(t);
    const mismatch = [3, { message: 'authid_mismatch' }, 'wamp.error.authentication_denied'];
    for (const authid of ['root', 'ryan', 'Admin', 'admin ', '', '__proto__']) {
      deepEqual([authid, ...(await joinAs(t, application, { authid }))], [authid, ...mismatch]);
    }
    for (const authid of [7, ['admin'], { authid: 'admin' }]) {
      const [code, , reason] = await joinAs(t, application, { authid });
      deepEqual([authid, code, reason], [authid, 3, 'wamp.error.protocol_violation']);
    }
    for (const authid of ['admin', undefined, 'anonymous']) {
      const [code, , details] = await joinAs(t, application, { authid });
      equal(code, 2);
      equal((details as Record<string, unknown>)['authid'], 'admin');
    }
  });

  it('has the role of the user, whatever HELLO or the token say', async (t) => {
    const application = await startTestApplication(t);
    const claims = { sub: 'ryan', authrole: 'admin', role: 'admin', authroles: ['admin'] };
    const claimed = { authrole: 'admin', authroles: ['admin'], authextra: { role: 'admin' } };
    const [code, , details] = await joinAs(t, application, claimed, {
      token: makeToken({ claims }),
    });
    equal(code, 2);
    const { authid, authrole, authroles } = details as Record<string, unknown>;
    deepEqual([authid, authrole, authroles], ['ryan', 'user', ['user']]);
  });

  it('gets into no realm that has not the role', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_REALMS__1: '{ name: realm2, roles: [{ name: guest }] }',
    });
    const [code, , reason] = await joinAs(t, application, {}, { realm: 'realm2' });
    deepEqual([code, reason], [3, 'wamp.error.no_such_role']);
    equal((await joinAs(t, application, {}))[0], 2);
  });
});

describe('J14: a user that is no more', () => {
  it('gets no session with a good token, nor does one that is disabled', async (t) => {
    const file = new URL('config/users.development.yaml', ROOT);
    const users = await readFile(file, 'utf8');
    const folder = await ConfigurationFolder.make(t, {
      'users.yaml': users
        .replace('  - username: ryan\n', '  - username: ryan\n    disabled: true\n')
        .replace('username: admin', 'username: alice'),
    });
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__USERS__PATH: folder.file('users.yaml'),
    });
    await accepts(t, application, { alice: makeToken({ claims: { sub: 'alice' } }) });
    await refuses(t, application, {
      admin: makeToken(),
      ryan: makeToken({ claims: { sub: 'ryan' } }),
    });
  });
});
