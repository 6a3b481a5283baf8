// J10 and J14, against the started application: what becomes of tokens, sessions and log-ins that are revoked.
import { deepEqual, equal, throws } from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { fetchToken } from '../support/application.js';
import { basic, HttpClient } from '../support/http.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { makeToken } from '../support/tokens.js';
import {
  answerTo,
  goodbye,
  inSession,
  onTrustedUrl,
  REFUSED,
  startControlled,
} from './sessions-under-control.js';

const now = (): number => Math.floor(Date.now() / 1000);

/** A token of ryan, of the role `user`. */
const tokenOfRyan = (claims: object = {}): string =>
  makeToken({ claims: { sub: 'ryan', ...claims } });

/** Calls a procedure as an admin; gives the answer without its id. */
async function callAsAdmin(
  t: TestContext,
  application: Application,
  procedure: string,
  args: readonly unknown[],
): Promise<unknown[]> {
  const admin = await inSession(t, application, await fetchToken(application));
  admin.send([48, 1, {}, procedure, args]);
  const [type, ...rest] = await admin.receive();
  admin.drop();
  return [type, ...(type === 50 ? rest.slice(1) : rest.slice(2))];
}

describe('J10: a token that is revoked by its jti', () => {
  it('ends its open session with GOODBYE, and no other', async (t) => {
    const application = await startControlled(t);
    const victim = await inSession(t, application, tokenOfRyan({ jti: 'stolen' }));
    const other = await inSession(t, application, tokenOfRyan({ jti: 'other' }));
    const procedure = 'expressway.auth.revoke_token';
    deepEqual(await callAsAdmin(t, application, procedure, ['stolen']), [50, {}, [1]]);
    deepEqual(await victim.receive(), goodbye('the token was revoked'));
    victim.send([6, {}, 'wamp.close.goodbye_and_out']);
    equal(await victim.closed, 1000);
    other.send([32, 1, {}, 'com.example.status.changed']);
    equal((await other.receive())[0], 33);
  });

  it('opens no session any more, while others of the same user do', async (t) => {
    const application = await startControlled(t);
    equal(application.revoker.revokeToken('stolen', now() + 60), 0);
    deepEqual(await answerTo(t, application, tokenOfRyan({ jti: 'stolen' })), REFUSED);
    equal((await answerTo(t, application, tokenOfRyan({ jti: 'other' })))[0], 2);
  });

  it('cannot keep another session going', async (t) => {
    const application = await startControlled(t);
    const client = await inSession(t, application, tokenOfRyan({ jti: 'first' }));
    application.revoker.revokeToken('stolen');
    const token = tokenOfRyan({ jti: 'stolen', exp: now() + 120 });
    client.send([48, 1, {}, 'expressway.auth.refresh', [token]]);
    deepEqual((await client.receive()).slice(4), [
      'wamp.error.authentication_denied',
      ['invalid_token'],
    ]);
  });
});

describe('J10: the tokens of a user that are revoked', () => {
  it('end with all sessions of that user, and no newer token does', async (t) => {
    const application = await startControlled(t);
    const before = now() - 5;
    const victims = [
      await inSession(t, application, tokenOfRyan({ iat: before - 5 })),
      await inSession(t, application, tokenOfRyan({ iat: before - 1 })),
    ];
    const newer = await inSession(t, application, tokenOfRyan({ iat: before }));
    const procedure = 'expressway.auth.revoke_user';
    deepEqual(await callAsAdmin(t, application, procedure, ['ryan', before]), [50, {}, [2]]);
    for (const victim of victims) {
      deepEqual(await victim.receive(), goodbye('the tokens of this user were revoked'));
    }
    newer.send([32, 1, {}, 'com.example.status.changed']);
    equal((await newer.receive())[0], 33);
    deepEqual(await answerTo(t, application, tokenOfRyan({ iat: before - 1 })), REFUSED);
    equal((await answerTo(t, application, tokenOfRyan({ iat: before })))[0], 2);
  });

  it('end with the web log-ins of that user', async (t) => {
    const application = await startControlled(t);
    const browser = new HttpClient(application.publicUrl);
    await browser.logIn('admin', 'kitten');
    equal((await browser.get('/get_token')).status, 200);
    application.revoker.revokeUser('admin');
    equal((await browser.get('/get_token')).status, 401);
    const authorization = basic('admin', 'kitten');
    equal((await browser.get('/get_token', { authorization })).status, 200);
  });

  it('may end the very session that revokes them', async (t) => {
    const application = await startControlled(t);
    const admin = await inSession(t, application, makeToken({ claims: { iat: now() - 1 } }));
    admin.send([48, 1, {}, 'expressway.auth.revoke_user', ['admin']]);
    deepEqual(await admin.receive(), goodbye('the tokens of this user were revoked'));
  });

  it('are no tokens of a time to come', async (t) => {
    const application = await startControlled(t);
    const later = now() + 60;
    deepEqual(await callAsAdmin(t, application, 'expressway.auth.revoke_user', ['ryan', later]), [
      8,
      {},
      'wamp.error.invalid_argument',
      ['the time is yet to come'],
    ]);
    throws(() => application.revoker.revokeUser('ryan', later), RangeError);
    equal((await answerTo(t, application, tokenOfRyan()))[0], 2);
  });
});

describe('expressway.auth.revoke_token and revoke_user', () => {
  it('are for those whom a permission names', async (t) => {
    const application = await startControlled(t);
    const user = await inSession(t, application, tokenOfRyan());
    const trusted = await onTrustedUrl(t, application);
    for (const client of [user, trusted]) {
      client.send([48, 1, {}, 'expressway.auth.revoke_token', ['a']]);
      equal((await client.receive())[4], 'wamp.error.not_authorized');
      client.send([48, 2, {}, 'expressway.auth.revoke_user', ['admin']]);
      equal((await client.receive())[4], 'wamp.error.not_authorized');
    }
  });

  it('refuse what is no id and what is no time', async (t) => {
    const application = await startControlled(t);
    for (const args of [[], [''], [7], [null], ['x'.repeat(257)], ['a', 'soon'], ['a', {}]]) {
      for (const procedure of ['expressway.auth.revoke_token', 'expressway.auth.revoke_user']) {
        const [type, , error] = await callAsAdmin(t, application, procedure, args);
        deepEqual([type, error], [8, 'wamp.error.invalid_argument'], JSON.stringify(args));
      }
    }
  });
});

describe('J10: what is revoked', () => {
  it('is so after a restart, where a file keeps it', async (t) => {
    const file = join(temporaryFolder(t), 'revocations');
    const environment = { EXPRESSWAY_AUTH__REVOCATION__FILE: file };
    const first = await startControlled(t, environment);
    const browser = new HttpClient(first.publicUrl);
    await browser.logIn('admin', 'kitten');
    const ofLogin = (await browser.get('/get_token')).body;
    const csrf = await browser.formToken('/livestatus');
    equal((await browser.post('/logout', { csrf_token: csrf })).status, 303);
    first.revoker.revokeToken('stolen');
    const before = now() - 5;
    first.revoker.revokeUser('ryan', before);
    await first.close();
    const second = await startControlled(t, environment);
    deepEqual(await answerTo(t, second, ofLogin), REFUSED);
    deepEqual(await answerTo(t, second, tokenOfRyan({ jti: 'stolen' })), REFUSED);
    deepEqual(await answerTo(t, second, tokenOfRyan({ iat: before - 1 })), REFUSED);
    equal((await answerTo(t, second, tokenOfRyan({ jti: 'other' })))[0], 2);
  });
});
