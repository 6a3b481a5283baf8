import { deepEqual, equal, ok, rejects, throws } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it, type TestContext } from 'node:test';
import {
  BackendTickets,
  type BackendTicketsOptions,
} from '../../../src/auth/tickets/backend-tickets.js';
import type { Principal } from '../../../src/router/index.js';
import { MemoryLogger } from '../support/memory-logger.js';

const KEY = Buffer.from('b0c3e8f2a7d94615be8f03a1c9d27e46');
const INVALID = { reason: 'wamp.error.authentication_denied', message: 'invalid_ticket' };

const sign = (text: string, key: Uint8Array = KEY): string =>
  `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;

interface Setup {
  readonly tickets: BackendTickets;
  readonly logger: MemoryLogger;
  readonly redeem: (ticket: string) => Promise<Principal>;
}

function setUp(t: TestContext, changes: Partial<BackendTicketsOptions> = {}): Setup {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
  const logger = new MemoryLogger();
  const options = { key: KEY, roles: ['user', 'a.b'], maxTtlMs: 300_000, sessionMs: 60_000 };
  const tickets = new BackendTickets({ ...options, max: 10, logger, ...changes });
  return { tickets, logger, redeem: (ticket) => tickets.redeem(ticket) };
}

describe('BackendTickets', () => {
  it('open a session in their role, for a while', async (t) => {
    const { tickets, redeem } = setUp(t);
    const ticket = sign('v1.j-1.1300.user');
    ok(tickets.accepts(ticket));
    deepEqual(await redeem(ticket), {
      authid: 'backend:j-1',
      authrole: 'user',
      authmethod: 'ticket',
      authprovider: 'backend',
      authextra: { expires_at: 1060 },
      expiresAt: 1_060_000,
    });
    equal((await redeem(sign('v1.j-2.1300.a.b'))).authrole, 'a.b');
  });

  // L15
  it('are used once: of 100 parallel uses one wins', async (t) => {
    const { tickets, redeem } = setUp(t);
    const ticket = sign('v1.j-1.1300.user');
    const uses = await Promise.allSettled(Array.from({ length: 100 }, () => redeem(ticket)));
    equal(uses.filter(({ status }) => status === 'fulfilled').length, 1);
    equal(tickets.size, 1);
    // The id counts, not the ticket: with another end it would be another signature.
    await rejects(redeem(sign('v1.j-1.1299.user')), INVALID);
  });

  const refused: readonly (readonly [string, string, string])[] = [
    ['a foreign key', sign('v1.j.1300.user', Buffer.alloc(32, 'x')), 'wrong signature'],
    ['another end than signed', sign('v1.j.1200.user').replace('1200', '1300'), 'wrong signature'],
    ['another role than signed', sign('v1.j.1300.user').replace('user', 'a.b'), 'wrong signature'],
    ['its end', sign('v1.j.1000.user'), 'expired'],
    ['too long a life', sign('v1.j.1301.user'), 'lives too long'],
    ['an end in milliseconds', sign('v1.j.1300000.user'), 'lives too long'],
    ['a role that is not for them', sign('v1.j.1300.admin'), 'role is not for backend tickets'],
  ];
  for (const [name, ticket, reason] of refused) {
    it(`are refused for ${name}, and the log says why`, async (t) => {
      const { tickets, logger, redeem } = setUp(t);
      ok(tickets.accepts(ticket));
      await rejects(redeem(ticket), INVALID);
      equal(tickets.size, 0);
      equal(logger.lines.length, 1);
      ok(logger.lines[0]?.includes(`"reason":"${reason}"`));
      ok(!logger.lines[0]?.includes(ticket.slice(-43)));
    });
  }

  it('are told by their form', (t) => {
    const { tickets } = setUp(t);
    const mac = 'x'.repeat(43);
    for (const other of [
      `v2.j.1300.user.${mac}`,
      `v1.j.1300.user`,
      `v1..1300.user.${mac}`,
      `v1.j..user.${mac}`,
      `v1.j.-1.user.${mac}`,
      `v1.j.1e3.user.${mac}`,
      `v1.j.1300..${mac}`,
      `v1.j.1300.us er.${mac}`,
      `v1.j.1300.user.${mac}=`,
      ` v1.j.1300.user.${mac}`,
      mac,
    ]) {
      equal(tickets.accepts(other), false, other);
    }
  });

  it('are refused for now when no more used ones can be remembered, and taken when some have expired', async (t) => {
    const { tickets, redeem } = setUp(t, { max: 2 });
    await redeem(sign('v1.j-1.1100.user'));
    await redeem(sign('v1.j-2.1200.user'));
    await rejects(redeem(sign('v1.j-3.1300.user')), { name: 'AuthenticatorUnavailable' });
    t.mock.timers.setTime(1_100_000);
    await redeem(sign('v1.j-3.1300.user'));
    equal(tickets.size, 2);
    await rejects(redeem(sign('v1.j-2.1200.user')), INVALID);
  });

  it('cannot be made useless', (t) => {
    for (const name of ['maxTtlMs', 'sessionMs', 'max'] as const) {
      throws(() => setUp(t, { [name]: 0 }), RangeError);
      t.mock.timers.reset();
    }
  });
});
