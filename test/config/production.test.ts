import { deepEqual, equal } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { isDevelopmentSecret } from '../../src/config/known-secrets.js';
import { loadConfig } from '../../src/config/load.js';
import { PasswordVerifier, hashPassword } from '../../src/auth/users/password-verifier.js';
import {
  ConfigurationFolder,
  MINIMAL,
  SESSION_SECRET,
  TOKEN_SECRET,
} from './configuration-folder.js';

const PRODUCTION = { NODE_ENV: 'production' };
const SHIPPED = fileURLToPath(new URL('../../../config/', import.meta.url));
const WITH_USERS = MINIMAL.replace('auth:', 'auth:\n  users: { path: users.yaml }');

describe('in production', () => {
  it('a configuration of its own is accepted', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': MINIMAL });
    const { config } = await folder.load('a.yaml', PRODUCTION);
    equal(config.production, true);
    equal(config.auth.session.cookie, '__Host-sid');
  });

  it('keys, secrets, cookie and users of the development configuration are refused, all at once', async (t) => {
    const names = ['development.yaml', 'users.development.yaml'];
    const files = await Promise.all(
      names.map(async (name) => [name, await readFile(SHIPPED + name, 'utf8')] as const),
    );
    const folder = await ConfigurationFolder.make(t, Object.fromEntries(files));
    const problems = await folder.problems('development.yaml', PRODUCTION);
    deepEqual(
      problems.map((line) => line.replace(/^(\S+?):\d+:\d+ (\S+):.*$/, '$1 $2')),
      [
        'development.yaml /auth/jwt/keys/0/secret',
        'development.yaml /auth/session/cookie',
        'development.yaml /auth/session/secret',
        'users.development.yaml /users/0/password',
        'users.development.yaml /users/1/password',
      ],
    );
  });

  it('secrets marked for development are refused wherever they stand', async (t) => {
    const folder = await ConfigurationFolder.make(t, {
      'a.yaml': MINIMAL.replace(TOKEN_SECRET, `development-only ${TOKEN_SECRET}`),
      'b.yaml': MINIMAL.replace(`secret: ${SESSION_SECRET}`, 'secret_file: session.key'),
      'session.key': `development-only ${SESSION_SECRET}`,
    });
    deepEqual(await folder.problems('a.yaml'), []);
    equal((await folder.problems('a.yaml', PRODUCTION)).length, 1);
    equal((await folder.problems('b.yaml', PRODUCTION)).length, 1);
  });

  it('the development users are refused with a new hash of their old password', async (t) => {
    const users = `users:
  - { username: admin, role: trusted, password: '${await hashPassword('kitten')}' }
  - { username: ryan, role: trusted, password: '${await hashPassword('another password')}' }
`;
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': WITH_USERS, 'users.yaml': users });
    deepEqual(await folder.problems('a.yaml'), []);
    deepEqual(await folder.problems('a.yaml', PRODUCTION), [
      'users.yaml:2:49 /users/0/password: expected a user of your own in production, found one shipped for development',
    ]);
  });
});

describe('the shipped development files', () => {
  it('hold only secrets and hashes that are known by their value, without the mark', async () => {
    const { config, users } = await loadConfig(`${SHIPPED}development.yaml`, {});
    const { jwt, session } = config.auth;
    const secrets = [...jwt.keys.map((key) => String(key.secret)), ...session.secrets];
    equal(secrets.length, 2);
    for (const secret of secrets) equal(secret.includes('development-only'), true);
    // Known by value: known-secrets.ts holds their digests, which changing a secret must change too.
    const source = await readFile(
      new URL('../../src/config/known-secrets.js', import.meta.url),
      'utf8',
    );
    const { createHash } = await import('node:crypto');
    for (const secret of [...secrets, ...users.map((user) => user.password ?? '')]) {
      equal(source.includes(createHash('sha256').update(secret).digest('hex')), true);
      equal(isDevelopmentSecret(secret), true);
    }
  });

  it('have the passwords that the documentation tells, at the cost that OWASP asks for', async (t) => {
    const { users } = await loadConfig(`${SHIPPED}development.yaml`, {});
    const verifier = new PasswordVerifier();
    t.after(() => verifier.close());
    deepEqual(
      await Promise.all(
        ['kitten', 'ryanpass'].map((password, index) =>
          verifier.verify(users[index]?.password, password),
        ),
      ),
      [true, true],
    );
    for (const user of users)
      equal(user.password?.startsWith('$argon2id$v=19$m=19456,t=2,p=1$'), true);
  });
});
