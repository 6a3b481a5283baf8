import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  MemoryUsers,
  type NewPasswordHash,
  UnusableUserEntry,
  type UserEntry,
} from '../../../src/auth/users/memory-users.js';
import {
  hashPassword,
  PasswordCheckOverload,
  PasswordVerifier,
} from '../../../src/auth/users/password-verifier.js';
import { MemoryLogger } from '../support/memory-logger.js';
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

  it('takes another list whole, and tells who changed', async (t) => {
    const ada = { username: 'ada', id: 'u-1', role: 'user', password: KITTEN };
    const users = usersOf(t, ADMIN, ada, { ...ADMIN, username: 'gone' });
    const told: (readonly string[] | undefined)[] = [];
    const end = users.onchange((changed) => told.push(changed));
    assert.equal(users.replace([ADMIN, ada, { ...ADMIN, username: 'gone' }]), 0);
    assert.equal(
      users.replace([{ ...ADMIN, disabled: true }, ada, { ...ADMIN, username: 'new' }]),
      3,
    );
    assert.equal(await users.find('admin'), undefined);
    // Another password is no other user; a role is.
    const another = await hashPassword('puppy');
    assert.equal(users.replace([ADMIN, { ...ada, password: another, roles: ['x'] }]), 3);
    assert.equal((await users.verifyPassword('ada', 'puppy'))?.id, 'u-1');
    assert.deepEqual(told, [
      ['admin', 'gone', 'new'],
      ['admin', 'u-1', 'new'],
    ]);
    end();
    users.replace([]);
    assert.equal(told.length, 2);
  });

  it('keeps the list that it has when another cannot be used', async (t) => {
    const users = usersOf(t, ADMIN);
    assert.throws(() => users.replace([{ ...ADMIN, password: 'canary' }]), UnusableUserEntry);
    assert.equal((await users.find('admin'))?.role, 'admin');
  });

  // J14
  it('lets nobody in who was disabled while the password was checked', async (t) => {
    const users = usersOf(t, ADMIN);
    const check = users.verifyPassword('admin', 'kitten');
    users.replace([{ ...ADMIN, disabled: true }]);
    assert.equal(await check, undefined);
  });

  const APR1 = '$apr1$r31.....$yp2v4/1tp43pzs.ewzgmJ1';

  it('has a better hash after the first log-in with an outdated one, also after the list was read again', async (t) => {
    const verifier = new PasswordVerifier();
    const asked: (string | undefined)[] = [];
    const verify = verifier.verify.bind(verifier);
    t.mock.method(verifier, 'verify', (hash: string | undefined, password: string) => {
      asked.push(hash);
      return verify(hash, password);
    });
    const kept: NewPasswordHash[] = [];
    let isKept: () => void = () => undefined;
    const keeping = new Promise<void>((resolve) => (isKept = resolve));
    const ada = { username: 'ada', role: 'user', password: APR1 };
    const users = new MemoryUsers({
      entries: [ada],
      passwords: verifier,
      keep: (change) => {
        kept.push(change);
        isKept();
        return Promise.resolve(true);
      },
    });
    t.after(() => users.close());
    assert.equal(await users.verifyPassword('ada', 'wrong'), undefined);
    assert.equal((await users.verifyPassword('ada', 'kitten'))?.id, 'ada');
    await keeping;
    const better = kept[0]?.hash;
    assert.deepEqual(kept, [{ username: 'ada', former: APR1, hash: better }]);
    users.replace([ada]);
    assert.equal((await users.verifyPassword('ada', 'kitten'))?.id, 'ada');
    assert.equal(await users.verifyPassword('ada', 'wrong'), undefined);
    assert.deepEqual(asked, [APR1, APR1, better, better]);
    assert.equal(kept.length, 1);
  });

  it('logs that a better hash could not be kept, and uses it', async (t) => {
    const logger = new MemoryLogger();
    let fail: (error: Error) => void = () => undefined;
    const failing = new Promise<boolean>((_, reject) => (fail = reject));
    let isAsked: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (isAsked = resolve));
    const users = new MemoryUsers({
      entries: [{ username: 'ada', role: 'user', password: APR1 }],
      passwords: new PasswordVerifier(),
      keep: () => {
        isAsked();
        return failing;
      },
      logger,
    });
    t.after(() => users.close());
    await users.verifyPassword('ada', 'kitten');
    await asked;
    fail(new Error('read-only'));
    await failing.catch(() => undefined);
    await Promise.resolve();
    assert.match(JSON.stringify(logger), /could not be replaced/);
    assert.equal((await users.verifyPassword('ada', 'kitten'))?.id, 'ada');
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
    [
      'a plain password',
      [{ ...ADMIN, password: 'canary' }],
      /^the password of user "admin" is no hash/,
    ],
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
