import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import express from 'express';
import { silentLogger } from '../../src/router/index.js';
import { parseForm, readField } from '../../src/web/form-field.js';
import { problemHandler } from '../../src/web/http-problem.js';
import { createHttpServer } from '../../src/web/http-server.js';
import { HttpClient, listen, type Answer } from '../support/http.js';

async function send(t: TestContext, body: string, type?: string): Promise<Answer> {
  const app = express();
  app.post('/', parseForm, (request, response) => {
    response.json({ name: readField(request, 'name'), own: readField(request, 'toString') });
  });
  app.use(problemHandler(silentLogger));
  const client = new HttpClient(await listen(t, createHttpServer(app)));
  const headers = { 'Content-Type': type ?? 'application/x-www-form-urlencoded' };
  return client.send('POST', '/', { headers, body });
}

describe('readField', () => {
  const cases: readonly [string, string | undefined, unknown][] = [
    ['name=a%20b+c', undefined, { name: 'a b c' }],
    ['name=', undefined, { name: '' }],
    ['other=1', undefined, {}],
    ['name=1&name=2', undefined, {}],
    ['name[a]=1', undefined, {}],
    ['', undefined, {}],
    ['{"name":"x"}', 'application/json', {}],
    ['name=x', 'text/plain', {}],
  ];
  for (const [body, type, fields] of cases) {
    it(`reads ${JSON.stringify(fields)} from ${body} as ${type ?? 'a form'}`, async (t) => {
      assert.deepEqual(JSON.parse((await send(t, body, type)).body), fields);
    });
  }
});

describe('parseForm', () => {
  it('reads 4 KiB and refuses one byte more', async (t) => {
    assert.equal((await send(t, `name=${'x'.repeat(4091)}`)).status, 200);
    assert.equal((await send(t, `name=${'x'.repeat(4092)}`)).status, 413);
  });

  it('reads ten fields and refuses eleven', async (t) => {
    const ten = Array.from({ length: 10 }, (_, index) => `f${index}=1`).join('&');
    assert.equal((await send(t, ten)).status, 200);
    assert.equal((await send(t, `${ten}&name=1`)).status, 413);
  });

  it('refuses a charset that it does not know', async (t) => {
    const type = 'application/x-www-form-urlencoded; charset=utf-7';
    assert.equal((await send(t, 'name=x', type)).status, 415);
  });
});
