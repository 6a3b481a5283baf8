import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { Arrivals, startAutobahn } from '../support/autobahn-client.js';
import { wrongTokens } from '../support/tokens.js';

describe('autobahn (Node)', () => {
  it('joins with a fetched token and gets what a backend publishes on the trusted URL', async (t) => {
    const application = await startTestApplication(t);
    const url = webSocketUrl(application);
    const page = startAutobahn(t, { url, onchallenge: () => fetchToken(application) });
    const { session, details } = await page.nextSession();
    equal(details['authid'], 'admin');
    equal(details['authrole'], 'admin');
    equal(details['authmethod'], 'jwt');
    const events = new Arrivals<unknown>();
    await session.subscribe('com.example.status.changed', (args, kwargs) => {
      events.add({ args, kwargs });
    });

    const backend = startAutobahn(t, { url: application.trustedUrl });
    const { session: publisher } = await backend.nextSession();
    await publisher.publish(
      'com.example.status.changed',
      [1],
      { user: 'alice' },
      { acknowledge: true },
    );
    deepEqual(await events.next(), { args: [1], kwargs: { user: 'alice' } });

    await publisher.register('com.example.double', ([n]) => Number(n) * 2);
    equal(await session.call('com.example.double', [21]), 42);
  });

  for (const [name, makeToken] of wrongTokens) {
    it(`stops for good with a token that is ${name}`, async (t) => {
      const application = await startTestApplication(t);
      const url = webSocketUrl(application);
      const client = startAutobahn(t, { url, onchallenge: makeToken });
      const close = await client.nextClose();
      equal(close.reason, 'wamp.error.authentication_denied');
      equal(close.will_retry, false);
    });
  }

  it('comes back by itself with a fresh token when the old one has expired', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__JWT__TTL: '1s',
      EXPRESSWAY_EXPIRY__GRACE: '0s',
    });
    const tokens: string[] = [];
    const client = startAutobahn(t, {
      url: webSocketUrl(application),
      onchallenge: async () => {
        const token = await fetchToken(application);
        tokens.push(token);
        return token;
      },
    });
    const first = await client.nextSession();
    const second = await client.nextSession();
    notEqual(second.session.id, first.session.id);
    equal(new Set(tokens).size, 2);
  });
});
