import { equal, match, ok, rejects } from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Arrivals, startAutobahn } from '../support/autobahn-client.js';
import type { Ending } from '../support/application.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** The shell commands of the README, in order. */
const COMMANDS = [...README.matchAll(/^```sh\n(.*?)\n```$/gms)].map(([, command = '']) => command);

/** Ports that the README names, and where this run has them instead. */
type Ports = ReadonlyMap<string, string>;

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? String(address.port) : '';
}

const move = (text: string, ports: Ports): string =>
  [...ports].reduce((moved, [from, to]) => moved.replaceAll(`:${from}`, `:${to}`), text);

const findCommand = (beginning: string): string => {
  const command = COMMANDS.find((each) => each.startsWith(beginning));
  ok(command !== undefined, `the README has a command that begins with ${beginning}`);
  return command;
};

/** Runs a command of the README in a shell; gives what it prints. */
async function run(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: ROOT });
  return stdout;
}

/** Starts a program and resolves when a line of its output matches. */
async function startUntil(
  t: Ending,
  [program = '', ...args]: readonly string[],
  options: { env: NodeJS.ProcessEnv; line: RegExp },
): Promise<{ stop: () => Promise<number | null> }> {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM');
    const [code] = (await exited) as [number | null];
    return code;
  };
  t.after(async () => {
    await stop();
  });
  const lines = createInterface({ input: child.stdout });
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => {
      if (options.line.test(line)) resolve();
    });
    lines.once('close', () => {
      reject(new Error(`${program} ended without printing ${String(options.line)}`));
    });
  });
  return { stop };
}

describe('the README', () => {
  it('names the two commands that do all the set-up', () => {
    equal(COMMANDS[0], 'npm ci && npm start');
    ok(COMMANDS.includes('npm ci && npm test'));
  });

  it('starts everything, changes a status and fetches a token as it says', async (t) => {
    const [web, trusted, service] = [await freePort(), await freePort(), await freePort()];
    const ports = new Map([
      ['8080', web],
      ['8081', trusted],
      ['8090', service],
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'expressway-readme-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    // The scripts before `start` build: that is done, and other tests run from what it made.
    const started = await startUntil(t, ['npm', 'start', '--ignore-scripts'], {
      env: {
        EXPRESSWAY_PUBLIC__PORT: web,
        EXPRESSWAY_TRUSTED__PORT: trusted,
        STATUS_SERVICE_PORT: service,
        STATUS_DATABASE_FILE: join(folder, 'status.db'),
        EXPRESSWAY_AUTH__SESSION__FILE: join(folder, 'web-sessions.journal'),
      },
      line: /Processes:/,
    });

    const token = await run(move(findCommand('curl -u admin'), ports));
    match(token, /^[\w-]+\.[\w-]+\.[\w-]+$/);
    const page = startAutobahn(t, { url: `ws://127.0.0.1:${web}/ws`, onchallenge: () => token });
    const { session } = await page.nextSession();
    const events = new Arrivals<{ user?: string; status?: string }>();
    await session.subscribe('com.example.status.changed', (_args, kwargs) => {
      events.add(kwargs);
    });
    await run(move(findCommand('curl -X PUT'), ports));
    const { user, status } = await events.next();
    equal(user, 'alice');
    equal(status, 'busy');
    await started.stop();
    await rejects(fetch(`http://127.0.0.1:${web}/`), 'stopping npm stops the router too');
  });

  it('starts the router alone as it says', async (t) => {
    const command = findCommand('node dist/src/main.js start').split(' ');
    const started = await startUntil(t, command, {
      env: {
        EXPRESSWAY_PUBLIC__PORT: '0',
        EXPRESSWAY_TRUSTED__PORT: '0',
        EXPRESSWAY_AUTH__SESSION__FILE: '',
      },
      line: /http:\/\/127\.0\.0\.1:\d+/,
    });
    equal(await started.stop(), 0);
  });
});
