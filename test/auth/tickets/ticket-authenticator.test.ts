import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { TicketAuthenticator } from '../../../src/auth/tickets/ticket-authenticator.js';
import type { TicketKind } from '../../../src/auth/tickets/ticket-kind.js';
import { MessageType, type AuthenticationRequest, type Dict } from '../../../src/router/index.js';
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

const arrivingAt = (url: string): AuthenticationRequest =>
  requestWith({ transport: { ...requestWith().transport, url } });

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
    const { authid } = await authenticator.authenticate(arrivingAt('/ws?a=b&ticket=once%2D1'));
    equal(authid, 'once-1');
    for (const url of ['/ws?ticket=pass', '/ws?ticket=', '/ws?ticket=once-1&ticket=once-1']) {
      await rejects(authenticator.authenticate(arrivingAt(url)), DENIED, url);
    }
  });

  it('counts any ticket in the URL as presented, so that a bad one is refused and not passed over', () => {
    const isPresented = (url: string): boolean =>
      authenticator.isPresented(arrivingAt(url).transport);
    for (const url of ['/ws?ticket=x', '/ws?ticket=', '/ws?ticket', '/ws?ticket=1&ticket=2']) {
      equal(isPresented(url), true, url);
    }
    for (const url of ['/ws', '/ws?', '/ws?tickets=1', '/ticket=1', '']) {
      equal(isPresented(url), false, url);
    }
  });

  // J9
  it('refuses a client that says that it is somebody else', async () => {
    const { request } = clientWith('once-1', { authid: 'root' });
    await rejects(authenticator.authenticate(request), { ...DENIED, message: 'authid_mismatch' });
    const { request: honest } = clientWith('once-1', { authid: 'once-1' });
    equal((await authenticator.authenticate(honest)).authid, 'once-1');
  });
});
