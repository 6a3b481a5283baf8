import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  MemoryUsers,
  UnusableUserEntry,
  type UserEntry,
} from '../../../src/auth/users/memory-users.js';
import {
  hashPassword,
  PasswordCheckOverload,
  PasswordVerifier,
} from '../../../src/auth/users/password-verifier.js';
import { userNamed } from '../support/user-named.js';

const KITTEN = await hashPassword('kitten');
const ADMIN: UserEntry = { username: 'admin', role: 'admin', password: KITTEN };

function usersOf(t: TestContext, ...entries: readonly UserEntry[]): MemoryUsers {
  const users = new MemoryUsers({ entries, passwords: new PasswordVerifier() });
  t.after(() => users.close());
  return users;
}

describe('MemoryUsers', () => {
  it('finds a user by the exact name, without the hash', async (t) => {
    const users = usersOf(t, ADMIN);
    assert.deepEqual(await users.find('admin'), userNamed('admin', 'admin'));
    for (const name of ['Admin', 'admin ', '', '__proto__', 'constructor']) {
      assert.equal(await users.find(name), undefined);
    }
  });

  it('knows a user by the password', async (t) => {
    const users = usersOf(t, ADMIN);
    assert.deepEqual(await users.verifyPassword('admin', 'kitten'), userNamed('admin', 'admin'));
    assert.equal(await users.verifyPassword('admin', 'kitte'), undefined);
    assert.equal(await users.verifyPassword('nobody', 'kitten'), undefined);
  });

  // J14
  it('knows a disabled user neither by name nor by password', async (t) => {
    const users = usersOf(t, { ...ADMIN, disabled: true });
    assert.equal(await users.find('admin'), undefined);
    assert.equal(await users.verifyPassword('admin', 'kitten'), undefined);
  });

  it('takes names for names', async (t) => {
    const users = usersOf(t, { ...ADMIN, username: '__proto__' });
    assert.deepEqual(await users.find('__proto__'), userNamed('__proto__', 'admin'));
    assert.equal(await users.find('toString'), undefined);
  });

  it('knows ids, roles and credentials; the username is the id of one who has no other', async (t) => {
    const credentials = { publicKeys: ['ab'.repeat(32)] };
    const users = usersOf(t, ADMIN, {
      id: 'u-1',
      username: 'ada',
      role: 'user',
      roles: ['reader', 'user'],
      tokensValidFrom: 7,
      credentials,
    });
    const ada = { id: 'u-1', username: 'ada', role: 'user', roles: ['user', 'reader'] };
    assert.deepEqual(await users.findById('u-1'), { ...ada, tokensValidFrom: 7, credentials });
    assert.equal(await users.findById('ada'), undefined);
    assert.deepEqual(await users.findById('admin'), userNamed('admin', 'admin'));
  });

  it('lets nobody in by a password who has none', async (t) => {
    const users = usersOf(t, { username: 'ada', role: 'user' });
    assert.equal(await users.verifyPassword('ada', ''), undefined);
  });

  // L2
  it('asks for a check whoever it is', async (t) => {
    const asked: (string | undefined)[] = [];
    const passwords = new PasswordVerifier();
    t.after(() => passwords.close());
    t.mock.method(passwords, 'verify', (hash: string | undefined) => {
      asked.push(hash);
      return Promise.resolve(false);
    });
    const disabled = { ...ADMIN, username: 'gone', disabled: true };
    const users = new MemoryUsers({ entries: [ADMIN, disabled], passwords });
    await users.verifyPassword('admin', 'x');
    await users.verifyPassword('nobody', 'x');
    await users.verifyPassword('gone', 'x');
    assert.deepEqual(asked, [KITTEN, undefined, KITTEN]);
  });

  it('passes an overload on and closes its verifier', async (t) => {
    const users = usersOf(t, ADMIN);
    await users.close();
    await assert.rejects(users.verifyPassword('admin', 'kitten'), PasswordCheckOverload);
  });

  const unusable: readonly [string, readonly UserEntry[], RegExp][] = [
    ['an empty name', [ADMIN, { ...ADMIN, username: '' }], /^a user has no name$/],
    ['one name twice', [ADMIN, { ...ADMIN, role: 'user' }], /^user "admin" is there twice$/],
    ['one id twice', [ADMIN, { ...ADMIN, username: 'b', id: 'admin' }], /^the id of user "b" is/],
    ['a plain password', [{ ...ADMIN, password: 'canary' }], /^the password of user "admin" is no/],
  ];
  for (const [what, entries, message] of unusable) {
    it(`refuses ${what}`, (t) => {
      const passwords = new PasswordVerifier();
      t.after(() => passwords.close());
      assert.throws(
        () => new MemoryUsers({ entries, passwords }),
        (error) => {
          assert.ok(error instanceof UnusableUserEntry);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /canary/);
          assert.equal(error.index, entries.length - 1);
          return true;
        },
      );
    });
  }
});
