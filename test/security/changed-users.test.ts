// J10 and J14, against the started application: users who are disabled, deleted or given another role while they have sessions.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { hashPassword } from '../../src/auth/users/password-verifier.js';
import { basic, HttpClient } from '../support/http.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeToken } from '../support/tokens.js';
import {
  answerTo,
  goodbye,
  inSession,
  REFUSED,
  startControlled,
} from './sessions-under-control.js';

const password = await hashPassword('secret of nora');

interface UserChanges {
  readonly role?: string;
  readonly roles?: readonly string[];
  readonly disabled?: boolean;
}

/** The application with users nora and otto of a file that the test changes; nora's is `user` unless she is changed. */
async function start(t: TestContext) {
  const path = join(temporaryFolder(t), 'users.yaml');
  const write = (nora: UserChanges | undefined): void => {
    const otto = { username: 'otto', role: 'user', password };
    const all = nora === undefined ? [otto] : [{ ...otto, username: 'nora', ...nora }, otto];
    writeFileSync(path, JSON.stringify({ users: all }), { mode: 0o600 });
  };
  write({});
  const application = await startControlled(t, { EXPRESSWAY_AUTH__USERS__PATH: path });
  return { application, write };
}

const tokenOf = (sub: string): string => makeToken({ claims: { sub } });

/** Waits until a user's session has ended; gives what the router said, and proves that it was within a second. */
async function endOf(
  t: TestContext,
  application: Application,
  change: () => void,
): Promise<unknown[]> {
  const nora = await inSession(t, application, tokenOf('nora'));
  const otto = await inSession(t, application, tokenOf('otto'));
  const before = performance.now();
  change();
  const end = await nora.receive();
  const ms = performance.now() - before;
  t.diagnostic(`after ${Math.round(ms)} ms`);
  ok(ms < 1000);
  otto.send([32, 1, {}, 'com.example.status.changed']);
  equal((await otto.receive())[0], 33);
  return end;
}

describe('a user with an open session', () => {
  const gone = goodbye('the user may not log in any more');

  it('is out within a second when disabled, and comes in again when restored', async (t) => {
    const { application, write } = await start(t);
    const disable = (): void => {
      write({ disabled: true });
    };
    deepEqual(await endOf(t, application, disable), gone);
    deepEqual(await answerTo(t, application, tokenOf('nora')), REFUSED);
    write({});
    await until(async () => (await answerTo(t, application, tokenOf('nora')))[0] === 2);
  });

  it('is out within a second when deleted', async (t) => {
    const { application, write } = await start(t);
    const end = await endOf(t, application, () => {
      write(undefined);
    });
    deepEqual(end, gone);
    deepEqual(await answerTo(t, application, tokenOf('nora')), REFUSED);
  });

  it('is out within a second when demoted, and comes in with the other role', async (t) => {
    const { application, write } = await start(t);
    write({ role: 'admin' });
    await until(async () => (await roleOf(t, application)) === 'admin');
    const end = await endOf(t, application, () => {
      write({ role: 'user' });
    });
    deepEqual(end, goodbye('the roles of the user have changed'));
    equal(await roleOf(t, application), 'user');
  });

  it('goes on when given a further role, and has it after a refresh', async (t) => {
    const { application, write } = await start(t);
    const nora = await inSession(t, application, tokenOf('nora'));
    write({ role: 'admin', roles: ['user'] });
    await until(async () => (await roleOf(t, application)) === 'admin');
    const publish = async (request: number): Promise<unknown> => {
      nora.send([16, request, { acknowledge: true }, 'com.example.news']);
      return (await nora.receive())[0];
    };
    equal(await publish(1), 8);
    const claims = { sub: 'nora', exp: Math.floor(Date.now() / 1000) + 120 };
    nora.send([48, 2, {}, 'expressway.auth.refresh', [makeToken({ claims })]]);
    equal((await nora.receive())[0], 50);
    equal(await publish(3), 17);
  });

  it('is not bothered by what concerns others', async (t) => {
    const { application, write } = await start(t);
    const otto = await inSession(t, application, tokenOf('otto'));
    for (const changes of [{ role: 'admin' }, { disabled: true }, {}]) write(changes);
    await until(async () => (await roleOf(t, application)) === 'user');
    otto.send([32, 1, {}, 'com.example.status.changed']);
    equal((await otto.receive())[0], 33);
  });
});

describe('a web log-in', () => {
  it('is over when its user is disabled, also when nobody looked until the user was restored', async (t) => {
    const { application, write } = await start(t);
    write({ role: 'admin' });
    await until(async () => (await roleOf(t, application)) === 'admin');
    const browser = new HttpClient(application.publicUrl);
    await browser.logIn('nora', 'secret of nora');
    equal((await browser.get('/get_token')).status, 200);
    // A log-in of the very second in which its user is disabled is not told from a later one.
    await until(() => Promise.resolve(Date.now() % 1000 > 900));
    await until(() => Promise.resolve(Date.now() % 1000 < 500));
    write({ role: 'admin', disabled: true });
    const authorization = basic('nora', 'secret of nora');
    const status = async () =>
      (await browser.stranger().get('/get_token', { authorization })).status;
    await until(async () => (await status()) === 401);
    write({ role: 'admin' });
    await until(async () => (await status()) === 200);
    equal((await browser.get('/get_token')).status, 401);
  });
});

async function roleOf(t: TestContext, application: Application): Promise<unknown> {
  const [, , details] = await answerTo(t, application, tokenOf('nora'));
  return (details as Record<string, unknown>)['authrole'];
}

/** Asks until it is so, in turns of the event loop; the test's own timeout ends it otherwise. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise(setImmediate);
}
