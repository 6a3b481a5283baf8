import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createWebApp } from '../../src/web/app.js';
import { createHttpServer } from '../../src/web/http-server.js';
import { HttpClient, listen } from '../support/http.js';
import { startWeb } from './running-web.js';

const credentials = { username: 'admin', password: 'kitten' };

describe('FormGuard', () => {
  it('gives a visitor the same token again and takes it more than once', async (t) => {
    const { client } = await startWeb(t);
    const csrf_token = await client.formToken('/login');
    assert.equal(await client.formToken('/login'), csrf_token);
    assert.equal(
      (await client.post('/login', { csrf_token, ...credentials, password: 'x' })).status,
      401,
    );
    assert.equal((await client.post('/login', { csrf_token, ...credentials })).status, 303);
  });

  it('changes the token at log-in, and takes the one before no more', async (t) => {
    const { client } = await startWeb(t);
    const before = await client.formToken('/login');
    await client.logIn('admin', 'kitten');
    assert.notEqual(await client.formToken('/livestatus'), before);
    assert.equal((await client.post('/logout', { csrf_token: before })).status, 403);
  });

  it('refuses the token of another session', async (t) => {
    const { client } = await startWeb(t);
    const other = client.stranger();
    await client.logIn('admin', 'kitten');
    await other.logIn('admin', 'kitten');
    const csrf_token = await other.formToken('/livestatus');
    assert.equal((await client.post('/logout', { csrf_token })).status, 403);
    assert.equal((await other.post('/logout', { csrf_token })).status, 303);
  });

  it('takes no token without its cookie, and no cookie that it cannot have set', async (t) => {
    const { client } = await startWeb(t);
    const csrf_token = await client.formToken('/login');
    client.cookies.delete('sid-form');
    assert.equal((await client.post('/login', { csrf_token, ...credentials })).status, 403);
    client.cookies.set('sid-form', 'short');
    assert.notEqual(await client.formToken('/login'), csrf_token);
    assert.equal(client.cookies.get('sid-form')?.length, 22);
  });

  it('takes tokens made with a secret that is being rotated out', async (t) => {
    const { client, options } = await startWeb(t);
    const secrets = ['newest-secret', ...options.session.secrets];
    const app = createWebApp({ ...options, session: { ...options.session, secrets } });
    const rotated = new HttpClient(await listen(t, createHttpServer(app)));
    const csrf_token = await client.formToken('/login');
    for (const [name, value] of client.cookies) rotated.cookies.set(name, value);
    assert.equal((await rotated.post('/login', { csrf_token, ...credentials })).status, 303);
  });

  it('refuses a token of a secret that it does not know', async (t) => {
    const { client } = await startWeb(t);
    const session = { cookie: 'sid', secrets: ['another-secret'], ttlMs: 1000, max: 1 };
    const { client: other } = await startWeb(t, { session });
    const csrf_token = await client.formToken('/login');
    for (const [name, value] of client.cookies) other.cookies.set(name, value);
    assert.equal((await other.post('/login', { csrf_token, ...credentials })).status, 403);
  });
});
