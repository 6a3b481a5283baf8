import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import express from 'express';
import { Authentication } from '../../src/web/authentication.js';
import { problemHandler } from '../../src/web/http-problem.js';
import { createHttpServer } from '../../src/web/http-server.js';
import { LoginLimiter } from '../../src/web/login-limiter.js';
import { PasswordLogin } from '../../src/web/password-login.js';
import { WebSessions } from '../../src/web/web-sessions.js';
import { basic, HttpClient, listen } from '../support/http.js';
import { PasswordCheckOverload, RecordingLogger, RecordingUsers } from './running-web.js';

async function start(t: TestContext): Promise<[HttpClient, RecordingUsers]> {
  const users = new RecordingUsers();
  const logger = new RecordingLogger();
  const options = { cookie: 'sid', secrets: ['x'], ttlMs: 1000, max: 10 };
  const sessions = new WebSessions(options, false, () => undefined);
  const passwords = new PasswordLogin(users, new LoginLimiter(), logger);
  const authentication = new Authentication({ users, passwords, sessions, basicRealm: 'test' });
  const app = express();
  app.use(sessions.middleware);
  app.post('/', async (request, response) => {
    await sessions.begin(request, 'ryan');
    response.end();
  });
  app.get('/', async (request, response) => {
    const identity = await authentication.identify(request, response);
    response.json(identity?.user ?? null);
  });
  app.use(problemHandler(logger));
  return [new HttpClient(await listen(t, createHttpServer(app))), users];
}

describe('Authentication', () => {
  it('knows a user by session, without checking a password', async (t) => {
    const [client, users] = await start(t);
    await client.send('POST', '/');
    assert.equal((await client.get('/')).body, '{"id":"ryan","username":"ryan","role":"user"}');
    assert.deepEqual(users.checked, []);
  });

  it('goes by the Authorization header alone when there is one', async (t) => {
    const [client] = await start(t);
    await client.send('POST', '/');
    const bodies = [];
    for (const Authorization of [basic('admin', 'kitten'), basic('admin', 'x'), 'Bearer x', '']) {
      bodies.push((await client.get('/', { Authorization })).body);
    }
    assert.deepEqual(bodies, [
      '{"id":"admin","username":"admin","role":"admin"}',
      'null',
      'null',
      'null',
    ]);
  });

  it('tells a malformed header, an overload and a defect from a wrong password', async (t) => {
    const [client, users] = await start(t);
    const headers = { Authorization: basic('admin', 'kitten') };
    assert.equal((await client.get('/', { Authorization: 'Basic' })).status, 400);
    users.failure = new PasswordCheckOverload();
    assert.equal((await client.get('/', headers)).status, 503);
    users.failure = new Error('the directory is away');
    assert.equal((await client.get('/', headers)).status, 500);
  });

  it('forgets the session of a user who is gone', async (t) => {
    const [client, users] = await start(t);
    await client.send('POST', '/');
    users.remove('ryan');
    assert.equal((await client.get('/')).body, 'null');
    assert.equal(client.cookies.has('sid'), false);
  });
});
