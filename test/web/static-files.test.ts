import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startWeb } from './running-web.js';

describe('staticFiles', () => {
  it('serves assets by type, revalidated at each use', async (t) => {
    const { client } = await startWeb(t);
    const answer = await client.get('/assets/page.js');
    assert.deepEqual([answer.status, answer.body], [200, '"use strict";\n']);
    assert.equal(answer.headers['content-type'], 'text/javascript; charset=utf-8');
    assert.equal(answer.headers['cache-control'], 'public, max-age=0');
    const again = await client.get('/assets/page.js', { 'If-None-Match': answer.headers.etag });
    assert.equal(again.status, 304);
  });

  const vendor: readonly [string, string, RegExp][] = [
    ['autobahn.min.js', 'text/javascript; charset=utf-8', /autobahn/u],
    ['uPlot.iife.min.js', 'text/javascript; charset=utf-8', /uPlot/u],
    ['uPlot.min.css', 'text/css; charset=utf-8', /\.uplot/u],
  ];
  for (const [name, type, content] of vendor) {
    it(`serves ${name} from its package for an hour`, async (t) => {
      const { client } = await startWeb(t);
      const answer = await client.get(`/vendor/${name}`);
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], type);
      assert.equal(answer.headers['cache-control'], 'public, max-age=3600');
      assert.match(answer.body, content);
    });
  }

  const outside = [
    '/assets/',
    '/assets/../login.html',
    '/assets/%2e%2e/login.html',
    '/assets/..%2flogin.html',
    '/assets/.hidden',
    '/assets/nowhere.js',
    '/vendor/package.json',
    '/login.html',
  ];
  for (const path of outside) {
    it(`serves nothing at ${path}`, async (t) => {
      const { client } = await startWeb(t);
      const { status, body } = await client.get(path);
      assert.ok(status === 403 || status === 404, String(status));
      assert.match(body, /"type":"about:blank"/u);
    });
  }

  it('gives static files no cookie', async (t) => {
    const { client } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    assert.equal((await client.get('/assets/page.js')).headers['set-cookie'], undefined);
  });
});
