import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { UserWatch } from '../../../src/auth/revocation/user-watch.js';
import type { User, UserChangeListener } from '../../../src/auth/users/user-provider.js';
import type { Principal } from '../../../src/router/principal.js';
import { RecordingLogger } from '../../web/running-web.js';

const user = (id: string, changes: Partial<User> = {}): User => ({
  id,
  username: id,
  role: 'viewer',
  roles: ['viewer'],
  ...changes,
});

const principal = (subject: string, changes: Partial<Principal> = {}): Principal => ({
  authid: subject,
  authrole: 'viewer',
  authmethod: 'jwt',
  authprovider: 'jwt',
  expiresAt: 2_000_000,
  proof: { subject, issuedAt: 1000 },
  ...changes,
});

/** A watch over users and sessions that a test changes. */
function watch(t: TestContext, { tells = true } = {}) {
  t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 1_000_000 });
  const users = new Map<string, User>(['alice', 'bob'].map((id) => [id, user(id)]));
  let sessions: readonly Principal[] = [principal('alice'), principal('bob')];
  const ended: [subject: string | undefined, message: string][] = [];
  const gone: string[] = [];
  const asked: string[] = [];
  const logger = new RecordingLogger();
  const listeners = new Set<UserChangeListener>();
  let failure: Error | undefined;
  const watched = new UserWatch({
    users: {
      findById: (id) => {
        asked.push(id);
        return failure === undefined ? Promise.resolve(users.get(id)) : Promise.reject(failure);
      },
      ...(tells && {
        onchange: (listener: UserChangeListener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      }),
    },
    principals: () => sessions,
    endSessions: (where, reason, message) => {
      equal(reason, 'wamp.close.killed');
      const chosen = sessions.filter(where);
      sessions = sessions.filter((each) => !chosen.includes(each));
      for (const { proof } of chosen) ended.push([proof?.subject, message]);
      return chosen.length;
    },
    ongone: (ids) => gone.push(...ids),
    logger,
  });
  t.after(() => {
    watched.close();
  });
  return {
    users,
    ended,
    gone,
    asked,
    logger,
    listeners,
    watched,
    open: (session: Principal) => {
      sessions = [...sessions, session];
    },
    fail: (error?: Error) => {
      failure = error;
    },
    tell: async (changed?: readonly string[]) => {
      for (const listener of listeners) listener(changed);
      await settled();
    },
    tick: async (ms: number) => {
      t.mock.timers.tick(ms);
      await settled();
    },
  };
}

/** All answers have been looked at. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

describe('UserWatch', () => {
  it('ends the sessions of a user who was disabled or deleted, and of nobody else', async (t) => {
    const { users, ended, gone, tell } = watch(t);
    users.delete('alice');
    await tell(['alice']);
    deepEqual(ended, [['alice', 'the user may not log in any more']]);
    deepEqual(gone, ['alice']);
  });

  it('tells of a user who is gone also where there is no session', async (t) => {
    const { gone, tell } = watch(t);
    await tell(['carol']);
    deepEqual(gone, ['carol']);
  });

  it('ends those of a role that the user does not have any more', async (t) => {
    const { users, ended, open, tell } = watch(t);
    open(principal('alice', { authrole: 'admin' }));
    open(principal('alice', { authroles: ['viewer', 'admin'] }));
    users.set('alice', user('alice', { role: 'editor', roles: ['editor', 'viewer'] }));
    await tell(['alice']);
    const message = 'the roles of the user have changed';
    deepEqual(ended, [
      ['alice', message],
      ['alice', message],
    ]);
  });

  it('ends those whose token was issued before tokensValidFrom', async (t) => {
    const { users, ended, open, tell } = watch(t);
    open(principal('alice', { proof: { subject: 'alice', issuedAt: 1001 } }));
    open(principal('bob', { proof: { subject: 'bob' } }));
    for (const id of ['alice', 'bob']) users.set(id, user(id, { tokensValidFrom: 1001 }));
    await tell(['alice', 'bob']);
    const message = 'the tokens of this user are void';
    deepEqual(ended, [
      ['alice', message],
      ['bob', message],
      ['bob', message],
    ]);
  });

  it('looks at everybody when nobody is named', async (t) => {
    const { users, ended, tell } = watch(t);
    users.clear();
    await tell();
    deepEqual(
      ended.map(([subject]) => subject),
      ['alice', 'bob'],
    );
  });

  it('asks once for a user of many sessions', async (t) => {
    const { asked, open, tell } = watch(t);
    for (let count = 0; count < 50; count += 1) open(principal('alice'));
    await tell();
    deepEqual(asked, ['alice', 'bob']);
  });

  it('looks once more when the longest handshake is over', async (t) => {
    const { users, ended, open, tell, tick } = watch(t);
    users.delete('alice');
    await tell(['alice']);
    open(principal('alice'));
    await tick(9000);
    equal(ended.length, 1);
    await tick(1000);
    equal(ended.length, 2);
  });

  it('asks again, and says so once, when users cannot be asked for', async (t) => {
    const { users, ended, logger, fail, tell, tick } = watch(t);
    users.delete('alice');
    fail(new Error('no database'));
    await tell(['alice']);
    await tick(1000);
    deepEqual(ended, []);
    equal(logger.lines.filter((line) => line.includes('cannot be asked')).length, 1);
    fail();
    await tick(1000);
    equal(ended.length, 1);
  });

  it('asks for everybody within 10 s, a part each second, where the provider tells nothing', async (t) => {
    const { users, ended, asked, open, tick } = watch(t, { tells: false });
    for (let count = 0; count < 18; count += 1) {
      users.set(`user-${count}`, user(`user-${count}`));
      open(principal(`user-${count}`));
    }
    users.delete('alice');
    await tick(1000);
    equal(asked.length, 2);
    for (let second = 0; second < 9; second += 1) await tick(1000);
    deepEqual(asked.length, 20);
    equal(new Set(asked).size, 20);
    deepEqual(ended, [['alice', 'the user may not log in any more']]);
  });

  it('leaves alone who came by no proof of a user', async (t) => {
    const { ended, open, tell } = watch(t);
    const { authid, authrole, authmethod, authprovider } = principal('trusted');
    open({ authid, authrole, authmethod, authprovider });
    await tell();
    deepEqual(ended, []);
  });

  it('watches no more when it is closed', async (t) => {
    const { users, ended, listeners, watched, tick } = watch(t);
    watched.close();
    equal(listeners.size, 0);
    users.clear();
    await tick(20_000);
    deepEqual(ended, []);
  });
});
