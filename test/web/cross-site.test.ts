import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import express from 'express';
import { silentLogger } from '../../src/router/index.js';
import { refuseCrossSite, type CrossSiteOptions } from '../../src/web/cross-site.js';
import { problemHandler } from '../../src/web/http-problem.js';
import { createHttpServer } from '../../src/web/http-server.js';
import { HttpClient, listen } from '../support/http.js';
import type { TestContext } from 'node:test';

async function start(t: TestContext, methods: CrossSiteOptions['methods']): Promise<HttpClient> {
  const app = express();
  app.use(refuseCrossSite({ allowedOrigins: new Set(['https://friend.example']), methods }));
  app.use((_request, response) => {
    response.send('done');
  });
  app.use(problemHandler(silentLogger));
  return new HttpClient(await listen(t, createHttpServer(app)));
}

describe('refuseCrossSite', () => {
  const cases: readonly [Record<string, string>, number][] = [
    [{}, 200],
    [{ 'Sec-Fetch-Site': 'same-origin' }, 200],
    [{ 'Sec-Fetch-Site': 'none' }, 200],
    [{ Host: 'me.example', Origin: 'https://me.example' }, 200],
    [{ 'Sec-Fetch-Site': 'cross-site', Origin: 'https://friend.example' }, 200],
    [{ Origin: 'https://friend.example' }, 200],
    [{ 'Sec-Fetch-Site': 'same-site' }, 403],
    [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
    [{ 'Sec-Fetch-Site': 'unheard-of' }, 403],
    [{ 'Sec-Fetch-Site': 'cross-site', Host: 'me.example', Origin: 'https://me.example' }, 403],
    [{ Origin: 'https://evil.example' }, 403],
    [{ Host: 'me.example', Origin: 'https://me.example.evil' }, 403],
    [{ Host: 'me.example', Origin: 'https://me.example:8443' }, 403],
    [{ Origin: 'null' }, 403],
    [{ Origin: '' }, 403],
  ];
  for (const [headers, status] of cases) {
    it(`answers ${status} to a POST with ${JSON.stringify(headers)}`, async (t) => {
      const client = await start(t, 'unsafe');
      assert.equal((await client.send('POST', '/', { headers })).status, status);
    });
  }

  it('checks what may change something, or everything but OPTIONS', async (t) => {
    const unsafe = await start(t, 'unsafe');
    const all = await start(t, 'all');
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    const seen = [];
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH']) {
      const few = await unsafe.send(method, '/', { headers });
      seen.push([method, few.status, (await all.send(method, '/', { headers })).status]);
    }
    assert.deepEqual(seen, [
      ['GET', 200, 403],
      ['HEAD', 200, 403],
      ['OPTIONS', 200, 200],
      ['PUT', 403, 403],
      ['DELETE', 403, 403],
      ['PATCH', 403, 403],
    ]);
  });
});
