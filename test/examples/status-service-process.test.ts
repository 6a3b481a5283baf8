import { deepEqual, equal, match } from 'node:assert/strict';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { after, describe, it, type TestContext } from 'node:test';
import { z } from 'zod';
import { repositoryFile } from '../../examples/repository.js';
import {
  accept,
  INVOCATION,
  PUBLISH,
  REGISTER,
  REGISTERED,
  ScriptedRouter,
  YIELD,
} from './scripted-router.js';

type Environment = Readonly<Record<string, string>>;
type Child = ChildProcessByStdio<null, Readable, Readable>;

describe('the process of status-service', () => {
  const root = mkdtempSync(join(tmpdir(), 'status-service-'));
  after(() => {
    rmSync(root, { recursive: true });
  });
  const newFile = (): string => join(mkdtempSync(join(root, 'test-')), 'status.db');

  it('publishes a change again, under its version, when it was killed before the acknowledgement', async (t) => {
    const router = await startRouter(t);
    const environment = { STATUS_DATABASE_FILE: newFile(), EXPRESSWAY_TRUSTED_URL: router.url };
    router.script = (message) => (message[0] === PUBLISH ? 'silence' : accept(message));
    const first = await startService(t, environment);
    await put(first.url, 'ada');
    const lost = await router.next(PUBLISH);
    await kill(first.child, 'SIGKILL');

    router.script = accept;
    const second = await startService(t, environment);
    const again = await router.next(PUBLISH);
    deepEqual(again.slice(3), lost.slice(3));
    equal(versionOf(again), 1);

    // A second change, to see what was marked: the first one must not come a third time.
    await put(second.url, 'bob');
    equal(versionOf(await router.next(PUBLISH)), 2);
    equal(await kill(second.child, 'SIGTERM'), 0);
    const third = await startService(t, environment);
    await put(third.url, 'eve');
    equal(versionOf(await router.next(PUBLISH)), 3);
  });

  it('takes changes without a router, and answers the snapshot when there is one', async (t) => {
    const router = await startRouter(t);
    router.script = () => 'close';
    const { url } = await startService(t, {
      STATUS_DATABASE_FILE: newFile(),
      EXPRESSWAY_TRUSTED_URL: router.url,
    });
    const ada = await put(url, 'ada');
    router.script = (message) =>
      message[0] === REGISTER ? [REGISTERED, message[1], 5] : accept(message);
    const [, , , procedure] = await router.next(REGISTER);
    equal(procedure, 'com.example.status.list');
    await router.next(PUBLISH);
    router.send([INVOCATION, 1, 5, {}]);
    deepEqual(await router.next(YIELD), [YIELD, 1, {}, [[ada]], { version: 1 }]);
  });

  it('ends with code 0 on SIGTERM, also without a router', async (t) => {
    const { child } = await startService(t, {
      STATUS_DATABASE_FILE: newFile(),
      EXPRESSWAY_TRUSTED_URL: 'ws://127.0.0.1:1/',
    });
    equal(await kill(child, 'SIGTERM'), 0);
  });

  const faulty: Readonly<Record<string, Environment>> = {
    STATUS_SERVICE_PORT: { STATUS_SERVICE_PORT: '65536' },
    EXPRESSWAY_TRUSTED_URL: { EXPRESSWAY_TRUSTED_URL: 'http://127.0.0.1/' },
    STATUS_DATABASE_URL: { STATUS_DATABASE_URL: 'mysql://localhost/x' },
  };
  for (const [name, environment] of Object.entries(faulty)) {
    it(`ends with code 2 and names ${name} when it is wrong`, async (t) => {
      const { code, errors } = await fail(t, environment);
      equal(code, 2);
      match(errors, new RegExp(`→ at ${name}`));
    });
  }

  it('ends with code 1 when its port is taken', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await once(server, 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const { code, errors } = await fail(t, {
      STATUS_SERVICE_PORT: String(port),
      STATUS_DATABASE_FILE: newFile(),
    });
    equal(code, 1);
    match(errors, /EADDRINUSE/);
  });
});

async function startRouter(t: TestContext): Promise<ScriptedRouter> {
  const router = await ScriptedRouter.start();
  t.after(() => router.close());
  return router;
}

function spawnService(t: TestContext, environment: Environment): Child {
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', repositoryFile('dist/examples/status-service/main.js')],
    {
      env: { PATH: process.env['PATH'], STATUS_SERVICE_PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  t.after(() => kill(child, 'SIGKILL'));
  return child;
}

/** A service that listens. */
async function startService(
  t: TestContext,
  environment: Environment,
): Promise<{ child: Child; url: string }> {
  const child = spawnService(t, environment);
  child.stderr.resume();
  const lines = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const [, found] = /^listening on (\S+)$/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
    lines.on('close', () => {
      reject(new Error('status-service ended before it listened'));
    });
  });
  return { child, url };
}

/** A service that is expected to end by itself. */
async function fail(
  t: TestContext,
  environment: Environment,
): Promise<{ code: number | null; errors: string }> {
  const child = spawnService(t, environment);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, errors };
}

/** The exit code; null when the signal itself ended it. */
async function kill(child: Child, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}

async function put(url: string, user: string): Promise<unknown> {
  const response = await fetch(`${url}statuses/${user}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status: 'busy', message: '' }),
  });
  return response.json();
}

function versionOf(message: readonly unknown[]): number {
  return z.object({ version: z.number() }).parse(message[5]).version;
}
