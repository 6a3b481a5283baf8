import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { LoginFloodGate } from '../../src/web/login-flood-gate.js';
import { MemoryLogger } from '../auth/support/memory-logger.js';

const BASIC = { authorization: 'Basic YTpi' };

/** A server behind a gate that turns everybody away for so long, and what it logs. */
async function setUp(t: TestContext, retryAfterMs: number | undefined) {
  const logger = new MemoryLogger();
  const gate = new LoginFloodGate({
    limiter: { refusesFor: (address) => (address === '192.0.2.7' ? retryAfterMs : undefined) },
    addressOf: ({ headers }) => String(headers['x-from'] ?? '192.0.2.7'),
    logger,
  });
  const server = createServer((request, response) => {
    if (!gate.handle(request, response)) response.end('passed');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const send = (headers: Record<string, string>): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/`, { headers });
  return { send, logger };
}

describe('LoginFloodGate', () => {
  it('answers the passwords of a locked address with 429, Retry-After and a problem', async (t) => {
    const { send } = await setUp(t, 1500);
    const response = await send(BASIC);
    assert.equal(response.status, 429);
    assert.equal(response.headers.get('retry-after'), '2');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/u);
    assert.deepEqual(await response.json(), {
      type: 'about:blank',
      title: 'Too Many Requests',
      status: 429,
      detail: 'Too many failed log-ins. Try again in 2 s.',
    });
  });

  it('lets pass who brings no password, who wants a page, and who comes from elsewhere', async (t) => {
    const { send } = await setUp(t, 1500);
    for (const headers of [
      { authorization: 'Bearer a.b.c' },
      { 'x-none': '' },
      { ...BASIC, accept: 'text/html' },
      { ...BASIC, 'x-from': '192.0.2.8' },
    ]) {
      assert.equal(await (await send(headers)).text(), 'passed');
    }
  });

  it('lets everybody pass when nobody is locked', async (t) => {
    const { send } = await setUp(t, undefined);
    assert.equal(await (await send(BASIC)).text(), 'passed');
  });

  it('tells the log of a flood once a second', async (t) => {
    const { send, logger } = await setUp(t, 1500);
    for (let each = 0; each < 5; each += 1) await send(BASIC);
    assert.deepEqual(
      logger.lines.map((line) => (JSON.parse(line) as { refused: number }).refused),
      [1],
    );
  });
});
