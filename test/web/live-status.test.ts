import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basic } from '../support/http.js';
import { cookie, startWeb } from './running-web.js';

const html = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const admin = { Authorization: basic('admin', 'kitten') };
const navigation = { ...html, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

describe('GET /livestatus', () => {
  it('fills in the page for an admin', async (t) => {
    const { client } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    const answer = await client.get('/livestatus', html);
    assert.equal(answer.status, 200);
    assert.match(answer.body, /<p>admin realm1 \/ws<\/p>/u);
    assert.match(answer.body, /csrf_token" value="[\w-]{43}"/u);
    assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers.vary, 'Accept, Authorization, Cookie, Sec-Fetch-Dest');
  });

  it('answers 401 with the log-in form to a browser', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.get('/livestatus', navigation);
    assert.equal(answer.status, 401);
    assert.equal(answer.headers['www-authenticate'], 'Basic realm="Expressway", charset="UTF-8"');
    assert.match(answer.body, /<h1>Log in<\/h1>.*name="next" value="\/livestatus"/u);
  });

  it('answers 401 with the form to a user who has been removed meanwhile', async (t) => {
    const { client, users, ended } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    users.remove('admin');
    const answer = await client.get('/livestatus', navigation);
    assert.equal(answer.status, 401);
    assert.match(answer.body, /<h1>Log in<\/h1>/u);
    assert.equal(ended.length, 1);
    assert.equal(client.cookies.has(cookie), false);
  });

  it('answers 401 with a problem to a client that does not ask for HTML', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.get('/livestatus');
    assert.equal(answer.status, 401);
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  });

  it('opens no password dialog over a page that fetches', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.get('/livestatus', { 'Sec-Fetch-Dest': 'empty' });
    assert.equal(answer.headers['www-authenticate'], 'Bearer realm="Expressway"');
  });

  it('answers 403 with a plain page to a browser of another role', async (t) => {
    const { client } = await startWeb(t);
    await client.logIn('ryan', 'ryanpass');
    const answer = await client.get('/livestatus', navigation);
    assert.equal(answer.status, 403);
    assert.match(answer.body, /<h1>Forbidden<\/h1>/u);
    assert.match(answer.body, /href="\/login"/u);
  });

  it('gives a browser with Basic credentials a session that it can end', async (t) => {
    const { client, issued, ended } = await startWeb(t);
    const page = await client.get('/livestatus', {
      ...navigation,
      ...admin,
      'Sec-Fetch-Site': 'none',
    });
    assert.equal(page.status, 200);
    assert.ok(client.cookies.has(cookie));
    const csrf_token = /csrf_token" value="([^"]+)"/u.exec(page.body)?.[1] ?? '';
    await client.get('/get_token');
    const answer = await client.post('/logout', { csrf_token });
    assert.equal(answer.status, 303);
    assert.deepEqual(ended, [issued[0]?.[1]]);
    assert.equal(client.cookies.has(cookie), false);
  });

  it('keeps that session while the browser goes on sending the credentials', async (t) => {
    const { client, ended } = await startWeb(t);
    await client.get('/livestatus', { ...navigation, ...admin });
    const before = client.cookies.get(cookie);
    await client.get('/livestatus', { ...navigation, ...admin });
    assert.equal(client.cookies.get(cookie), before);
    assert.deepEqual(ended, []);
  });

  it('opens no session for credentials that came with the link of another site', async (t) => {
    const { client } = await startWeb(t);
    const headers = { ...navigation, ...admin, 'Sec-Fetch-Site': 'cross-site' };
    const answer = await client.get('/livestatus', headers);
    assert.deepEqual([answer.status, answer.headers.location], [303, '/login']);
    assert.equal(client.cookies.has(cookie), false);
  });

  it('follows the link of another site for a browser that is signed in', async (t) => {
    const { client } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    const answer = await client.get('/livestatus', {
      ...navigation,
      'Sec-Fetch-Site': 'cross-site',
    });
    assert.equal(answer.status, 200);
  });

  it('gives a program with Basic credentials the page and no session', async (t) => {
    const { client } = await startWeb(t);
    assert.equal((await client.get('/livestatus', admin)).status, 200);
    assert.equal(client.cookies.has(cookie), false);
  });

  it('knows GET only', async (t) => {
    const { client } = await startWeb(t);
    assert.equal((await client.post('/livestatus')).status, 405);
  });
});
