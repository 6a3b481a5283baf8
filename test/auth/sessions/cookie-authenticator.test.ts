import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CookieAuthenticator,
  type CookieSource,
} from '../../../src/auth/sessions/cookie-authenticator.js';
import type { AuthenticationRequest, Dict } from '../../../src/router/index.js';
import { requestWith } from '../support/authentication-request.js';

const ORIGIN = ['https://app.example.com'];

const requestOf = (
  headers: Readonly<Record<string, string[]>>,
  details: Dict = {},
): AuthenticationRequest =>
  requestWith({
    details,
    transport: { ...requestWith().transport, headers: new Map(Object.entries(headers)) },
  });

/** Knows the user of whom the value of a cookie is the name, unless it is "stale". */
const sourceOf = (...cookies: string[]): CookieSource => ({
  cookies,
  identify: ([first]) =>
    Promise.resolve(
      first === undefined || first[1] === 'stale'
        ? undefined
        : {
            authid: first[1],
            authrole: 'user',
            authmethod: 'cookie',
            authprovider: cookies.join('+'),
          },
    ),
});

const authenticator = new CookieAuthenticator({ sources: [sourceOf('sid'), sourceOf('a', 'b')] });

describe('CookieAuthenticator', () => {
  it('asks those whose cookies came, in its order, for whoever they know', async () => {
    for (const [cookie, authid, provider] of [
      ['sid=zoe', 'zoe', 'sid'],
      ['x=1; sid=zoe; a=bob', 'zoe', 'sid'],
      ['sid=stale; b=bob', 'bob', 'a+b'],
      ['b=x=y', 'x=y', 'a+b'],
    ] as const) {
      const principal = await authenticator.authenticate(
        requestOf({ cookie: [cookie], origin: ORIGIN }),
      );
      deepEqual([principal.authid, principal.authprovider], [authid, provider]);
    }
  });

  it('refuses whoever nobody knows', async () => {
    for (const cookie of [['sid=stale; a=stale'], ['x=1'], ['sid'], []]) {
      await rejects(authenticator.authenticate(requestOf({ cookie, origin: ORIGIN })), {
        reason: 'wamp.error.authentication_denied',
        message: 'not_logged_in',
      });
    }
  });

  // W1
  it('refuses whoever does not say from which page it comes', async () => {
    for (const origin of [[], ['null'], [...ORIGIN, ...ORIGIN]]) {
      await rejects(authenticator.authenticate(requestOf({ cookie: ['sid=zoe'], origin })), {
        reason: 'wamp.error.authentication_denied',
        message: 'origin_required',
      });
    }
  });

  // J9
  it('refuses a client that says that it is somebody else', async () => {
    const request = requestOf({ cookie: ['sid=zoe'], origin: ORIGIN }, { authid: 'root' });
    await rejects(authenticator.authenticate(request), { message: 'authid_mismatch' });
  });

  it('counts its cookies as presented, and no others', () => {
    const isPresented = (cookie: string[]): boolean =>
      authenticator.isPresented(requestOf({ cookie }).transport);
    for (const cookie of ['sid=', 'x=1; sid=2', 'a=1', 'x=1;b=2']) {
      equal(isPresented([cookie]), true, cookie);
    }
    for (const cookie of ['', 'sid', 'xsid=1', 'sid2=1', 'x=sid=1', 'SID=1']) {
      equal(isPresented([cookie]), false, cookie);
    }
    equal(isPresented([]), false);
    equal(isPresented(['x=1', 'sid=1']), true);
  });
});
