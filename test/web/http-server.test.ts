import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { it, type TestContext } from 'node:test';
import { createHttpServer } from '../../src/web/http-server.js';
import { listen } from '../support/http.js';

async function exchange(t: TestContext, request: string): Promise<string> {
  const server = createHttpServer((_request, response) => response.end('served'));
  const { port } = new URL(await listen(t, server));
  const socket = connect(Number(port), '127.0.0.1');
  t.after(() => socket.destroy());
  await once(socket, 'connect');
  socket.write(request);
  return text(socket);
}

it('waits 10 s for the head of a request and 30 s for all of it', () => {
  const server = createHttpServer(() => undefined);
  assert.deepEqual([server.headersTimeout, server.requestTimeout], [10_000, 30_000]);
});

it('takes a head of 100 lines, and refuses one more with 431', async (t) => {
  const head = (lines: number): string =>
    `GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${'a:b\r\n'.repeat(lines - 2)}\r\n`;
  assert.match(await exchange(t, head(100)), /^HTTP\/1\.1 200 /u);
  assert.match(await exchange(t, head(101)), /^HTTP\/1\.1 431 [^]*"status":431/u);
  // To more lines than the server keeps, the later versions of Node 22 and 24 answer themselves.
  for (const lines of [102, 1000]) {
    const answer = await exchange(t, head(lines));
    assert.match(answer, /^HTTP\/1\.1 431 [^]*(?:"status":431|Connection: close\r\n\r\n$)/u);
  }
});

it('serves a plain request', async (t) => {
  const answer = await exchange(t, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n[\s\S]*served/u);
});

it('L12: refuses a request with both Content-Length and Transfer-Encoding', async (t) => {
  const head =
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n';
  assert.match(await exchange(t, `${head}0\r\n\r\n`), /^HTTP\/1\.1 400 /u);
});

it('refuses a request without Host', async (t) => {
  assert.match(await exchange(t, 'GET / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 400 /u);
});
