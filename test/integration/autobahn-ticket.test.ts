// Tickets with an unmodified autobahn-js: as `?ticket=`, and as authmethod ticket with a new one for each connection.
import { deepEqual, equal } from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { Arrivals, type WelcomeDetails } from '../support/autobahn-client.js';
import { basic } from '../support/http.js';

interface Connection {
  onopen: (session: unknown, details: WelcomeDetails) => void;
  onclose: (reason: string, details: { reason: string | null }) => boolean;
  readonly isOpen: boolean;
  readonly isRetrying: boolean;
  open(): void;
  close(): void;
}
interface Autobahn {
  readonly Connection: new (options: object) => Connection;
}
const autobahn = createRequire(import.meta.url)('autobahn') as Autobahn;

const TICKETS = { EXPRESSWAY_AUTH__ORDER: '[ticket]' };

async function fetchTicket({ publicUrl }: Application): Promise<string> {
  const response = await fetch(`${publicUrl}/ticket`, {
    method: 'POST',
    headers: { authorization: basic('ryan', 'ryanpass') },
  });
  const { ticket } = (await response.json()) as { ticket: string };
  return ticket;
}

/** Opens a connection; what happens to it is in the two queues. */
function open(
  t: TestContext,
  options: object,
): { welcomes: Arrivals<WelcomeDetails>; closes: Arrivals<string> } {
  const connection = new autobahn.Connection({ realm: 'realm1', ...options });
  const welcomes = new Arrivals<WelcomeDetails>();
  const closes = new Arrivals<string>();
  connection.onopen = (_session, details) => {
    welcomes.add(details);
  };
  connection.onclose = (reason, details) => {
    closes.add(`${reason} ${String(details.reason)}`);
    return false;
  };
  t.after(() => {
    if (connection.isOpen || connection.isRetrying) connection.close();
  });
  connection.open();
  return { welcomes, closes };
}

describe('autobahn-js with tickets', () => {
  it('joins with one in the URL, once', async (t) => {
    const application = await startTestApplication(t, TICKETS);
    const url = `${webSocketUrl(application)}?ticket=${await fetchTicket(application)}`;
    const { welcomes } = open(t, { url });
    const { authid, authmethod } = await welcomes.next();
    deepEqual([authid, authmethod], ['ryan', 'ticket']);
    const { closes } = open(t, { url });
    equal(await closes.next(), 'closed wamp.error.authentication_denied');
  });

  it('joins again by itself after a loss, with a new one each time', async (t) => {
    const application = await startTestApplication(t, {
      ...TICKETS,
      EXPRESSWAY_AUTH__TICKET__SESSION: '1s',
      EXPRESSWAY_EXPIRY__GRACE: '0s',
    });
    const challenges: unknown[] = [];
    const { welcomes } = open(t, {
      url: webSocketUrl(application),
      authmethods: ['ticket'],
      initial_retry_delay: 0.01,
      onchallenge: (_session: unknown, method: string, extra: unknown) => {
        challenges.push([method, extra]);
        return fetchTicket(application);
      },
    });
    equal((await welcomes.next())['authid'], 'ryan');
    equal((await welcomes.next())['authid'], 'ryan');
    deepEqual(challenges.slice(0, 2), [
      ['ticket', {}],
      ['ticket', {}],
    ]);
  });
});
