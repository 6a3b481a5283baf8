import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TicketAuthenticator } from '../../../src/auth/tickets/ticket-authenticator.js';
import type { TicketKind } from '../../../src/auth/tickets/ticket-kind.js';
import {
  MessageType,
  type AuthenticationRequest,
  type Dict,
  type PresentedCredentials,
} from '../../../src/router/index.js';
import { requestWith } from '../support/authentication-request.js';

const DENIED = { reason: 'wamp.error.authentication_denied' };

/** A kind whose tickets begin with its name. */
const kindNamed = (name: string, isForUpgrade: boolean): TicketKind => ({
  name,
  isForUpgrade,
  accepts: (ticket) => ticket.startsWith(name),
  redeem: (ticket) =>
    Promise.resolve({
      authid: ticket,
      authrole: 'user',
      authmethod: 'ticket',
      authprovider: name,
    }),
});

const authenticator = new TicketAuthenticator({
  kinds: [kindNamed('once', true), kindNamed('on', false), kindNamed('pass', false)],
  maxBytes: 20,
});

/** A client that answers the challenge with `ticket`; what it was asked is in `challenges`. */
function clientWith(
  ticket: string,
  details: Dict = {},
): { request: AuthenticationRequest; challenges: unknown[] } {
  const challenges: unknown[] = [];
  const request = requestWith({
    details,
    challenge: (method, extra) => {
      challenges.push([method, extra]);
      return Promise.resolve({ type: MessageType.Authenticate, signature: ticket, extra: {} });
    },
  });
  return { request, challenges };
}

const arrivingWith = (credentials?: Partial<PresentedCredentials>): AuthenticationRequest => {
  const none = { bearer: undefined, token: undefined, ticket: undefined, isMalformed: false };
  const presented = credentials && { ...none, ...credentials };
  return requestWith({ transport: { ...requestWith().transport, credentials: presented } });
};

describe('TicketAuthenticator', () => {
  it('asks once, without words, and has the first kind decide that the form fits', async () => {
    for (const [ticket, provider] of [
      ['once-1', 'once'],
      ['on-1', 'on'],
      ['pass', 'pass'],
    ] as const) {
      const { request, challenges } = clientWith(ticket);
      const { authprovider, authid } = await authenticator.authenticate(request);
      deepEqual([authid, authprovider], [ticket, provider]);
      deepEqual(challenges, [['ticket', {}]]);
    }
  });

  it('refuses what no kind accepts, and what is too long', async () => {
    for (const ticket of ['', 'nothing', `once${'é'.repeat(9)}`]) {
      await rejects(authenticator.authenticate(clientWith(ticket).request), {
        ...DENIED,
        message: 'invalid_ticket',
      });
    }
    equal(
      (await authenticator.authenticate(clientWith(`once${'é'.repeat(8)}`).request)).authprovider,
      'once',
    );
  });

  it('takes the ticket of the upgrade, without a challenge, and only of kinds that may come so', async () => {
    for (const credentials of [{ ticket: 'once-1' }, { bearer: 'once-1' }]) {
      equal((await authenticator.authenticate(arrivingWith(credentials))).authid, 'once-1');
    }
    for (const ticket of ['pass', '']) {
      await rejects(authenticator.authenticate(arrivingWith({ ticket })), DENIED, ticket);
    }
  });

  it('counts any ticket in the URL as presented, so that a bad one is refused and not passed over', () => {
    const isPresented = (credentials?: Partial<PresentedCredentials>): boolean =>
      authenticator.isPresented(arrivingWith(credentials).transport);
    for (const ticket of ['x', '', 'once-1']) equal(isPresented({ ticket }), true, ticket);
    equal(isPresented(), false);
    equal(isPresented({ token: 'once-1' }), false);
  });

  it('counts a bearer as presented only if its form is that of a ticket', () => {
    const isPresented = (bearer: string): boolean =>
      authenticator.isPresented(arrivingWith({ bearer }).transport);
    deepEqual(['once-1', 'pass', 'a.b.c'].map(isPresented), [true, false, false]);
  });

  // J9
  it('refuses a client that says that it is somebody else', async () => {
    const { request } = clientWith('once-1', { authid: 'root' });
    await rejects(authenticator.authenticate(request), { ...DENIED, message: 'authid_mismatch' });
    const { request: honest } = clientWith('once-1', { authid: 'once-1' });
    equal((await authenticator.authenticate(honest)).authid, 'once-1');
  });
});
