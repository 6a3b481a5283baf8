import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

const CONFIG = MINIMAL.replace('auth:', 'auth:\n  users: { path: users.yaml }');
const HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$wg00D0H93c3l8/HbFIAGMg$dz4TW+brLcOA6Sdu48L62eIp59GDYTKrP9QE93xNn/w';

const folderWith = (t: Parameters<typeof ConfigurationFolder.make>[0], users: string) =>
  ConfigurationFolder.make(t, { 'a.yaml': CONFIG, 'users.yaml': users });

describe('the users file', () => {
  it('gives its users; they may log in unless disabled', async (t) => {
    const folder = await folderWith(
      t,
      `users:\n  - { username: Zoë, role: trusted, password: '${HASH}' }\n  - { username: b c, role: trusted, password: '${HASH}', disabled: true }\n`,
    );
    deepEqual((await folder.load('a.yaml')).users, [
      { username: 'Zoë', role: 'trusted', password: HASH, disabled: false },
      { username: 'b c', role: 'trusted', password: HASH, disabled: true },
    ]);
  });

  it('is told all its problems, with line and column, without a hash', async (t) => {
    const folder = await folderWith(
      t,
      `users:
  - username: a
    role: boss
    password: kitten
  - { username: 'b:c', role: trusted, password: '${HASH}', admin: true }
  - { username: d, role: trusted, password: '${HASH.replace('argon2id', 'argon2i')}' }
`,
    );
    deepEqual(await folder.problems('a.yaml'), [
      'users.yaml:4:15 /users/0/password: expected an argon2id hash, as "expressway hash-password" prints it, found something else (not shown)',
      'users.yaml:5:17 /users/1/username: expected a user name: 1 to 128 characters without a colon or control characters (RFC 7617), found "b:c"',
      'users.yaml:5:150 /users/1/admin: unknown key (known are username, role, password, disabled)',
      'users.yaml:6:45 /users/2/password: expected an argon2id hash, as "expressway hash-password" prints it, found something else (not shown)',
    ]);
  });

  it('refuses a user given twice and a role that no realm has', async (t) => {
    const user = (name: string, role: string) =>
      `  - { username: ${name}, role: ${role}, password: '${HASH}' }\n`;
    const folder = await folderWith(
      t,
      `users:\n${user('a', 'trusted')}${user('a', 'trusted')}${user('b', 'boss')}`,
    );
    deepEqual(await folder.problems('a.yaml'), [
      'users.yaml:3:17 /users/1/username: expected each user once, found "a"',
      'users.yaml:4:26 /users/2/role: expected a role of one of the realms, found "boss"',
    ]);
  });

  it('must be there if it is named', async (t) => {
    const folder = await ConfigurationFolder.make(t, { 'a.yaml': CONFIG });
    deepEqual(await folder.problems('a.yaml'), [
      'users.yaml:1:1: expected a readable file, found none (ENOENT)',
    ]);
  });

  it('is found relative to the configuration, from the environment relative to the working directory', async (t) => {
    const folder = await folderWith(t, 'users: []\n');
    deepEqual((await folder.load('a.yaml')).users, []);
    const elsewhere = await folder.problems('a.yaml', {
      EXPRESSWAY_AUTH__USERS__PATH: 'no-such-users.yaml',
    });
    equal(
      elsewhere[0],
      `${process.cwd()}/no-such-users.yaml:1:1: expected a readable file, found none (ENOENT)`,
    );
  });
});
