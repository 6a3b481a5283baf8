import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basic } from '../support/http.js';
import { startWeb } from './running-web.js';

const admin = { Authorization: basic('admin', 'kitten') };

describe('GET /get_token', () => {
  it('answers the bare token as text to an admin with Basic credentials', async (t) => {
    const { client, issued } = await startWeb(t);
    const answer = await client.get('/get_token', admin);
    assert.deepEqual([answer.status, answer.body], [200, 'token-1']);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.deepEqual(issued, [['admin', undefined]]);
  });

  const types: readonly [string, string][] = [
    ['*/*', 'text/plain; charset=utf-8'],
    ['text/*', 'text/plain; charset=utf-8'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'text/plain; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['application/json, text/plain;q=0.5', 'application/json; charset=utf-8'],
    ['text/plain, application/json;q=0.9', 'text/plain; charset=utf-8'],
  ];
  for (const [Accept, type] of types) {
    it(`answers ${type} to Accept: ${Accept}`, async (t) => {
      const { client } = await startWeb(t);
      const answer = await client.get('/get_token', { ...admin, Accept });
      assert.deepEqual([answer.status, answer.headers['content-type']], [200, type]);
    });
  }

  it('tells the times in JSON', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.get('/get_token', { ...admin, Accept: 'application/json' });
    assert.deepEqual(JSON.parse(answer.body), {
      token: 'token-1',
      token_type: 'Bearer',
      expires_in: 300,
      expires_at: 1300,
      refresh_at: 1240,
    });
  });

  it('answers 406 to a client that takes neither, and issues nothing', async (t) => {
    const { client, issued } = await startWeb(t);
    assert.equal((await client.get('/get_token', { ...admin, Accept: 'image/png' })).status, 406);
    assert.deepEqual(issued, []);
  });

  it('answers 401 to nobody, with a challenge that fits the client', async (t) => {
    const { client, issued } = await startWeb(t, { basicRealm: 'Say "hi"' });
    const curl = await client.get('/get_token');
    assert.equal(curl.status, 401);
    assert.equal(curl.headers['www-authenticate'], 'Basic realm="Say \\"hi\\"", charset="UTF-8"');
    const page = await client.get('/get_token', { 'Sec-Fetch-Dest': 'empty' });
    assert.equal(page.headers['www-authenticate'], 'Bearer realm="Say \\"hi\\""');
    assert.deepEqual(issued, []);
  });

  it('answers 403 to a user of another role', async (t) => {
    const { client, issued } = await startWeb(t);
    const ryan = { Authorization: basic('ryan', 'ryanpass') };
    assert.equal((await client.get('/get_token', ryan)).status, 403);
    assert.deepEqual(issued, []);
  });

  it('serves the roles that it is told to', async (t) => {
    const { client } = await startWeb(t, { tokenRoles: ['user'] });
    const ryan = { Authorization: basic('ryan', 'ryanpass') };
    assert.equal((await client.get('/get_token', ryan)).status, 200);
    assert.equal((await client.get('/get_token', admin)).status, 403);
  });

  it('puts the log-in of a session into the token', async (t) => {
    const { client, issued, ended } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    assert.equal((await client.get('/get_token')).body, 'token-1');
    await client.get('/get_token', admin);
    const login = issued[0]?.[1] ?? '';
    assert.match(login, /^[\w-]{22}$/u);
    assert.deepEqual(issued, [
      ['admin', login],
      ['admin', login],
    ]);
    await client.post('/logout', { csrf_token: await client.formToken('/livestatus') });
    assert.deepEqual(ended, [login]);
  });

  it('does not let a session make good for wrong or foreign credentials', async (t) => {
    const { client, issued } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    for (const Authorization of [basic('admin', 'wrong'), 'Bearer x']) {
      assert.equal((await client.get('/get_token', { Authorization })).status, 401);
    }
    await client.get('/get_token', { Authorization: basic('colon', 'x:y') });
    assert.deepEqual(issued, [['colon', undefined]]);
  });

  it('ends the session of a user who has been removed', async (t) => {
    const { client, users, ended } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    users.remove('admin');
    assert.equal((await client.get('/get_token')).status, 401);
    assert.equal(ended.length, 1);
  });

  it('answers 405 to other methods and OPTIONS with those it knows', async (t) => {
    const { client } = await startWeb(t);
    const put = await client.send('PUT', '/get_token', { headers: admin });
    const options = await client.send('OPTIONS', '/get_token');
    assert.deepEqual([put.status, put.headers.allow], [405, 'GET, HEAD, POST, OPTIONS']);
    assert.deepEqual([options.status, options.headers.allow], [204, 'GET, HEAD, POST, OPTIONS']);
  });
});

describe('POST /get_token', () => {
  it('answers as GET does to Basic credentials', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.post('/get_token', {}, admin);
    assert.deepEqual([answer.status, answer.body], [200, 'token-1']);
    assert.equal((await client.post('/get_token')).status, 401);
  });

  it('takes the form token of a session in the body or in X-CSRF-Token', async (t) => {
    const { client } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    const token = await client.formToken('/livestatus');
    assert.equal((await client.post('/get_token', { csrf_token: token })).body, 'token-1');
    assert.equal((await client.post('/get_token', {}, { 'X-CSRF-Token': token })).body, 'token-2');
  });

  it('reads at most 4 KiB of a form', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.post('/get_token', { csrf_token: 'x'.repeat(5000) }, admin);
    assert.equal(answer.status, 413);
  });
});
