// Threats to long-poll on the public port, against the started application: W1, W3, P1 and whoever guesses.
import { deepEqual, equal } from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { startTestApplication } from '../support/application.js';
import { openTransport, post } from '../support/longpoll-client.js';
import { makeToken } from '../support/tokens.js';
import { WireSession } from '../support/wire-session.js';

const OPEN = '{"protocols":["wamp.2.json"]}';

/** The base URL of the long-poll of an application. */
async function startLongPoll(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { publicUrl } = await startTestApplication(t, {
    EXPRESSWAY_PUBLIC__LONGPOLL_PATH: '/longpoll',
    ...environment,
  });
  return `${publicUrl}/longpoll`;
}

/** The status of the answer to bytes that no client would send. */
async function statusOf(t: TestContext, base: string, head: string): Promise<string> {
  const { port, hostname } = new URL(base);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  socket.write(head);
  return (await text(socket)).slice(9, 12);
}

describe('W1: long-poll by pages of other origins', () => {
  it('is refused with 403, and no answer may be read, a preflight among them', async (t) => {
    const base = await startLongPoll(t);
    for (const origin of ['http://evil.example', 'null', 'https://127.0.0.1', 'http://localhost']) {
      for (const method of ['POST', 'OPTIONS']) {
        const headers = { origin, 'access-control-request-method': 'POST' };
        const answer = await post(`${base}/open`, OPEN, { method, headers });
        equal(answer.status, 403);
        equal(answer.headers['access-control-allow-origin'], undefined);
      }
    }
    const { origin } = new URL(base);
    const answer = await post(`${base}/open`, OPEN, { headers: { origin } });
    equal(answer.status, 200);
    equal(answer.headers['access-control-allow-origin'], origin);
  });
});

describe('long-poll requests that nobody honest sends', () => {
  it('find no transport by a guess', async (t) => {
    const base = await startLongPoll(t);
    const { transport } = await openTransport(base);
    const near = `${transport.slice(0, -1)}${transport.endsWith('A') ? 'Q' : 'A'}`;
    for (const id of [
      '__proto__',
      'constructor',
      '..',
      '%2e%2e',
      near,
      `${transport}%00`,
      'open',
    ]) {
      for (const action of ['send', 'receive', 'close']) {
        equal((await post(`${base}/${id}/${action}`, '[]')).status, 404);
      }
    }
    equal((await post(`${base}/${transport}/close`)).status, 202);
    equal((await post(`${base}/${transport}/send`, '[]')).status, 404);
  });

  it('reach nothing by odd paths and are not taken for what they are not', async (t) => {
    const base = await startLongPoll(t);
    const rest = 'Host: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    for (const path of ['/longpoll/../longpoll/open', '//longpoll/open', '/longpoll/open/']) {
      equal(await statusOf(t, base, `POST ${path} HTTP/1.1\r\n${rest}`), '404');
    }
    for (const head of ['Content-Length: 5\r\nTransfer-Encoding: chunked', 'Content-Length: -1']) {
      const bytes = `POST /longpoll/open HTTP/1.1\r\nHost: a\r\n${head}\r\n\r\n0\r\n\r\n`;
      equal(await statusOf(t, base, bytes), '400');
    }
    for (const method of ['GET', 'PUT', 'DELETE']) {
      equal((await post(`${base}/open`, '', { method })).status, 405);
    }
  });

  it('open nothing with a body that is wrong or too long', async (t) => {
    const base = await startLongPoll(t);
    for (const body of [
      '',
      'null',
      '[]',
      '{}',
      '{"protocols":"wamp.2.json"}',
      '{"protocols":[1]}',
    ]) {
      equal((await post(`${base}/open`, body)).status, 400);
    }
    equal((await post(`${base}/open`, OPEN.padEnd(5000))).status, 413);
    const pieces = Array.from({ length: 20 }, () => Buffer.alloc(1000, ' '));
    equal((await post(`${base}/open`, pieces)).status, 413);
  });

  // P1
  it('end the session that sends too long a message', async (t) => {
    const base = await startLongPoll(t);
    const { session } = await WireSession.join(t, base, 'json', makeToken());
    session.send([16, 1, {}, 'com.example.x', ['x'.repeat(65 * 1024)]]);
    await session.closed;
    await WireSession.join(t, base, 'json', makeToken());
  });
});

describe('W3: long-poll transports that never speak', () => {
  it('are so many from one address at a time, and make room when they are given up', async (t) => {
    const base = await startLongPoll(t, { EXPRESSWAY_LIMITS__PER_IP_UNAUTHENTICATED: '5' });
    const opened = await Promise.all(Array.from({ length: 5 }, () => openTransport(base)));
    const refused = await post(`${base}/open`, OPEN);
    deepEqual([refused.status, refused.headers['retry-after']], [503, '5']);
    const [first] = opened;
    equal((await post(`${base}/${first?.transport ?? ''}/close`)).status, 202);
    await openTransport(base);
  });

  it('are ended when no HELLO came in time', async (t) => {
    const base = await startLongPoll(t, { EXPRESSWAY_LIMITS__HELLO: '50ms' });
    const { transport } = await openTransport(base);
    const { status, body } = await post(`${base}/${transport}/receive`);
    deepEqual([status, (JSON.parse(body.toString()) as { code: number }).code], [410, 4408]);
    equal((await post(`${base}/${transport}/receive`)).status, 404);
  });

  it('come and go again and again, also in the middle of a request', async (t) => {
    const base = await startLongPoll(t, { EXPRESSWAY_LIMITS__PER_IP_UNAUTHENTICATED: '5' });
    for (let round = 0; round < 250; round += 1) {
      const { transport } = await openTransport(base);
      const half = request(`${base}/${transport}/send`, { method: 'POST', agent: false });
      half.on('error', () => undefined);
      half.setHeader('content-length', 100);
      half.write('[1,');
      const held = request(`${base}/${transport}/receive`, { method: 'POST', agent: false }).end();
      const answered = once(held, 'response') as Promise<[IncomingMessage]>;
      equal((await post(`${base}/${transport}/close`)).status, 202);
      const [response] = await answered;
      response.resume();
      half.destroy();
    }
    await WireSession.join(t, base, 'json', makeToken());
  });
});
