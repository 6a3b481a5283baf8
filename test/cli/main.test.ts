import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ConfigurationFolder, MINIMAL } from '../config/configuration-folder.js';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const DEVELOPMENT = fileURLToPath(new URL('../../../config/development.yaml', import.meta.url));
const OF_ITS_OWN = {
  EXPRESSWAY_PUBLIC__PORT: '0',
  EXPRESSWAY_TRUSTED__PORT: '0',
  EXPRESSWAY_AUTH__SESSION__FILE: '',
};

type Variables = Readonly<Record<string, string>>;

function launch(t: TestContext, args: readonly string[], env: Variables = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  const ended = once(child, 'close').then(([code]) => code as unknown);
  return { child, ended };
}

async function run(t: TestContext, args: readonly string[], env: Variables = {}, input = '') {
  const { child, ended } = launch(t, args, env);
  child.stdin.end(input);
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, code };
}

describe('expressway start', () => {
  it('exits with 2 and tells file, line and column of each problem', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': `${MINIMAL}\nlimits:\n  hello: 5x\n  pnig: 1s\n`,
    });
    const { stdout, stderr, code } = await run(t, ['start', '--config', folder.file('a.yaml')], {
      EXPRESSWAY_AUTH__SESSION__COOKIE: 'sid',
    });
    equal(
      stderr.replaceAll(folder.path, ''),
      `/a.yaml:17:10 /limits/hello: expected a duration such as 5m, from 10ms to 5m, found "5x"
/a.yaml:18:3 /limits/pnig: unknown key (did you mean ping?)
2 problems in the configuration; nothing was started.
`,
    );
    deepEqual([stdout, code], ['', 2]);
  });

  // T4, J2, L6
  it('exits with 2 for a wide trusted listener, weak secrets and production with development secrets', async (t) => {
    const env = {
      NODE_ENV: 'production',
      EXPRESSWAY_TRUSTED__HOST: '0.0.0.0',
      EXPRESSWAY_AUTH__SESSION__SECRET: 'changeme',
    };
    const { stdout, stderr, code } = await run(t, ['start', '--config', DEVELOPMENT], env);
    for (const path of [
      '/trusted/host',
      '/auth/session/secret',
      '/auth/jwt/keys/0/secret',
      '/users/0/password',
    ]) {
      ok(stderr.includes(` ${path}: `), path);
    }
    deepEqual([stdout, code], ['', 2]);
  });

  it('prints where to look and how to log in, logs JSON to the standard error, and exits with 0 at SIGTERM', async (t) => {
    const { child, ended } = launch(t, ['start', '--config', DEVELOPMENT], OF_ITS_OWN);
    const stderr = text(child.stderr);
    const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
    const banner = chunk.toString();
    match(banner, /^ {2}Dashboard {4}http:\/\/127\.0\.0\.1:\d+\/livestatus$/m);
    match(banner, /^ {2}Trusted URL {2}ws:\/\/127\.0\.0\.1:\d+\/ /m);
    match(banner, /^ {2}Log in as {4}admin, password kitten /m);
    child.kill('SIGTERM');
    equal(await ended, 0);
    const lines = (await stderr).trim().split('\n');
    ok(lines.length > 0);
    for (const line of lines) ok(JSON.parse(line));
  });

  it('exits with 1 and says what to do when its port is in use', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const address = other.address();
    ok(typeof address === 'object' && address !== null);
    const env = { ...OF_ITS_OWN, EXPRESSWAY_PUBLIC__PORT: String(address.port) };
    const { stdout, stderr, code } = await run(t, ['start', '--config', DEVELOPMENT], env);
    match(stderr, new RegExp(`Port ${address.port} is in use.*EXPRESSWAY_PUBLIC__PORT`));
    deepEqual([stdout, code], ['', 1]);
  });
});
