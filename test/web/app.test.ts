import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createWebApp } from '../../src/web/app.js';
import { startWeb, webOptions } from './running-web.js';

describe('createWebApp', () => {
  it('leads a visitor from / to the form and somebody signed in to the dashboard', async (t) => {
    const { client } = await startWeb(t);
    const visitor = await client.get('/');
    assert.deepEqual([visitor.status, visitor.headers.location], [302, '/login']);
    await client.logIn('admin', 'kitten');
    const admin = await client.get('/');
    assert.deepEqual([admin.status, admin.headers.location], [302, '/livestatus']);
  });

  it('answers an unknown address with a problem', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.get('/nowhere');
    assert.equal(answer.status, 404);
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  });

  for (const page of ['login.html', 'livestatus.html']) {
    it(`throws without ${page}`, (t) => {
      const { options } = webOptions(t);
      rmSync(join(options.publicDirectory, page));
      assert.throws(() => createWebApp(options), { code: 'ENOENT' });
    });
  }

  it('throws for a proxy that is no address or network', (t) => {
    const { options } = webOptions(t);
    for (const proxy of ['everybody', '10.0.0.0/33', '*']) {
      assert.throws(() => createWebApp({ ...options, trustProxy: [proxy] }), TypeError);
    }
  });

  it('throws for an allowed origin that is none', (t) => {
    const { options } = webOptions(t);
    assert.throws(() => createWebApp({ ...options, allowedOrigins: ['*'] }), TypeError);
  });
});
