import assert from 'node:assert/strict';
import { it } from 'node:test';
import express from 'express';
import passport from 'passport';
import { BasicStrategy, type VerifyCredentials } from '../../src/web/basic-strategy.js';
import { problemHandler } from '../../src/web/http-problem.js';
import { createHttpServer } from '../../src/web/http-server.js';
import { silentLogger } from '../../src/router/index.js';
import { basic, HttpClient, listen } from '../support/http.js';
import type { TestContext } from 'node:test';

async function start(t: TestContext, verify: VerifyCredentials): Promise<HttpClient> {
  const authenticator = new passport.Passport();
  authenticator.use(new BasicStrategy('Basic realm="test"', verify));
  const app = express();
  app.use((request, response, next) => {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- passport's types leave its middleware open
    const middleware: express.RequestHandler = authenticator.authenticate('basic', {
      session: false,
    });
    void middleware(request, response, next);
  });
  app.get('/', (request, response) => {
    response.json(request.user);
  });
  app.use(problemHandler(silentLogger));
  return new HttpClient(await listen(t, createHttpServer(app)));
}

it('is a passport strategy: verifies, lets the user through, challenges the others', async (t) => {
  const seen: unknown[] = [];
  const client = await start(t, (credentials, address) => {
    seen.push([credentials, address]);
    const isRight = credentials.password === 'b:c';
    return Promise.resolve(isRight ? { username: credentials.username, role: 'admin' } : undefined);
  });
  const right = await client.get('/', { Authorization: basic('a', 'b:c') });
  assert.deepEqual([right.status, right.body], [200, '{"username":"a","role":"admin"}']);
  const wrong = await client.get('/', { Authorization: basic('a', 'b') });
  assert.deepEqual([wrong.status, wrong.headers['www-authenticate']], [401, 'Basic realm="test"']);
  assert.deepEqual(seen, [
    [{ username: 'a', password: 'b:c' }, '127.0.0.1'],
    [{ username: 'a', password: 'b' }, '127.0.0.1'],
  ]);
});

it('asks nobody about a missing, malformed or nameless header', async (t) => {
  let asked = 0;
  const client = await start(t, () => {
    asked += 1;
    return Promise.resolve(undefined);
  });
  const statuses = [];
  for (const headers of [{}, { Authorization: 'Basic !' }, { Authorization: basic('', 'x') }]) {
    statuses.push((await client.get('/', headers)).status);
  }
  assert.deepEqual([statuses, asked], [[401, 400, 401], 0]);
});

it('passes a rejection on as an error, not as a refusal', async (t) => {
  const client = await start(t, () => Promise.reject(new Error('secret cause')));
  const answer = await client.get('/', { Authorization: basic('a', 'b') });
  assert.equal(answer.status, 500);
  assert.doesNotMatch(answer.body, /secret/u);
});

it('keeps parallel requests apart', async (t) => {
  const client = await start(t, ({ username }) => Promise.resolve({ username, role: 'admin' }));
  const names = Array.from({ length: 20 }, (_, index) => `user-${index}`);
  const answers = await Promise.all(
    names.map((name) => client.get('/', { Authorization: basic(name, 'x') })),
  );
  assert.deepEqual(
    answers.map(({ body }) => body),
    names.map((username) => JSON.stringify({ username, role: 'admin' })),
  );
});
