import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ModuleUsers } from '../../../src/auth/users/module-users.js';
import {
  PasswordCheckOverload,
  PasswordVerifier,
} from '../../../src/auth/users/password-verifier.js';
import { AuthenticatorUnavailable, silentLogger } from '../../../src/router/index.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { MemoryLogger } from '../support/memory-logger.js';

/** Users of a module with this text. */
async function load(t: TestContext, text: string, options = {}, timeoutMs = 60_000) {
  const path = join(temporaryFolder(t), 'users.mjs');
  await writeFile(path, text);
  const { info, lines } = new MemoryLogger();
  const errors: unknown[] = [];
  const error = (fields: object): void => {
    errors.push('error' in fields ? fields.error : undefined);
  };
  const logger = { ...silentLogger, info, error };
  const passwords = new PasswordVerifier();
  const users = await ModuleUsers.load({ path, options, timeoutMs, passwords, logger });
  t.after(() => users.close());
  return { users, lines, errors };
}

const GOOD = `
export default async ({ role }, { passwords, logger }) => {
  const ada = { username: 'ada', role };
  const listeners = new Set();
  return {
    find: (name) => (name === 'ada' ? { ...ada, id: 'u-7', more: 1 } : null),
    findById: async (id) => {
      for (const listener of listeners) listener([id]);
      if (id === 'u-7') return { id, username: 'ada', role, roles: ['reader'], tokensValidFrom: 5,
        credentials: { wampcra: { secret: 's' }, publicKeys: ['${'ab'.repeat(32)}'] } };
    },
    verifyPassword: async (name, password, source) => {
      if (password === 'overload') return passwords.close().then(() => passwords.verify(undefined, 'x'));
      return name === 'ada' && password === source ? { username: name, role } : undefined;
    },
    onchange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => logger.info({}, 'closed'),
  };
};`;

describe('ModuleUsers', () => {
  it('asks the module, and takes of its users what users have', async (t) => {
    const { users } = await load(t, GOOD, { role: 'admin' });
    const ada = { id: 'u-7', username: 'ada', role: 'admin', roles: ['admin'] };
    assert.deepEqual(await users.find('ada'), ada);
    assert.equal(await users.find('bob'), undefined);
    const told: unknown[] = [];
    const end = users.onchange?.((changed) => told.push(changed));
    assert.deepEqual(await users.findById('u-7'), {
      ...ada,
      roles: ['admin', 'reader'],
      tokensValidFrom: 5,
      credentials: {
        wampcra: { secret: 's', salt: undefined, iterations: undefined, keylen: undefined },
        publicKeys: ['ab'.repeat(32)],
      },
    });
    end?.();
    assert.equal(await users.findById('nobody'), undefined);
    assert.deepEqual(told, [['u-7']]);
    assert.equal((await users.verifyPassword('ada', '::1', '::1'))?.id, 'ada');
    assert.equal(await users.verifyPassword('ada', 'x', '::1'), undefined);
  });

  it('passes on that too many checks wait, and closes the module', async (t) => {
    const { users, lines } = await load(t, GOOD, { role: 'admin' });
    await assert.rejects(users.verifyPassword('ada', 'overload'), PasswordCheckOverload);
    await users.close();
    assert.match(lines.join(), /closed/);
  });

  const failing: readonly (readonly [string, string, RegExp])[] = [
    ['throws', `() => { throw new Error('own words') }`, /own words/],
    ['rejects', `async () => { throw new Error('own words') }`, /own words/],
    ['gives no role', `async () => ({ username: 'a' })`, /expected text as role of a user/],
    ['gives text', `async () => 'canary'`, /expected an object as user of a user/],
    [
      'gives roles that are none',
      `async () => ({ username: 'a', role: 'b', roles: 'c' })`,
      /roles/,
    ],
    [
      'gives keys that are none',
      `async () => ({ username: 'a', role: 'b', credentials: { publicKeys: ['canary'] } })`,
      /publicKeys/,
    ],
  ];
  for (const [what, find, message] of failing) {
    it(`knows nobody and says so when a function ${what}`, async (t) => {
      const { users, errors } = await load(
        t,
        `const find = ${find};
         export default () => ({ find, findById: find, verifyPassword: find, close: async () => {} });`,
      );
      await assert.rejects(users.find('a'), AuthenticatorUnavailable);
      await assert.rejects(users.verifyPassword('a', 'b'), AuthenticatorUnavailable);
      assert.deepEqual(
        errors.map((error) => message.test(String(error))),
        [true, true],
      );
      assert.doesNotMatch(errors.join(), /canary/);
    });
  }

  it('waits for an answer so long, and no longer', async (t) => {
    const { users } = await load(
      t,
      `const find = () => new Promise(() => {});
       export default () => ({ find, findById: find, verifyPassword: find, close: async () => {} });`,
      {},
      20,
    );
    await assert.rejects(users.find('a'), AuthenticatorUnavailable);
  });

  const unusable: readonly (readonly [string, string, RegExp])[] = [
    ['is no module', 'export default (', /cannot be used: /],
    ['has no function', 'export default {};', /its default export is no function/],
    ['fails', `export default () => { throw new Error('no LDAP'); };`, /no LDAP/],
    ['gives nothing', 'export default () => undefined;', /has no function find\./],
    [
      'leaves a function out',
      `export default () => ({ find() {}, findById() {}, close() {} });`,
      /has no function verifyPassword/,
    ],
    [
      'has an onchange that is none',
      `export default () => ({ find() {}, findById() {}, verifyPassword() {}, close() {}, onchange: 5 });`,
      /onchange is no function/,
    ],
  ];
  for (const [what, text, message] of unusable) {
    it(`cannot use what ${what}`, async (t) => {
      await assert.rejects(load(t, text), { name: 'UnusableUsersModule', message });
    });
  }
});
