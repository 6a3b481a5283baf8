import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import {
  WebAppClient,
  type WebAppClientOptions,
} from '../../../src/auth/sessions/web-app-client.js';
import { listen } from '../../support/http.js';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A client of a web application that answers so. */
async function clientOf(
  t: TestContext,
  answer: Answer,
  options: Partial<WebAppClientOptions> = {},
): Promise<WebAppClient> {
  const url = await listen(
    t,
    createServer((request, response) => {
      answer(response, request);
    }),
  );
  return new WebAppClient({ url: `${url}/whoami`, timeoutMs: 10_000, ...options });
}

const json =
  (body: unknown, status = 200): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

describe('WebAppClient', () => {
  it('asks with the cookie alone, and gives who it is', async (t) => {
    const seen: unknown[] = [];
    const client = await clientOf(t, (response, { method, url, headers }) => {
      seen.push([method, url, headers.cookie, headers.accept, headers.authorization]);
      json({ sub: 'zoë', role: 'user', expires_at: 1700000000.5, more: 1 })(response, {} as never);
    });
    deepEqual(await client.ask('PHPSESSID=abc; x=y'), {
      sub: 'zoë',
      role: 'user',
      expiresAt: 1_700_000_000_500,
    });
    deepEqual(seen, [['GET', '/whoami', 'PHPSESSID=abc; x=y', 'application/json', undefined]]);
  });

  it('takes 401, 403 and 404 for nobody', async (t) => {
    for (const status of [401, 403, 404]) {
      const client = await clientOf(t, json({ sub: 'zoë', role: 'user' }, status));
      equal(await client.ask('a=b'), undefined);
    }
  });

  it('needs no time of the end', async (t) => {
    const client = await clientOf(t, json({ sub: 'zoë', role: 'user', expires_at: null }));
    deepEqual(await client.ask('a=b'), { sub: 'zoë', role: 'user', expiresAt: undefined });
  });

  const failures: readonly (readonly [string, Answer, string])[] = [
    ['500', json({ sub: 'a', role: 'user' }, 500), 'answered 500'],
    [
      'a redirect, which is not followed',
      (response, { url }) => {
        if (url === '/login') json({ sub: 'a', role: 'user' })(response, {} as never);
        else response.writeHead(302, { location: '/login' }).end();
      },
      'answered 302',
    ],
    ['204', (response) => response.writeHead(204).end(), 'answered 204'],
    ['no JSON', (response) => response.end('<h1>canary</h1>'), 'its answer is no JSON'],
    ['no UTF-8', (response) => response.end(Buffer.from([0xff])), 'its answer is no text'],
    ['no object', json(['a']), 'its answer is no object'],
    ['no sub', json({ role: 'user' }), 'sub is no authid'],
    ['a deceptive sub', json({ sub: 'a\u202e', role: 'user' }), 'sub is no authid'],
    ['no role', json({ sub: 'a', role: 5 }), 'role is no text'],
    ['no time', json({ sub: 'a', role: 'b', expires_at: 'soon' }), 'expires_at is no time'],
    ['more than 16 KiB', (response) => response.end('x'.repeat(16_385)), 'its answer is too long'],
    ['a cut connection', (response) => response.destroy(), 'cannot be reached (UND_ERR_SOCKET)'],
  ];
  for (const [name, answer, message] of failures) {
    it(`cannot tell after ${name}`, async (t) => {
      const client = await clientOf(t, answer);
      await rejects(client.ask('a=b'), { name: 'WebAppUnavailable', message });
    });
  }

  it('cannot tell when no answer comes in time', async (t) => {
    const client = await clientOf(t, () => undefined, { timeoutMs: 50 });
    await rejects(client.ask('a=b'), { name: 'WebAppUnavailable', message: 'no answer in time' });
  });

  it('asks so many questions at once, lets so many wait and refuses more', async (t) => {
    const open: ServerResponse[] = [];
    let onquestion: () => void = () => undefined;
    const client = await clientOf(
      t,
      (response) => {
        open.push(response);
        onquestion();
      },
      { concurrency: 2, waiting: 1 },
    );
    const both = new Promise<void>((resolve) => {
      onquestion = () => {
        if (open.length === 2) resolve();
      };
    });
    const answers = ['a', 'b', 'c'].map((cookie) => client.ask(cookie));
    await rejects(client.ask('d'), { message: 'too many questions' });
    await both;
    equal(open.length, 2);
    const third = new Promise<void>((resolve) => {
      onquestion = resolve;
    });
    for (const response of open.slice()) json({ sub: 'a', role: 'user' })(response, {} as never);
    await third;
    json({ sub: 'a', role: 'user' })(open[2] ?? ({} as never), {} as never);
    const users = await Promise.all(answers);
    ok(users.every((user) => user?.sub === 'a'));
  });
});
