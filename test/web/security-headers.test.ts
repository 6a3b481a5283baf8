import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startWeb } from './running-web.js';

describe('securityHeaders', () => {
  it('sends the whole policy, with the WebSocket of the same host', async (t) => {
    const { client } = await startWeb(t);
    const { headers } = await client.get('/login', { Host: 'me.example:8080' });
    assert.deepEqual(String(headers['content-security-policy']).split(';'), [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self' ws://me.example:8080",
      "img-src 'self' data:",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]);
  });

  it('lets no Host header into the policy that could end a directive', async (t) => {
    const { client } = await startWeb(t);
    const { status, headers } = await client.get('/login', {
      Host: "a;script-src 'unsafe-inline'",
    });
    assert.equal(status, 200);
    assert.match(String(headers['content-security-policy']), /;connect-src 'self' 'self';/u);
  });

  it('names wss over TLS', async (t) => {
    const { client } = await startWeb(t, { trustProxy: ['127.0.0.1'] });
    const { headers } = await client.get('/login', { Host: 'a', 'X-Forwarded-Proto': 'https' });
    assert.match(String(headers['content-security-policy']), /connect-src 'self' wss:\/\/a;/u);
  });

  it('sends Strict-Transport-Security over TLS and in production only', async (t) => {
    const plain = await startWeb(t, { trustProxy: ['127.0.0.1'] });
    const secrets = ['s'.repeat(32)];
    const session = { cookie: 'sid', secrets, ttlMs: 1000, max: 1 };
    const production = await startWeb(t, { production: true, session });
    const tls = { 'X-Forwarded-Proto': 'https' };
    const name = 'strict-transport-security';
    assert.equal((await plain.client.get('/login')).headers[name], undefined);
    assert.match(String((await plain.client.get('/login', tls)).headers[name]), /^max-age=\d{8}/u);
    assert.match(String((await production.client.get('/login')).headers[name]), /^max-age=\d{8}/u);
  });

  it('is on every answer: assets, problems, redirects', async (t) => {
    const { client } = await startWeb(t);
    for (const path of ['/assets/page.js', '/nowhere', '/', '/get_token', '/%ff']) {
      const { headers } = await client.get(path);
      assert.match(String(headers['content-security-policy']), /default-src 'none'/u, path);
      assert.equal(headers['x-content-type-options'], 'nosniff', path);
      assert.equal(headers['referrer-policy'], 'same-origin', path);
      assert.equal(headers['x-powered-by'], undefined, path);
    }
  });
});
