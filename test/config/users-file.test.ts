import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { ConfigurationFolder, MINIMAL } from './configuration-folder.js';

const CONFIG = MINIMAL.replace('auth:', 'auth:\n  users: { path: users.yaml }');
const HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$wg00D0H93c3l8/HbFIAGMg$dz4TW+brLcOA6Sdu48L62eIp59GDYTKrP9QE93xNn/w';

const KEY = Buffer.alloc(32, 7).toString('base64');

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
      'users.yaml:4:15 /users/0/password: expected a password hash: argon2id as "expressway hash-password" prints it, bcrypt, $scrypt$, $apr1$ or {SHA}, of bearable cost, found something else (not shown)',
      'users.yaml:5:17 /users/1/username: expected a user name: 1 to 128 characters without a colon or control characters (RFC 7617), found "b:c"',
      'users.yaml:5:150 /users/1/admin: unknown key (known are username, id, role, roles, password, disabled, tokens_valid_from, wampcra, scram, public_keys, certificates)',
      'users.yaml:6:45 /users/2/password: expected a password hash: argon2id as "expressway hash-password" prints it, bcrypt, $scrypt$, $apr1$ or {SHA}, of bearable cost, found something else (not shown)',
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

  it('knows users by more than a password', async (t) => {
    const folder = await folderWith(
      t,
      `users:
  - username: ada
    id: u-1
    role: trusted
    roles: [trusted]
    tokens_valid_from: 2026-11-01T02:00:00+02:00
    wampcra: { secret: '${KEY}', salt: sa, iterations: 100, keylen: 32 }
    scram: { kdf: argon2id-13, salt: c2FsdHNhbHQ=, iterations: 4, memory: 512, stored_key: '${KEY}', server_key: '${KEY}' }
    public_keys: ['${'AB'.repeat(32)}']
    certificates: ['${Array(32).fill('AB').join(':')}']
`,
    );
    deepEqual((await folder.load('a.yaml')).users, [
      {
        username: 'ada',
        id: 'u-1',
        role: 'trusted',
        roles: ['trusted'],
        disabled: false,
        tokensValidFrom: Date.UTC(2026, 10, 1) / 1000,
        credentials: {
          wampcra: { secret: KEY, salt: 'sa', iterations: 100, keylen: 32 },
          scram: {
            kdf: 'argon2id-13',
            salt: 'c2FsdHNhbHQ=',
            iterations: 4,
            memory: 512,
            storedKey: KEY,
            serverKey: KEY,
          },
          publicKeys: ['ab'.repeat(32)],
          certificates: ['ab'.repeat(32)],
        },
      },
    ]);
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    ['no credential', '', ': expected a password, wampcra, scram, public_keys or certificates'],
    ['iterations without a salt', 'wampcra: { secret: s, iterations: 5 }', '/iterations: expected'],
    [
      'a derived key of another length',
      `wampcra: { secret: s, salt: s }`,
      '/secret: expected with',
    ],
    ['keys in other hex', `public_keys: [abc]`, '/public_keys/0: expected an Ed25519 public key'],
    ['a short fingerprint', `certificates: ['ab:cd']`, '/certificates/0: expected the SHA-256'],
    ['no keys', `public_keys: []`, '/public_keys: expected at least one key'],
    [
      'a date without a time',
      `password: '${HASH}', tokens_valid_from: 2026-11-01`,
      '/tokens_valid_from: expected a time',
    ],
    [
      'memory for pbkdf2',
      `scram: { kdf: pbkdf2, salt: c2FsdHNhbHQ=, iterations: 4096, memory: 9, stored_key: '${KEY}', server_key: '${KEY}' }`,
      '/memory: expected memory only with argon2id-13',
    ],
    [
      'a StoredKey of another length',
      `scram: { kdf: pbkdf2, salt: c2FsdHNhbHQ=, iterations: 4096, stored_key: canary, server_key: '${KEY}' }`,
      '/stored_key: expected the StoredKey of RFC 5802: 32 bytes in Base64, found something else (not shown)',
    ],
  ];
  for (const [what, entry, message] of wrong) {
    it(`refuses ${what}`, async (t) => {
      const rest = entry === '' ? '' : `, ${entry}`;
      const folder = await folderWith(t, `users:\n  - { username: a, role: trusted${rest} }\n`);
      const [problem = '', ...others] = await folder.problems('a.yaml');
      deepEqual([problem.includes(message), others], [true, []], problem);
    });
  }

  it('refuses an id that is another user, by id or by name', async (t) => {
    const user = (name: string, id: string) =>
      `  - { username: ${name}, role: trusted, password: '${HASH}'${id} }\n`;
    const folder = await folderWith(
      t,
      `users:\n${user('a', '')}${user('b', ', id: a')}${user('c', ', id: d')}${user('d', '')}`,
    );
    deepEqual(
      (await folder.problems('a.yaml')).map((problem) => problem.replace(/.* (?=\/users)/, '')),
      [
        '/users/1/id: expected each id once, and a username without an id is one, found "a"',
        '/users/3/username: expected each id once, and a username without an id is one, found "d"',
      ],
    );
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
