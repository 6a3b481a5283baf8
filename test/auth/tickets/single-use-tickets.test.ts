import { deepEqual, equal, match, notEqual, ok, rejects, throws } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  SingleUseTickets,
  type SingleUseTicketsOptions,
  type TicketGrant,
} from '../../../src/auth/tickets/single-use-tickets.js';
import type { User } from '../../../src/auth/users/user-provider.js';
import type { Principal } from '../../../src/router/index.js';
import { requestWith } from '../support/authentication-request.js';
import { MemoryLogger } from '../support/memory-logger.js';
import { userNamed } from '../support/user-named.js';

const GRANT: TicketGrant = {
  subject: 'u17',
  authrole: 'user',
  realm: 'realm1',
  address: '192.0.2.7',
};
const INVALID = { reason: 'wamp.error.authentication_denied', message: 'invalid_ticket' };
const ZOE: User = { ...userNamed('zoë'), id: 'u17', roles: ['user', 'editor'] };

interface Setup {
  readonly tickets: SingleUseTickets;
  readonly logger: MemoryLogger;
  readonly redeem: (ticket: string, realm?: string) => Promise<Principal>;
}

function setUp(t: TestContext, changes: Partial<SingleUseTicketsOptions> = {}, user = ZOE): Setup {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const logger = new MemoryLogger();
  const tickets = new SingleUseTickets({
    users: { findById: (id) => Promise.resolve(id === user.id ? user : undefined) },
    ttlMs: 300_000,
    sessionMs: 3_600_000,
    max: 100,
    maxPerUser: 10,
    bindsAddress: false,
    logger,
    ...changes,
  });
  const redeem = (ticket: string, realm = 'realm1'): Promise<Principal> =>
    tickets.redeem(ticket, requestWith({ realm }));
  return { tickets, logger, redeem };
}

describe('SingleUseTickets', () => {
  it('gives a session as the user, in the role and for the time of the grant', async (t) => {
    const { tickets, redeem } = setUp(t);
    const grant = { ...GRANT, authrole: 'editor', login: 'login-1', issuedAt: 990, proofId: 'j1' };
    const { ticket, expiresAt } = tickets.issue(grant);
    match(ticket, /^[\w-]{43}$/);
    equal(expiresAt, 1_300_000);
    deepEqual(await redeem(ticket), {
      authid: 'zoë',
      authrole: 'editor',
      authmethod: 'ticket',
      authprovider: 'single_use',
      authextra: { expires_at: 4600 },
      expiresAt: 4_600_000,
      login: 'login-1',
      proof: { subject: 'u17', id: 'j1', issuedAt: 990 },
    });
    notEqual(tickets.issue(GRANT).ticket, tickets.issue(GRANT).ticket);
  });

  it('lets neither ticket nor session outlive the proof that it was given for', async (t) => {
    const { tickets, redeem } = setUp(t);
    const first = tickets.issue({ ...GRANT, expiresAt: 1_060_000 });
    const second = tickets.issue({ ...GRANT, expiresAt: 1_060_000 });
    equal(first.expiresAt, 1_060_000);
    equal((await redeem(first.ticket)).expiresAt, 1_060_000);
    t.mock.timers.setTime(1_060_000);
    await rejects(redeem(second.ticket), INVALID);
  });

  // L15
  it('is used once: of 100 parallel uses one wins', async (t) => {
    const { tickets, redeem } = setUp(t);
    const { ticket } = tickets.issue(GRANT);
    const uses = await Promise.allSettled(Array.from({ length: 100 }, () => redeem(ticket)));
    equal(uses.filter(({ status }) => status === 'fulfilled').length, 1);
    equal(tickets.size, 0);
  });

  it('ends on time, and not before', async (t) => {
    const { tickets, redeem } = setUp(t);
    const [inTime, late] = [tickets.issue(GRANT), tickets.issue(GRANT)];
    t.mock.timers.setTime(1_299_999);
    equal((await redeem(inTime.ticket)).authid, 'zoë');
    t.mock.timers.setTime(1_300_000);
    await rejects(redeem(late.ticket), INVALID);
  });

  const refusals: readonly [string, Partial<SingleUseTicketsOptions>, User, string][] = [
    ['a user who is unknown or disabled', {}, userNamed('other'), 'user unknown or disabled'],
    ['a user without the role', {}, { ...ZOE, roles: ['x'] }, 'user has lost the role'],
    ['another address, if bound', { bindsAddress: true }, ZOE, 'for another address'],
  ];
  for (const [name, changes, user, reason] of refusals) {
    it(`refuses ${name}, tells the log why, and is spent`, async (t) => {
      const { tickets, logger, redeem } = setUp(t, changes, user);
      const { ticket } = tickets.issue({ ...GRANT, address: '192.0.2.8' });
      await rejects(redeem(ticket), INVALID);
      equal(tickets.size, 0);
      deepEqual(
        logger.lines.map((line) => JSON.parse(line) as object),
        [{ level: 'info', message: 'ticket refused', kind: 'single_use', subject: 'u17', reason }],
      );
    });
  }

  it('refuses another realm, and is spent', async (t) => {
    const { tickets, redeem } = setUp(t);
    const { ticket } = tickets.issue(GRANT);
    await rejects(redeem(ticket, 'realm2'), INVALID);
    await rejects(redeem(ticket), INVALID);
  });

  it('never has a ticket in the log', async (t) => {
    const { tickets, logger, redeem } = setUp(t);
    const { ticket } = tickets.issue(GRANT);
    await redeem(ticket);
    await rejects(redeem(ticket), INVALID);
    equal(logger.lines.length, 1);
    ok(!logger.lines.join('').includes(ticket));
  });

  it('is bounded for each user and in all, until tickets are used or end', async (t) => {
    const { tickets, redeem } = setUp(t, { max: 3, maxPerUser: 2 });
    const { ticket } = tickets.issue(GRANT);
    t.mock.timers.setTime(1_100_000);
    tickets.issue(GRANT);
    throws(() => tickets.issue(GRANT), { isOfUser: true, retryAfterMs: 200_000 });
    tickets.issue({ ...GRANT, subject: 'u18' });
    throws(() => tickets.issue({ ...GRANT, subject: 'u19' }), { isOfUser: false });
    await redeem(ticket);
    tickets.issue(GRANT);
    throws(() => tickets.issue(GRANT), { isOfUser: true, retryAfterMs: 300_000 });
    t.mock.timers.setTime(1_400_000);
    tickets.issue({ ...GRANT, subject: 'u19' });
    equal(tickets.size, 1);
  });

  it('cannot be made useless', (t) => {
    for (const name of ['ttlMs', 'sessionMs', 'max', 'maxPerUser'] as const) {
      throws(() => setUp(t, { [name]: 0 }), RangeError);
      t.mock.timers.reset();
    }
  });
});
