import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import express from 'express';
import { HttpProblem, notFound, onlyMethods, problemHandler } from '../../src/web/http-problem.js';
import { createHttpServer } from '../../src/web/http-server.js';
import { requestLog } from '../../src/web/request-log.js';
import { HttpClient, listen } from '../support/http.js';
import { RecordingLogger } from './running-web.js';

const html = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

async function start(t: TestContext, error: unknown): Promise<[HttpClient, RecordingLogger]> {
  const logger = new RecordingLogger();
  const app = express();
  app.use(requestLog(logger));
  app.get('/throws', () => {
    throw error;
  });
  app.get('/starts', (_request, response) => {
    response.write('half');
    throw error;
  });
  app.all('/only', onlyMethods('GET'));
  app.use(notFound, problemHandler(logger));
  return [new HttpClient(await listen(t, createHttpServer(app))), logger];
}

describe('problemHandler', () => {
  it('sends an HttpProblem as problem+json with its headers and the id of the request', async (t) => {
    const [client] = await start(
      t,
      new HttpProblem(429, 'Slower <please>.', { 'Retry-After': '7' }),
    );
    const answer = await client.get('/throws');
    assert.equal(answer.status, 429);
    assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
    assert.equal(answer.headers['retry-after'], '7');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.deepEqual(JSON.parse(answer.body), {
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'Slower <please>.',
      request_id: answer.headers['x-request-id'],
    });
  });

  it('sends a page to a client that prefers HTML, with the detail as text', async (t) => {
    const [client] = await start(t, new HttpProblem(403, 'No <b>entry</b>.'));
    const answer = await client.get('/throws', html);
    assert.equal(answer.headers['content-type'], 'text/html; charset=utf-8');
    assert.match(answer.body, /<h1>Forbidden<\/h1>\s*<p>No &lt;b&gt;entry&lt;\/b&gt;\.<\/p>/u);
    assert.ok(answer.body.includes(String(answer.headers['x-request-id'])));
    assert.doesNotMatch(answer.body, /<script|<style|\sstyle=/u);
  });

  it('leaves the id out of a 401', async (t) => {
    const [client] = await start(t, new HttpProblem(401, 'Who?'));
    for (const headers of [{}, html]) {
      const answer = await client.get('/throws', headers);
      assert.ok(!answer.body.includes(String(answer.headers['x-request-id'])));
    }
  });

  it('tells nothing of a defect, and logs its cause with the id', async (t) => {
    const [client, logger] = await start(t, new Error('secret cause'));
    const answer = await client.get('/throws');
    assert.equal(answer.status, 500);
    assert.doesNotMatch(answer.body, /secret|at .*:\d+/u);
    const errors = logger.lines.filter((line) => line.includes('"level":"error"'));
    assert.equal(errors.length, 1);
    assert.ok(errors[0]?.includes(String(answer.headers['x-request-id'])));
  });

  const defects: readonly [string, unknown][] = [
    ['a text', 'text'],
    ['an object that is no error', { status: 404 }],
    ['an error with a status of success', Object.assign(new Error('x'), { status: 200 })],
    ['an error with a status that does not exist', Object.assign(new Error('x'), { status: 499 })],
    ['an error with a status in words', Object.assign(new Error('x'), { status: '404' })],
  ];
  for (const [name, thrown] of defects) {
    it(`takes ${name} for a defect`, async (t) => {
      const [client] = await start(t, thrown);
      assert.equal((await client.get('/throws')).status, 500);
    });
  }

  it('takes a status of 4xx from express and its body parsers, not their words', async (t) => {
    const [client, logger] = await start(t, Object.assign(new Error('in detail'), { status: 415 }));
    const answer = await client.get('/throws');
    assert.equal(answer.status, 415);
    assert.doesNotMatch(answer.body, /in detail/u);
    assert.ok(!logger.lines.some((line) => line.includes('"level":"error"')));
  });

  it('cuts an answer that has begun', async (t) => {
    const [client] = await start(t, new Error('secret cause'));
    await assert.rejects(client.get('/starts'), { code: 'ECONNRESET' });
  });
});

describe('notFound', () => {
  it('answers 404, also to an address that is no URL', async (t) => {
    const [client] = await start(t, undefined);
    assert.equal((await client.get('/nowhere')).status, 404);
    assert.equal((await client.get('/%ff')).status, 404);
  });
});

describe('onlyMethods', () => {
  it('refuses others and lists those it knows', async (t) => {
    const [client] = await start(t, undefined);
    const answer = await client.send('DELETE', '/only');
    assert.deepEqual([answer.status, answer.headers.allow], [405, 'GET, OPTIONS']);
    const options = await client.send('OPTIONS', '/only');
    assert.deepEqual(
      [options.status, options.headers.allow, options.body],
      [204, 'GET, OPTIONS', ''],
    );
  });
});
