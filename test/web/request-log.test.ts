import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { basic } from '../support/http.js';
import { startWeb } from './running-web.js';

describe('requestLog', () => {
  it('logs method, path, status and peer under the id that the client is told', async (t) => {
    const { client, logger } = await startWeb(t);
    const answer = await client.get('/nowhere', { 'X-Request-Id': 'forged' });
    const id = answer.headers['x-request-id'];
    assert.match(String(id), /^[\da-f-]{36}$/u);
    const line = logger.lines[0]?.replace(/"duration_ms":\d+/u, '"duration_ms":0');
    const fields = {
      level: 'info',
      message: 'request',
      request_id: id,
      method: 'GET',
      path: '/nowhere',
      peer: '127.0.0.1',
      status: 404,
      duration_ms: 0,
      finished: true,
    };
    assert.equal(line, JSON.stringify(fields));
  });

  it('cuts a long path', async (t) => {
    const { client, logger } = await startWeb(t);
    await client.get(`/${'x'.repeat(1000)}`);
    assert.ok(logger.lines[0]?.includes(`"path":"/${'x'.repeat(255)}"`));
  });

  it('P13: has no password, token, cookie or query in any line of a whole visit', async (t) => {
    const { client, logger } = await startWeb(t);
    await client.logIn('admin', 'kitten');
    await client.get('/get_token?ticket=canary-query', { Authorization: basic('admin', 'kitten') });
    await client.get('/get_token', { Authorization: basic('admin', 'canary-password') });
    const csrf_token = await client.formToken('/livestatus');
    const secrets = [csrf_token, ...client.cookies.values()];
    await client.post('/logout', { csrf_token });
    const log = logger.lines.join('\n');
    assert.ok(logger.lines.length >= 6);
    for (const secret of [...secrets, 'kitten', 'canary', 'token-1', 'Basic']) {
      assert.ok(!log.includes(secret), secret);
    }
  });

  it('takes the peer from X-Forwarded-For only behind a listed proxy', async (t) => {
    const headers = { 'X-Forwarded-For': '192.0.2.1, 198.51.100.2' };
    const open = await startWeb(t);
    await open.client.get('/login', headers);
    const behind = await startWeb(t, { trustProxy: ['127.0.0.0/8', '198.51.100.0/24'] });
    await behind.client.get('/login', headers);
    assert.match(open.logger.lines[0] ?? '', /"peer":"127\.0\.0\.1"/u);
    assert.match(behind.logger.lines[0] ?? '', /"peer":"192\.0\.2\.1"/u);
  });
});
