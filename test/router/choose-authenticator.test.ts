import { equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Authenticator } from '../../src/router/authenticator.js';
import { chooseAuthenticator } from '../../src/router/choose-authenticator.js';
import type { PresentedCredentials } from '../../src/router/transport/presented-credentials.js';

const authenticator = (
  authmethod?: string,
  presents?: keyof PresentedCredentials,
): Authenticator => ({
  authmethod,
  ...(presents && { isPresented: ({ credentials }) => credentials?.[presents] !== undefined }),
  authenticate: () => Promise.reject(new Error('is not asked here')),
});

const JWT = authenticator('jwt', 'bearer');
const TICKET = authenticator('ticket', 'ticket');
const ANONYMOUS = authenticator('anonymous');

/** The authmethod that is chosen for what a client offers and brings along. */
function choose(
  authenticators: readonly Authenticator[],
  authmethods: unknown,
  presented?: Partial<PresentedCredentials>,
) {
  const none = { bearer: undefined, token: undefined, ticket: undefined, isMalformed: false };
  return chooseAuthenticator(authenticators, {
    realm: 'realm1',
    authmethods,
    transport: {
      ...{ type: 'websocket', listener: 'public', peer: '192.0.2.7', protocol: 'wamp.2.json' },
      type: 'websocket',
      headers: new Map(),
      url: '/ws',
      credentials: presented && { ...none, ...presented },
    },
  });
}

describe('chooseAuthenticator', () => {
  it("goes by the server's order, not by the client's", () => {
    equal(choose([JWT, TICKET], ['ticket', 'jwt']), JWT);
    equal(choose([JWT, TICKET], ['x', 'ticket']), TICKET);
  });

  it('takes who offers nothing for anonymous', () => {
    equal(choose([JWT, ANONYMOUS], undefined), ANONYMOUS);
    equal(choose([JWT, ANONYMOUS], []), ANONYMOUS);
    throws(() => choose([JWT], []), { reason: 'wamp.error.authentication_required' });
  });

  it('refuses methods that are not there, and never falls to one that was not offered', () => {
    const refusal = { reason: 'wamp.error.no_matching_auth_method' };
    throws(() => choose([JWT, ANONYMOUS], ['ticket', 7, null]), refusal);
  });

  it('lets what came with the connection decide, whatever is offered', () => {
    equal(choose([JWT, TICKET, ANONYMOUS], ['anonymous'], { ticket: 'T' }), TICKET);
    equal(choose([JWT, TICKET, ANONYMOUS], undefined, { bearer: 'a.b.c' }), JWT);
  });

  it('passes over what can only be brought along and was not, if another way is offered', () => {
    const tls: Authenticator = { ...authenticator('tls'), isOnlyPresented: true };
    equal(choose([tls, TICKET, ANONYMOUS], ['tls', 'ticket']), TICKET);
    equal(choose([tls, TICKET, ANONYMOUS], ['tls']), tls);
  });

  it('refuses credentials that are malformed', () => {
    const refusal = {
      reason: 'wamp.error.authentication_denied',
      message: 'malformed_credentials',
    };
    for (const authenticators of [[JWT], [ANONYMOUS], [authenticator()]]) {
      throws(() => choose(authenticators, ['anonymous'], { isMalformed: true }), refusal);
    }
  });

  it('refuses a bearer that nobody takes, unless nobody need prove anything', () => {
    const refusal = { reason: 'wamp.error.no_matching_auth_method' };
    throws(() => choose([TICKET, ANONYMOUS], ['anonymous'], { bearer: 'B' }), refusal);
    const open = authenticator();
    equal(choose([TICKET, open], ['anonymous'], { bearer: 'B' }), open);
  });

  it('does not go by a parameter of the query that nobody takes', () => {
    equal(choose([ANONYMOUS], undefined, { token: 'T' }), ANONYMOUS);
  });
});
