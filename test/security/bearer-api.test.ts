import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { HttpClient, type Answer } from '../support/http.js';
import { makeToken, wrongTokens } from '../support/tokens.js';
import { joinWithToken, type WireClient } from '../support/wire-client.js';

type Body = Readonly<Record<string, unknown>>;

/** An HTTP client of a program that has a token. */
class Program {
  readonly http: HttpClient;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.http = new HttpClient(url);
    this.#token = token;
  }

  get headers(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
  }

  me(): Promise<Answer> {
    return this.http.get('/api/me', this.headers);
  }

  post(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.http.send('POST', path, { headers: { ...this.headers, ...headers }, body: text });
  }
}

const bodyOf = ({ body }: Answer): Body => JSON.parse(body) as Body;

interface Setup {
  readonly admin: Program;
  readonly programOf: (claims: Body) => Program;
  readonly join: (sub?: string) => Promise<WireClient>;
}

async function setUp(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<Setup> {
  const application = await startTestApplication(t, environment);
  const programOf = (claims: Body): Program =>
    new Program(application.publicUrl, makeToken({ claims }));
  return {
    admin: programOf({}),
    programOf,
    join: async (sub = 'admin') =>
      (await joinWithToken(t, webSocketUrl(application), makeToken({ claims: { sub } }))).client,
  };
}

// J15
describe('the bearer guard', () => {
  it('tells who brings no token that one is needed, and no error', async (t) => {
    const { admin } = await setUp(t);
    for (const headers of [{}, { authorization: 'Basic YWRtaW46a2l0dGVu' }, { cookie: 'sid=x' }]) {
      const { status, headers: answered } = await admin.http.get('/api/me', headers);
      equal(status, 401);
      equal(answered['www-authenticate'], 'Bearer realm="Expressway"');
      equal(answered['set-cookie'], undefined);
    }
  });

  it('finds no token in a URL', async (t) => {
    const { admin } = await setUp(t);
    const { status } = await admin.http.get(`/api/me?access_token=${makeToken()}`);
    equal(status, 401);
  });

  for (const [name, wrongToken] of wrongTokens) {
    it(`refuses a token that is ${name} as invalid_token`, async (t) => {
      const { programOf } = await setUp(t);
      const program = programOf({});
      const authorization = `Bearer ${wrongToken()}`;
      const { status, headers, body } = await program.http.get('/api/me', { authorization });
      equal(status, 401);
      match(
        headers['www-authenticate'] ?? '',
        /^Bearer realm="Expressway", error="invalid_token", error_description="\w+"$/,
      );
      equal(body.includes(wrongToken().split('.')[1] ?? '-'), false);
    });
  }

  it('refuses what is no token, and two of them, as invalid_request', async (t) => {
    const { admin } = await setUp(t);
    const values = [['Bearer'], ['Bearer a b'], ['Bearer {}'], ['Bearer a', 'Bearer b']];
    for (const authorization of values) {
      const { status, headers } = await admin.http.get('/api/me', { AUTHORIZATION: authorization });
      equal(status, 400);
      match(String(headers['www-authenticate']), /error="invalid_request"/);
    }
  });

  it('takes only tokens of its own audience where it has one, and the WebSocket takes none of those', async (t) => {
    const environment = { EXPRESSWAY_AUTH__API__AUDIENCE: 'api' };
    const application = await startTestApplication(t, environment);
    const forSockets = new Program(application.publicUrl, makeToken());
    const forApi = new Program(application.publicUrl, makeToken({ claims: { aud: 'api' } }));
    const refused = await forSockets.me();
    equal(refused.status, 401);
    match(refused.headers['www-authenticate'] ?? '', /error_description="audience_mismatch"/);
    equal((await forApi.me()).status, 200);
    const nobody = new Program(application.publicUrl, makeToken({ claims: { aud: undefined } }));
    equal((await nobody.me()).status, 401);
    const token = makeToken({ claims: { aud: 'api' } });
    const { answer } = await joinWithToken(t, webSocketUrl(application), token);
    deepEqual([answer[0], answer[2]], [3, 'wamp.error.authentication_denied']);
  });

  it('makes no session and sets no cookie', async (t) => {
    const { admin } = await setUp(t);
    await admin.http.logIn('admin', 'kitten');
    const { status, headers } = await admin.http.get('/api/me');
    equal(status, 401);
    equal(headers['set-cookie'], undefined);
    const known = await admin.me();
    equal(known.status, 200);
    equal(known.headers['set-cookie'], undefined);
    equal(known.headers['cache-control'], 'no-store');
  });

  it('is there only where it is switched on', async (t) => {
    const { admin } = await setUp(t, { EXPRESSWAY_PUBLIC__API_PATH: '' });
    equal((await admin.me()).status, 404);
  });
});

describe('GET /api/me', () => {
  it('tells a user who it is and what it may', async (t) => {
    const { programOf } = await setUp(t);
    const exp = Math.floor(Date.now() / 1000) + 30;
    const { status, body } = await programOf({ sub: 'ryan', exp }).me();
    equal(status, 200);
    deepEqual(JSON.parse(body), {
      id: 'ryan',
      username: 'ryan',
      role: 'user',
      roles: ['user'],
      permissions: [
        { uri: 'com.example.status.', match: 'prefix', allow: { subscribe: true }, disclose: {} },
      ],
      expires_at: exp,
    });
  });
});

describe('POST /api/publish', () => {
  it('publishes in the name of the user, and gives the publication', async (t) => {
    const { admin, join } = await setUp(t);
    const subscriber = await join();
    subscriber.send([32, 1, {}, 'com.example.news']);
    const [, , subscription] = await subscriber.receive();
    const answer = await admin.post('/api/publish', {
      topic: 'com.example.news',
      args: ['hello', 1],
      kwargs: { to: 'all' },
      options: { disclose_me: true },
    });
    equal(answer.status, 200);
    const { publication, topic } = bodyOf(answer);
    equal(topic, 'com.example.news');
    const event = await subscriber.receive();
    deepEqual(event.slice(0, 3), [36, subscription, publication]);
    deepEqual(event.slice(4), [['hello', 1], { to: 'all' }]);
    const { publisher_authid: authid, publisher_authrole: authrole } = event[3] as Body;
    deepEqual([authid, authrole], ['admin', 'admin']);
  });

  it('refuses what the role may not, as the router words it', async (t) => {
    const { programOf } = await setUp(t);
    const answer = await programOf({ sub: 'ryan' }).post('/api/publish', {
      topic: 'com.example.a',
    });
    equal(answer.status, 403);
    equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
    match(answer.headers['www-authenticate'] ?? '', /error="insufficient_scope"/);
    const { wamp_uri: uri, status, title } = bodyOf(answer);
    deepEqual([uri, status, title], ['wamp.error.not_authorized', 403, 'Forbidden']);
  });

  // J12
  it('keeps to the scope of the token', async (t) => {
    const { programOf } = await setUp(t);
    const program = programOf({ expressway: { publish: ['com.example.a'], call: [] } });
    equal((await program.post('/api/publish', { topic: 'com.example.a' })).status, 200);
    equal((await program.post('/api/publish', { topic: 'com.example.b' })).status, 403);
    equal((await program.post('/api/call', { procedure: 'wamp.session.count' })).status, 403);
    const { scope } = bodyOf(await program.me());
    deepEqual(scope, { publish: [{ uri: 'com.example.a', match: 'exact' }], call: [] });
  });

  it('refuses what no client may publish, and a URI that is none', async (t) => {
    const { admin } = await setUp(t);
    for (const topic of ['wamp.session.on_join', 'expressway.x', 'a..b', '', 'a b', 'x#']) {
      const answer = await admin.post('/api/publish', { topic });
      deepEqual(
        [answer.status, bodyOf(answer)['wamp_uri']],
        [400, 'wamp.error.invalid_uri'],
        topic,
      );
    }
  });
});

describe('POST /api/call', () => {
  it('gives the result', async (t) => {
    const { admin, join } = await setUp(t);
    const callee = await join();
    callee.send([64, 1, { disclose_caller: true }, 'com.example.add']);
    const [, , registration] = await callee.receive();
    const answer = admin.post('/api/call', { procedure: 'com.example.add', args: [1, 2] });
    const [type, request, of, details, args] = await callee.receive();
    deepEqual([type, of, args], [68, registration, [1, 2]]);
    equal((details as Body)['caller_authid'], 'admin');
    callee.send([70, request, {}, [3], { unit: 'apples' }]);
    const { status, body } = await answer;
    equal(status, 200);
    deepEqual(JSON.parse(body), { args: [3], kwargs: { unit: 'apples' } });
  });

  it('tells an ERROR of the callee with its arguments', async (t) => {
    const { admin, join } = await setUp(t);
    const callee = await join();
    callee.send([64, 1, {}, 'com.example.buy']);
    await callee.receive();
    const answer = admin.post('/api/call', { procedure: 'com.example.buy' });
    const [, request] = await callee.receive();
    callee.send([8, 68, request, {}, 'com.example.error.sold_out', ['none left'], { since: 5 }]);
    const { status, body } = await answer;
    equal(status, 422);
    const { wamp_uri: uri, detail, args, kwargs } = JSON.parse(body) as Body;
    deepEqual([uri, detail], ['com.example.error.sold_out', 'none left']);
    deepEqual([args, kwargs], [['none left'], { since: 5 }]);
  });

  it('knows no procedure that nobody has registered', async (t) => {
    const { admin } = await setUp(t);
    const answer = await admin.post('/api/call', { procedure: 'com.example.nothing' });
    deepEqual([answer.status, bodyOf(answer)['wamp_uri']], [404, 'wamp.error.no_such_procedure']);
  });

  it('ends with the timeout that it asks for', async (t) => {
    const { admin, join } = await setUp(t);
    const callee = await join();
    callee.send([64, 1, {}, 'com.example.slow']);
    await callee.receive();
    const options = { timeout: 50 };
    const answer = await admin.post('/api/call', { procedure: 'com.example.slow', options });
    deepEqual([answer.status, bodyOf(answer)['wamp_uri']], [504, 'wamp.error.timeout']);
  });

  it('interrupts the callee when the client has gone', async (t) => {
    const { admin, join } = await setUp(t);
    const callee = await join();
    callee.send([64, 1, {}, 'com.example.slow']);
    await callee.receive();
    const gone = new AbortController();
    const lost = fetch(new URL('/api/call', admin.http.base), {
      method: 'POST',
      headers: admin.headers,
      body: JSON.stringify({ procedure: 'com.example.slow' }),
      signal: gone.signal,
    }).catch((error: unknown) => error);
    const [, request] = await callee.receive();
    gone.abort();
    await lost;
    callee.send([70, request, {}, ['late']]);
    // The call is over: the very next thing that its callee hears is about another one.
    void admin.post('/api/call', { procedure: 'com.example.slow', args: ['next'] });
    const [type, , , , args] = await callee.receive();
    deepEqual([type, args], [68, ['next']]);
  });
});

// T6
describe('the HTTP API refuses', () => {
  const TYPES = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'application/jsonx',
  ];
  for (const type of TYPES) {
    it(`a body of ${type}`, async (t) => {
      const { admin } = await setUp(t);
      const body = { topic: 'com.example.a' };
      equal((await admin.post('/api/publish', body, { 'content-type': type })).status, 415);
    });
  }

  it('a body longer than 64 KiB', async (t) => {
    const { admin } = await setUp(t);
    const args = ['x'.repeat(64 * 1024)];
    equal((await admin.post('/api/publish', { topic: 'com.example.a', args })).status, 413);
  });

  it('bodies that are none', async (t) => {
    const { admin } = await setUp(t);
    const topic = 'com.example.a';
    const deep = (levels: number): string =>
      `{"topic":"${topic}","args":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    const bodies: readonly unknown[] = [
      ...['', '{', 'null', '[]', '"a"', '7', {}, { topic: 7 }, { topic, args: {} }],
      ...[
        { topic, kwargs: [] },
        { topic, options: [] },
        { topic, options: { acknowledge: 1 } },
      ],
      ...[
        { topic, options: { exclude: ['x'] } },
        { topic, options: { ppt_scheme: 'mqtt' } },
      ],
      ...[{ topic, batch: [] }, { procedure: topic }, deep(64), deep(30_000)],
    ];
    for (const body of bodies) {
      equal(
        (await admin.post('/api/publish', body)).status,
        400,
        JSON.stringify(body).slice(0, 80),
      );
    }
    equal((await admin.post('/api/publish', deep(60))).status, 200);
  });

  // L14
  it('nothing of a body with __proto__, which is plain data', async (t) => {
    const { admin } = await setUp(t);
    const body =
      '{"topic":"com.example.a","kwargs":{"__proto__":{"x":1}},"options":{"__proto__":{"retain":true}}}';
    equal((await admin.post('/api/publish', body)).status, 200);
    equal(Reflect.get({}, 'x'), undefined);
  });

  it('pages of other sites, and gives them nothing to read', async (t) => {
    const { admin } = await setUp(t);
    const origin = 'https://evil.example';
    const { status, headers } = await admin.post(
      '/api/publish',
      { topic: 'com.example.a' },
      { origin },
    );
    equal(status, 403);
    equal(headers['access-control-allow-origin'], undefined);
    const preflight = await admin.http.send('OPTIONS', '/api/publish', {
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    equal(preflight.headers['access-control-allow-origin'], undefined);
  });

  it('other methods', async (t) => {
    const { admin } = await setUp(t);
    equal((await admin.http.get('/api/publish', admin.headers)).status, 405);
    equal((await admin.post('/api/me', {})).status, 405);
  });

  // T7
  it('a role that is kept for trusted listeners, whatever the provider of users says', async (t) => {
    const { programOf } = await setUp(t, { EXPRESSWAY_TRUSTED__ROLE: 'user' });
    const program = programOf({ sub: 'ryan' });
    equal((await program.post('/api/publish', { topic: 'com.example.status.a' })).status, 403);
  });
});

describe('the sessions of the HTTP API', () => {
  it('are ended with those of their user, and the next request is refused with the token', async (t) => {
    const { admin, join } = await setUp(t);
    const observer = await join();
    observer.send([32, 1, {}, 'wamp.session.on_leave']);
    await observer.receive();
    await admin.post('/api/publish', { topic: 'com.example.a' });
    observer.send([48, 2, {}, 'wamp.session.kill_by_authid', ['admin']]);
    const messages = [await observer.receive(), await observer.receive()];
    const types = messages.map(([type]) => type).sort();
    deepEqual(types, [36, 50]);
    equal((await admin.post('/api/publish', { topic: 'com.example.a' })).status, 200);
  });

  it('keep to the limit of sessions', async (t) => {
    const { admin } = await setUp(t, {
      EXPRESSWAY_REALMS__0__ROLES__0__LIMITS__SESSIONS_PER_USER: '1',
    });
    const one = await admin.post('/api/publish', { topic: 'com.example.a' });
    const two = await admin.post('/api/publish', { topic: 'com.example.a' });
    deepEqual([one.status, two.status], [200, 200]);
  });

  it('are refused with 429 where the user has too many already', async (t) => {
    const { admin, join } = await setUp(t, {
      EXPRESSWAY_REALMS__0__ROLES__0__LIMITS__SESSIONS_PER_USER: '1',
    });
    await join();
    const { status, headers } = await admin.post('/api/publish', { topic: 'com.example.a' });
    equal(status, 429);
    equal(headers['retry-after'], '10');
  });
});
