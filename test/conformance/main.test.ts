import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { WebSocketServer } from 'ws';

import { startBareRouter } from './bare-router.js';

const MAIN = fileURLToPath(new URL('main.js', import.meta.url));

interface Finished {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

async function run(...flags: readonly string[]): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { code: child.exitCode, output, errors };
}

/** What calls itself a router, welcomes everybody and answers every further message with the same words. */
async function startImpostor(answer: string): Promise<{ url: string; close: () => void }> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    socket.once('message', () => {
      socket.on('message', () => {
        socket.send(answer);
      });
      socket.send('[2,1,{"roles":{"broker":{},"dealer":{}}}]');
    });
  });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `ws://127.0.0.1:${port}/`,
    close: () => {
      server.close();
    },
  };
}

describe('the conformance command', () => {
  it('exits with 0 and counts what passed', async (t) => {
    const { target, shutdown } = await startBareRouter();
    t.after(shutdown);
    const { openUrl = '' } = target;
    const at = ['--url', openUrl, '--realm', 'realm2', '--anonymous'];
    const { code, output, errors } = await run(...at, '--filter', 'PI');
    deepEqual([code, errors], [0, '']);
    match(output, /^ws:.* in json, announced: \{"broker":/m);
    match(output, /^not offered {2}PI-4: .* \(needs --disclosing-realm\)$/m);
    match(output, /^PI +Publisher identification.* 3 passed +0 failed +2 not offered/m);
  });

  it('logs in with a token', async (t) => {
    const { target, shutdown } = await startBareRouter();
    t.after(shutdown);
    const { url, token = '' } = target;
    const at = ['--url', url, '--realm', 'realm1', '--jwt', token];
    const { code, output } = await run(
      ...at,
      '--filter',
      'AU-2',
      '--topic-prefix',
      'com.example.x.',
    );
    equal(code, 0);
    match(output, /^AU +Authentication.* 1 passed +0 failed +0 not offered/m);
  });

  it('exits with 1 and tells the transcript of what failed', async (t) => {
    const { url, close } = await startImpostor('[33,7,7]');
    t.after(close);
    const { code, output } = await run('--url', url, '--realm', 'realm1', '--filter', 'PS-1');
    equal(code, 1);
    match(output, /^FAILED {2}PS-1: answers SUBSCRIBE with SUBSCRIBED$/m);
    match(output, /expected \[33,1,"<id>"\]\n {2}received \[33,7,7\]$/m);
    match(output, /^ {4}subscriber sent {6}\[32,1,\{\},"com\.example\..*"\]$/m);
    match(output, /^ {4}subscriber received {2}\[33,7,7\]$/m);
  });

  it('takes what is no message of a router for a failure of whatever row', async (t) => {
    const { url, close } = await startImpostor('[33,7,7,{}]');
    t.after(close);
    const { code, output } = await run('--url', url, '--realm', 'realm1', '--filter', 'PS-1');
    equal(code, 1);
    match(output, /^ {2}MSG-20: SUBSCRIBED with 4 elements: \[33,7,7,\{\}\]$/m);
  });

  it('takes silence for a failure', async (t) => {
    const { url, close } = await startImpostor('');
    t.after(close);
    const { code } = await run('--url', url, '--realm', 'x', '--filter', 'PS-1', '--timeout', '50');
    equal(code, 1);
  });

  it('exits with 2 if there is no router or no such row', async () => {
    const { url, close } = await startImpostor('[99]');
    close();
    const nobody = await run('--url', url, '--realm', 'realm1');
    equal(nobody.code, 2);
    match(nobody.errors, /^no session at ws:/);
    const nothing = await run('--url', url, '--realm', 'realm1', '--filter', 'XY-1');
    deepEqual([nothing.code, nothing.errors], [2, 'no case has a row XY-1\n']);
  });
});
