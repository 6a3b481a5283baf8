import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHash, createPublicKey, pbkdf2Sync, X509Certificate } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, it, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { run } from '../../src/cli/run.js';
import { readUsersFile } from '../../src/config/users-file.js';
import { isDict } from '../../src/router/protocol/options.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { TLS_CERT } from '../support/tls-pair.js';

async function credentials(args: readonly string[], input = '') {
  let stdout = '';
  let stderr = '';
  const code = await run(
    ['credentials', ...args],
    {
      variables: {},
      stdin: Readable.from([Buffer.from(input)]),
      print: (text) => (stdout += text),
      complain: (text) => (stderr += text),
      events: new EventEmitter(),
      exit: () => undefined,
    },
    () => Promise.reject(new Error('nothing to start')),
  );
  return { stdout, stderr, code };
}

/** What a users file says of a user with these lines. */
async function userWith(t: TestContext, lines: string) {
  const file = join(temporaryFolder(t), 'users.yaml');
  writeFileSync(file, `users:\n  - username: alice\n    role: user\n${lines}`, { mode: 0o600 });
  const { users, problems } = await readUsersFile(file, { production: false, roles: ['user'] });
  deepEqual(problems, []);
  return users[0]?.credentials;
}

const entryOf = (stdout: string, key: string): Readonly<Record<string, unknown>> => {
  const parsed: unknown = parse(stdout);
  const entry = isDict(parsed) ? parsed[key] : undefined;
  ok(isDict(entry));
  return entry;
};

describe('expressway credentials', () => {
  it('derives a salted secret for wampcra as the clients do', async (t) => {
    const { stdout, code } = await credentials(['wampcra', '--iterations', '2000'], 'secret\n');
    equal(code, 0);
    const { secret, salt, iterations, keylen } = entryOf(stdout, 'wampcra');
    deepEqual([iterations, keylen], [2000, 32]);
    equal(secret, pbkdf2Sync('secret', String(salt), 2000, 32, 'sha256').toString('base64'));
    deepEqual((await userWith(t, stdout))?.wampcra, { secret, salt, iterations, keylen });
  });

  for (const kdf of ['argon2id-13', 'pbkdf2']) {
    it(`derives keys for scram by ${kdf}, with another salt each time`, async (t) => {
      const args = ['scram', '--kdf', kdf, '--iterations', '3', '--memory', '1024'];
      const [one, two] = [await credentials(args, 'secret'), await credentials(args, 'secret')];
      deepEqual([one.code, one.stderr], [0, '']);
      const entry = entryOf(one.stdout, 'scram');
      equal(entry['kdf'], kdf);
      equal('autobahn' in entry, kdf === 'argon2id-13');
      ok(entry['salt'] !== entryOf(two.stdout, 'scram')['salt']);
      equal((await userWith(t, one.stdout))?.scram?.storedKey, entry['stored_key']);
    });
  }

  it('refuses a password for scram that SASLprep prohibits', async () => {
    const { stdout, stderr, code } = await credentials(['scram'], 'a\u0007b\n');
    deepEqual([stdout, code], ['', 2]);
    match(stderr, /RFC 4013/);
  });

  it('makes a key pair for cryptosign', async (t) => {
    const { stdout, code } = await credentials(['cryptosign']);
    equal(code, 0);
    const [, privateKey = ''] = /private key ([0-9a-f]{64})\n/.exec(stdout) ?? [];
    const der = Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      Buffer.from(privateKey, 'hex'),
    ]);
    const { x = '' } = createPublicKey({
      key: `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`,
    }).export({ format: 'jwk' });
    const publicKeys = [Buffer.from(x, 'base64url').toString('hex')];
    deepEqual((await userWith(t, stdout))?.publicKeys, publicKeys);
  });

  it('tells the fingerprint of a certificate', async (t) => {
    const file = join(temporaryFolder(t), 'cert.pem');
    writeFileSync(file, TLS_CERT);
    const { stdout, code } = await credentials(['tls', file]);
    equal(code, 0);
    const digest = createHash('sha256').update(new X509Certificate(TLS_CERT).raw).digest('hex');
    deepEqual((await userWith(t, stdout))?.certificates, [digest]);
    equal((await credentials(['tls', '/nowhere'])).code, 2);
  });

  for (const args of [
    ['wampcra'],
    ['scram'],
    ['wampcra', '--iterations', '0'],
    ['scram', '--kdf', 'x'],
    [],
  ]) {
    it(`gives 2 and prints nothing for ${JSON.stringify(args)} without a password`, async () => {
      const { stdout, code } = await credentials(args);
      deepEqual([stdout, code], ['', 2]);
    });
  }
});
