// A JWT as the ticket of authmethod `ticket`, for clients that know no method of ours, against the started application.
import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Application } from '../../src/application.js';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { makeToken, wrongTokens } from '../support/tokens.js';
import { ALL_ROLES, connectWire } from '../support/wire-client.js';

const REFUSED = 'wamp.error.authentication_denied';

const withTicket = (kinds: string): Record<string, string> => ({
  EXPRESSWAY_AUTH__ORDER: '[ticket]',
  EXPRESSWAY_AUTH__TICKET__KINDS: kinds,
});

/** Offers `ticket` and answers its challenge; gives the last answer. */
async function prove(
  t: TestContext,
  application: Application,
  ticket: string,
  details: object = {},
): Promise<unknown[]> {
  const client = await connectWire(t, webSocketUrl(application));
  client.send([1, 'realm1', { ...ALL_ROLES, authmethods: ['ticket'], ...details }]);
  deepEqual(await client.receive(), [4, 'ticket', {}]);
  client.send([5, ticket, {}]);
  return client.receive();
}

describe('a token as a ticket', () => {
  it('opens a session that is what it would be by jwt, but for the method', async (t) => {
    const application = await startTestApplication(t, withTicket('[single_use, jwt]'));
    const token = await fetchToken(application);
    // As often as one likes: it is no ticket that is spent.
    for (let n = 0; n < 2; n += 1) {
      const answer = await prove(t, application, token, { authid: 'admin' });
      equal(answer[0], 2);
      const { authid, authrole, authmethod, authprovider, authextra } = answer[2] as Record<
        string,
        unknown
      >;
      deepEqual([authid, authrole, authmethod], ['admin', 'admin', 'ticket']);
      equal(authprovider, 'jwt');
      deepEqual(Object.keys(authextra as object), ['expires_at', 'refresh_at']);
    }
  });

  it('is refused as one by jwt is, and for another authid (J9)', async (t) => {
    const application = await startTestApplication(t, withTicket('[jwt]'));
    for (const [name, wrong] of wrongTokens) {
      const answer = await prove(t, application, wrong());
      deepEqual([name, answer[0], answer[2]], [name, 3, REFUSED]);
    }
    deepEqual(await prove(t, application, makeToken(), { authid: 'root' }), [
      3,
      { message: 'authid_mismatch' },
      REFUSED,
    ]);
  });

  it('is none where that kind is not configured', async (t) => {
    const application = await startTestApplication(t, withTicket('[single_use]'));
    equal((await prove(t, application, makeToken()))[2], REFUSED);
  });

  it('may come with the upgrade', async (t) => {
    const application = await startTestApplication(t, withTicket('[single_use, jwt]'));
    const bearer = `base64url.bearer.${Buffer.from(makeToken()).toString('base64url')}`;
    const client = await connectWire(t, webSocketUrl(application), {}, ['wamp.2.json', bearer]);
    client.send([1, 'realm1', ALL_ROLES]);
    equal((await client.receive())[0], 2);
  });
});
