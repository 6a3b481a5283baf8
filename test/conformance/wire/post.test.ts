import { equal, rejects } from 'node:assert/strict';
import { Agent, createServer } from 'node:http';
import { it } from 'node:test';
import { listen } from '../../support/http.js';
import { post } from './post.js';

it('opens no connection for a request that is aborted already', async (t) => {
  let connections = 0;
  const server = createServer((_request, response) => response.end());
  server.on('connection', () => (connections += 1));
  const url = await listen(t, server);
  const agent = new Agent({ keepAlive: true });
  t.after(() => {
    agent.destroy();
  });
  await rejects(post(url, Buffer.alloc(0), { agent, signal: AbortSignal.abort() }), {
    name: 'AbortError',
  });
  // Comes after any connection that the first request has begun.
  await post(url, Buffer.alloc(0));
  equal(connections, 1);
});
