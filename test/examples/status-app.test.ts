import { deepEqual, equal, match } from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createStatusApp } from '../../examples/status-service/app.js';
import { LibsqlDatabase } from '../../examples/status-service/libsql-database.js';
import {
  SqlStatusStore,
  type SqlStatusStoreOptions,
} from '../../examples/status-service/sql-status-store.js';
import type { StatusStore } from '../../examples/status-service/status-store.js';
import { repositoryFile } from '../../examples/repository.js';
import { recordingLog, silentLog } from './silent-log.js';

const BUSY = { status: 'busy', message: 'in a meeting' };

describe('status service over HTTP', () => {
  it('answers PUT of a new user with 201, a Location and the entity', async (t) => {
    const { put } = await start(t);
    const answer = await put('/statuses/ada%20l', BUSY);
    equal(answer.status, 201);
    equal(answer.headers['location'], '/statuses/ada%20l');
    const { changed_at, ...rest } = answer.body;
    deepEqual(rest, { user: 'ada l', ...BUSY, version: 1 });
    match(String(changed_at), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('answers PUT of a known user with 200 and the next version', async (t) => {
    const { put } = await start(t);
    await put('/statuses/ada', BUSY);
    const answer = await put('/statuses/ada', { status: ' away ' });
    equal(answer.status, 200);
    deepEqual(
      { ...answer.body, changed_at: null },
      { user: 'ada', status: 'away', message: '', version: 2, changed_at: null },
    );
  });

  it('gives one status, and all of them with the version', async (t) => {
    const { put, send } = await start(t);
    const { body: ada } = await put('/statuses/ada', BUSY);
    const { body: bob } = await put('/statuses/bob', BUSY);
    deepEqual((await send('GET', '/statuses/ada')).body, ada);
    const all = await send('GET', '/statuses');
    deepEqual(all.body, { statuses: [ada, bob], version: 2 });
    equal(all.headers['cache-control'], 'no-store');
  });

  it('answers DELETE with 204, and with 404 when there is nothing', async (t) => {
    const { put, send } = await start(t);
    await put('/statuses/ada', BUSY);
    equal((await send('DELETE', '/statuses/ada')).status, 204);
    for (const method of ['DELETE', 'GET']) {
      isProblem(await send(method, '/statuses/ada'), 404, 'this user has no status');
    }
  });

  it('treats two spellings of one name in Unicode as one user', async (t) => {
    const { put } = await start(t);
    await put(`/statuses/${encodeURIComponent('Zoe\u0308')}`, BUSY);
    equal((await put(`/statuses/${encodeURIComponent('Zo\u00EB')}`, BUSY)).status, 200);
  });

  const faultyBodies: Readonly<Record<string, unknown>> = {
    'no object': [],
    'no status': { message: 'x' },
    'an empty status': { status: '  ' },
    'a status that is no text': { status: 1 },
    'a status of 33 characters': { status: 'x'.repeat(33) },
    'a message of 201 characters': { status: 'x', message: 'x'.repeat(201) },
    'a message that is no text': { status: 'x', message: null },
    'control characters': { status: 'x', message: 'a\u0007b' },
    'an unknown field': { status: 'x', version: 9 },
  };
  for (const [name, body] of Object.entries(faultyBodies)) {
    it(`refuses a body with ${name}`, async (t) => {
      const { put, send } = await start(t);
      isProblem(await put('/statuses/ada', body), 400);
      deepEqual((await send('GET', '/statuses')).body, { statuses: [], version: 0 });
    });
  }

  it('takes a status of 32 and a message of 200 characters', async (t) => {
    const { put } = await start(t);
    const longest = { status: 'x'.repeat(32), message: 'é'.repeat(200) };
    equal((await put('/statuses/ada', longest)).status, 201);
  });

  it('names the field that is at fault', async (t) => {
    const { put } = await start(t);
    const { body } = await put('/statuses/ada', { status: 'x', message: 1 });
    deepEqual(body['errors'], [
      { path: 'message', message: 'Invalid input: expected string, received number' },
    ]);
  });

  for (const user of ['.ada', '%20ada', 'a%2Fb', 'a%00b', 'x'.repeat(65), '%3Cb%3E']) {
    it(`refuses the user name ${user}`, async (t) => {
      const { put } = await start(t);
      isProblem(await put(`/statuses/${user}`, BUSY), 400);
    });
  }

  it('refuses what is not JSON, too large, badly escaped or of another type', async (t) => {
    const { send } = await start(t);
    const json = { 'content-type': 'application/json' };
    isProblem(await send('PUT', '/statuses/ada', json, '{'), 400, 'the body is not JSON');
    const large = JSON.stringify({ status: 'x'.repeat(9000) });
    isProblem(await send('PUT', '/statuses/ada', json, large), 413, 'the body is too large');
    isProblem(await send('PUT', '/statuses/%E0%A4%A', json, '{}'), 400);
    const text = JSON.stringify(BUSY);
    isProblem(await send('PUT', '/statuses/ada', { 'content-type': 'text/plain' }, text), 415);
    isProblem(await send('PUT', '/statuses/ada', {}, text), 415);
  });

  it('says what is possible when a method is not, and 404 elsewhere', async (t) => {
    const { send } = await start(t);
    const answer = await send('POST', '/statuses/ada');
    isProblem(answer, 405);
    equal(answer.headers['allow'], 'GET, HEAD, PUT, DELETE');
    isProblem(await send('PUT', '/statuses'), 405);
    isProblem(await send('GET', '/nowhere'), 404);
  });

  const foreign: Readonly<Record<string, Record<string, string>>> = {
    'another origin': { origin: 'http://evil.test' },
    'an opaque origin': { origin: 'null' },
    'the same host on another port': { origin: 'http://127.0.0.1:8080' },
    'Sec-Fetch-Site: cross-site': { 'sec-fetch-site': 'cross-site' },
    'Sec-Fetch-Site: same-site': { 'sec-fetch-site': 'same-site' },
    'a Host that was rebound to the loopback': { host: 'evil.test:8090' },
  };
  for (const [name, headers] of Object.entries(foreign)) {
    it(`refuses a write with ${name}`, async (t) => {
      const { put, send } = await start(t);
      isProblem(await put('/statuses/ada', BUSY, headers), 403);
      isProblem(await send('DELETE', '/statuses/ada', headers), 403);
      equal((await send('GET', '/statuses')).body['version'], 0);
    });
  }

  it('refuses to be read under a Host that was rebound to the loopback', async (t) => {
    const { send } = await start(t);
    isProblem(await send('GET', '/statuses', { host: 'evil.test' }), 403);
  });

  it('takes a write from its own page', async (t) => {
    const { port, put } = await start(t);
    const headers = { origin: `http://127.0.0.1:${port}`, 'sec-fetch-site': 'same-origin' };
    equal((await put('/statuses/ada', BUSY, headers)).status, 201);
  });

  it('serves the form, under a policy that allows no foreign and no inline script', async (t) => {
    const { send } = await start(t);
    const page = await send('GET', '/');
    equal(page.status, 200);
    match(page.text, /<form id="change"/);
    match(String(page.headers['content-security-policy']), /default-src 'none';script-src 'self'/);
    equal(/<script>|<style|style=|\son\w+=/.test(page.text), false);
    for (const file of ['/status.js', '/status.css']) equal((await send('GET', file)).status, 200);
  });

  it('answers 409 when there is no room for another user, and 503 when the outbox is full', async (t) => {
    const { put } = await start(t, { maxUsers: 1, maxBacklog: 2 });
    await put('/statuses/ada', BUSY);
    isProblem(await put('/statuses/bob', BUSY), 409, 'there are already 1 users');
    await put('/statuses/ada', BUSY);
    const full = await put('/statuses/ada', BUSY);
    isProblem(full, 503);
    equal(full.headers['retry-after'], '5');
  });

  it('answers 503 when the database fails, logs why, and tells the caller nothing of it', async (t) => {
    const log = recordingLog();
    const fail = (): Promise<never> => Promise.reject(new Error('password=hunter2'));
    const store: StatusStore = { list: fail, find: fail, set: fail, remove: fail, close: fail };
    const { send } = await listen(t, createStatusApp({ store, publicDirectory: '/', log }));
    const answer = await send('GET', '/statuses');
    isProblem(answer, 503, 'the status store cannot be reached');
    equal(answer.text.includes('hunter2'), false);
    match(log.lines.join('\n'), /hunter2/);
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

type Send = (
  method: string,
  path: string,
  headers?: Readonly<Record<string, string>>,
  body?: string,
) => Promise<Answer>;

interface Service {
  readonly port: number;
  readonly send: Send;
  readonly put: (
    path: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>;
}

function isProblem(answer: Answer, status: number, detail?: string): void {
  equal(answer.status, status);
  match(String(answer.headers['content-type']), /^application\/problem\+json/);
  equal(answer.body['type'], 'about:blank');
  equal(answer.body['status'], status);
  equal(typeof answer.body['title'], 'string');
  equal(answer.body['detail'], detail ?? answer.body['detail']);
}

async function start(t: TestContext, options?: SqlStatusStoreOptions): Promise<Service> {
  const store = await SqlStatusStore.open(new LibsqlDatabase(':memory:'), options);
  t.after(() => store.close());
  const publicDirectory = repositoryFile('examples/status-service/public');
  return listen(t, createStatusApp({ store, publicDirectory, log: silentLog }));
}

async function listen(t: TestContext, app: ReturnType<typeof createStatusApp>): Promise<Service> {
  const server = app.listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const send: Send = async (method, path, headers = {}, body) => {
    // Not fetch: it does not let a test write Host, Origin or Sec-Fetch-Site.
    const sent = request({ host: '127.0.0.1', port, method, path, headers });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    const isJson = (response.headers['content-type'] ?? '').includes('json');
    const parsed = isJson ? (JSON.parse(text) as Record<string, unknown>) : {};
    return { status: response.statusCode, headers: response.headers, text, body: parsed };
  };
  const put: Service['put'] = (path, body, headers = {}) =>
    send('PUT', path, { 'content-type': 'application/json', ...headers }, JSON.stringify(body));
  return { port, send, put };
}
