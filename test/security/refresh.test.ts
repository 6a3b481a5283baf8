// J12 (the role is recomputed) and J14, against the started application: a session that is given another token.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { fetchToken } from '../support/application.js';
import { makeToken } from '../support/tokens.js';
import type { WireClient } from '../support/wire-client.js';
import {
  answerTo,
  goodbye,
  inSession,
  onTrustedUrl,
  startControlled,
} from './sessions-under-control.js';

const now = (): number => Math.floor(Date.now() / 1000);

/** A token of ryan that ends in so many seconds. */
const tokenFor = (seconds: number, claims: object = {}): string =>
  makeToken({ claims: { sub: 'ryan', exp: now() + seconds, ...claims } });

/** Calls the refresh; gives the answer from its error or result on. */
async function refresh(client: WireClient, request: number, token: unknown): Promise<unknown[]> {
  client.send([48, request, {}, 'expressway.auth.refresh', [token]]);
  const [type, ...rest] = await client.receive();
  return type === 50 ? rest.slice(2) : rest.slice(3);
}

const inSessionFor = (t: TestContext, application: Application, seconds = 60) =>
  inSession(t, application, tokenFor(seconds));

describe('expressway.auth.refresh', () => {
  it('tells until when the session goes on, and when to refresh next', async (t) => {
    const application = await startControlled(t);
    const client = await inSessionFor(t, application);
    const iat = now();
    const answer = await refresh(client, 1, tokenFor(0, { iat, exp: iat + 100 }));
    deepEqual(answer, [[{ expires_at: iat + 100, refresh_at: iat + 80 }]]);
  });

  it('keeps a session alive beyond the life of the token that opened it', async (t) => {
    const application = await startControlled(t, { EXPRESSWAY_EXPIRY__GRACE: '0s' });
    const client = await inSessionFor(t, application, 4);
    const left = await inSessionFor(t, application, 4);
    equal((await refresh(client, 1, tokenFor(60))).length, 1);
    equal(await left.closed, 4401);
    client.send([32, 2, {}, 'com.example.status.changed']);
    equal((await client.receive())[0], 33);
  });

  it('is for every session of a token, whatever its role may do', async (t) => {
    const application = await startControlled(t);
    const admin = await inSession(t, application, await fetchToken(application));
    const claims = { sub: 'admin', exp: now() + 3600 };
    equal((await refresh(admin, 1, makeToken({ claims }))).length, 1);
  });

  it('narrows the session as the new token is narrowed (J12), and widens it again', async (t) => {
    const application = await startControlled(t);
    const narrow = (expressway: object | undefined, seconds: number): string =>
      makeToken({ claims: { expressway, exp: now() + seconds } });
    const admin = await inSession(t, application, narrow(undefined, 60));
    const publish = async (request: number): Promise<unknown> => {
      admin.send([16, request, { acknowledge: true }, 'com.example.news']);
      return (await admin.receive())[0];
    };
    equal(await publish(1), 17);
    equal((await refresh(admin, 2, narrow({ publish: [] }, 70))).length, 1);
    equal(await publish(3), 8);
    equal((await refresh(admin, 4, narrow(undefined, 80))).length, 1);
    equal(await publish(5), 17);
    admin.send([32, 6, {}, 'com.example.news']);
    equal((await admin.receive())[0], 33);
    // This client has not announced that a subscription can be taken from it.
    admin.send([48, 7, {}, 'expressway.auth.refresh', [narrow({ subscribe: [] }, 90)]]);
    deepEqual(await admin.receive(), goodbye('the session holds what it may not have any more'));
  });

  it('refuses the token of another user, and leaves the session as it is', async (t) => {
    const application = await startControlled(t);
    const client = await inSessionFor(t, application);
    const answer = await refresh(client, 1, tokenFor(100, { sub: 'admin' }));
    deepEqual(answer, ['expressway.error.subject_mismatch', ['the token names another subject']]);
    client.send([16, 2, { acknowledge: true }, 'com.example.status.changed']);
    equal((await client.receive())[4], 'wamp.error.not_authorized');
    client.send([32, 3, {}, 'com.example.status.changed']);
    equal((await client.receive())[0], 33);
  });

  it('refuses a token that ends no later, and one that does not hold', async (t) => {
    const application = await startControlled(t);
    const client = await inSessionFor(t, application);
    const later = ['the token ends no later than the one before'];
    deepEqual(await refresh(client, 1, tokenFor(30)), ['wamp.error.invalid_argument', later]);
    const denied = 'wamp.error.authentication_denied';
    const wrong: readonly (readonly [message: string, token: string])[] = [
      ['invalid_token', 'kitten'],
      ['invalid_token', makeToken({ secret: 'another secret that is long enough to be used' })],
      ['token_expired', tokenFor(0, { iat: now() - 120, exp: now() - 60 })],
      ['audience_mismatch', tokenFor(100, { aud: 'elsewhere' })],
      ['invalid_token', tokenFor(100, { sub: 'nobody' })],
    ];
    for (const [index, [message, token]] of wrong.entries()) {
      deepEqual(await refresh(client, 2 + index, token), [denied, [message]]);
    }
  });

  it('refuses a session that stands on no token', async (t) => {
    const application = await startControlled(t);
    const trusted = await onTrustedUrl(t, application);
    deepEqual(await refresh(trusted, 1, tokenFor(100)), [
      'expressway.error.not_refreshable',
      ['this session does not stand on a token'],
    ]);
  });

  it('is answered a few times at once, and the session lives on', async (t) => {
    const application = await startControlled(t);
    const client = await inSessionFor(t, application);
    const errors: unknown[] = [];
    for (let request = 1; request <= 20; request += 1) {
      errors.push((await refresh(client, request, 'kitten'))[0]);
    }
    equal(errors[0], 'wamp.error.authentication_denied');
    ok(errors.includes('expressway.error.limit_exceeded'));
    client.send([32, 21, {}, 'com.example.status.changed']);
    equal((await client.receive())[0], 33);
  });

  it('lets the log-in of the new token end the session, not that of the old one', async (t) => {
    const application = await startControlled(t);
    const client = await inSession(t, application, tokenFor(60, { jti: 'first' }));
    equal((await refresh(client, 1, tokenFor(100, { jti: 'second' }))).length, 1);
    equal(application.revoker.revokeToken('first'), 0);
    equal(application.revoker.revokeToken('second'), 1);
    deepEqual(await client.receive(), [
      6,
      { message: 'the token was revoked' },
      'wamp.close.killed',
    ]);
  });
});

describe('the end of a token', () => {
  it('is a GOODBYE where it is configured so, and the next token opens a session', async (t) => {
    const application = await startControlled(t, {
      EXPRESSWAY_EXPIRY__GRACE: '0s',
      EXPRESSWAY_EXPIRY__ACTION: 'goodbye',
    });
    const client = await inSessionFor(t, application, 1);
    const message = 'the token has expired';
    deepEqual(await client.receive(), [6, { message }, 'expressway.close.token_expired']);
    equal((await answerTo(t, application, tokenFor(60)))[0], 2);
  });
});
