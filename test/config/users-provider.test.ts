import { deepEqual } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

const folderWith = (t: TestContext, users: string) =>
  ConfigurationFolder.make(t, {
    'a.yaml': MINIMAL.replace('auth:', `auth:\n  users: ${users}`),
    'database.url': 'postgres://me:canary@db.example/users\n',
  });

const usersOf = async (t: TestContext, users: string) => {
  const folder = await folderWith(t, users);
  return { users: (await folder.load('a.yaml')).config.auth.users, folder };
};

describe('auth.users', () => {
  it('is a file that is read again when it changes, by default none', async (t) => {
    const { users } = await usersOf(t, '{}');
    deepEqual(users, { provider: 'file', path: undefined, reload: true, rehash: false });
  });

  it('is a database, with its URL in a file of its own', async (t) => {
    const { users } = await usersOf(
      t,
      '{ provider: postgres, postgres: { url_file: database.url, cache: 1s } }',
    );
    deepEqual(users, {
      provider: 'postgres',
      url: 'postgres://me:canary@db.example/users',
      pool: 4,
      timeoutMs: 5000,
      cacheMs: 1000,
      pollMs: 5000,
      rehash: true,
    });
  });

  it('is a module, which is given options', async (t) => {
    const { users, folder } = await usersOf(
      t,
      '{ provider: module, module: { path: our-users.js, options: { ldap: { host: h } } } }',
    );
    deepEqual(users, {
      provider: 'module',
      path: folder.file('our-users.js'),
      timeoutMs: 5000,
      options: { ldap: { host: 'h' } },
    });
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    [
      'a database without a URL',
      '{ provider: postgres }',
      '/auth/users/postgres: expected url or url_file, found neither',
    ],
    [
      'a URL of something else',
      "{ provider: postgres, postgres: { url: 'mysql://me:canary@db' } }",
      '/auth/users/postgres/url: expected a URL such as postgres://user:password@host/database, found something else (not shown)',
    ],
    [
      'a module without a path',
      '{ provider: module }',
      '/auth/users/module/path: expected the path of a module, found nothing',
    ],
    [
      'a file beside a database',
      '{ provider: postgres, path: users.yaml, postgres: { url_file: database.url } }',
      '/auth/users/path: expected nothing, as provider postgres has no users file',
    ],
    [
      'a user kept in the cache for longer than ten seconds',
      '{ provider: postgres, postgres: { url_file: database.url, cache: 11s } }',
      '/auth/users/postgres/cache: expected a duration such as 5m, from 0s to 10s, found "11s"',
    ],
    [
      'a provider that there is not',
      '{ provider: ldap }',
      '/auth/users/provider: expected one of file, postgres, module, found "ldap"',
    ],
  ];
  for (const [what, users, message] of wrong) {
    it(`refuses ${what}`, async (t) => {
      const folder = await folderWith(t, users);
      const problems = await folder.problems('a.yaml');
      deepEqual(
        problems.map((problem) => problem.replace(/^\S+ (?=\/)/, '')),
        [message],
      );
    });
  }
});
