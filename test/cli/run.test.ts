import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { PasswordVerifier } from '../../src/auth/users/password-verifier.js';
import { run } from '../../src/cli/run.js';

const DEVELOPMENT = fileURLToPath(new URL('../../../config/development.yaml', import.meta.url));

/** Runs a command in this process, without an application to start. */
async function runHere(
  args: readonly string[],
  variables: Record<string, string> = {},
  input = '',
) {
  let stdout = '';
  let stderr = '';
  const environment = {
    variables,
    stdin: Readable.from([Buffer.from(input)]),
    print: (text: string) => (stdout += text),
    complain: (text: string) => (stderr += text),
    events: new EventEmitter(),
    exit: () => undefined,
  };
  const code = await run(args, environment, () => Promise.reject(new Error('nothing to start')));
  return { stdout, stderr, code };
}

describe('run', () => {
  it('tells the version', async () => {
    const { stdout, code } = await runHere(['--version']);
    match(stdout, /^\d+\.\d+\.\d+\n$/);
    equal(code, 0);
  });

  it('tells the commands', async () => {
    const { stdout, code } = await runHere(['--help']);
    for (const command of ['start', 'check', 'hash-password']) ok(stdout.includes(command));
    equal(code, 0);
  });

  for (const args of [
    [],
    ['frobnicate'],
    ['start', '--colour'],
    ['check', 'a', 'b'],
    ['start'],
    ['check'],
  ]) {
    it(`gives 2 and says why for the arguments ${JSON.stringify(args)}`, async () => {
      const { stdout, stderr, code } = await runHere(args);
      deepEqual([stdout, stderr === '', code], ['', false, 2]);
    });
  }
});

describe('check', () => {
  it('gives 0 when all is right, and takes the file from EXPRESSWAY_CONFIG too', async () => {
    for (const [args, variables] of [
      [['check', '--config', DEVELOPMENT], {}],
      [['check'], { EXPRESSWAY_CONFIG: DEVELOPMENT }],
    ] as const) {
      const { stdout, code } = await runHere(args, variables);
      equal(stdout, 'The configuration is right. Realms: 1, token keys: 1, users: 2.\n');
      equal(code, 0);
    }
  });

  it('gives 2 when something is wrong', async () => {
    const { stderr, code } = await runHere(['check', '-c', DEVELOPMENT], {
      EXPRESSWAY_LOG__LEVEL: 'x',
    });
    match(stderr, /^EXPRESSWAY_LOG__LEVEL \/log\/level: .*\nOne problem /);
    equal(code, 2);
  });
});

describe('hash-password', () => {
  it('prints a hash that the first line of the standard input fits', async (t) => {
    const { stdout, code } = await runHere(['hash-password'], {}, 'pässword 1\r\nmore\n');
    const verifier = new PasswordVerifier();
    t.after(() => verifier.close());
    equal(await verifier.verify(stdout.trimEnd(), 'pässword 1'), true);
    equal(code, 0);
  });

  for (const [name, input, code] of [
    ['nothing', '', 2],
    ['an empty line', '\n', 2],
    ['1,024 bytes', 'x'.repeat(1024), 0],
    ['1,025 bytes', 'x'.repeat(1025), 2],
  ] as const) {
    it(`gives ${code} for ${name}`, async () => {
      equal((await runHere(['hash-password'], {}, input)).code, code);
    });
  }
});
