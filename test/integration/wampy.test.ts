import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fetchToken, startTestApplication, webSocketUrl } from '../support/application.js';
import { Arrivals } from '../support/autobahn-client.js';
import { wrongTokens } from '../support/tokens.js';
import { createWampy } from '../support/wampy-client.js';

describe('wampy', () => {
  it('joins with a fetched token, and events and calls go both ways with the trusted URL', async (t) => {
    const application = await startTestApplication(t);
    const page = createWampy(t, {
      url: webSocketUrl(application),
      onChallenge: () => fetchToken(application),
    });
    await page.connect();
    const events = new Arrivals<unknown>();
    await page.subscribe('com.example.status.changed', ({ argsList, argsDict }) => {
      events.add({ argsList, argsDict });
    });

    const backend = createWampy(t, { url: application.trustedUrl });
    await backend.connect();
    await backend.publish('com.example.status.changed', {
      argsList: [1],
      argsDict: { user: 'bob' },
    });
    deepEqual(await events.next(), { argsList: [1], argsDict: { user: 'bob' } });

    await backend.register('com.example.double', ({ argsList }) => ({
      argsList: [Number(argsList?.[0]) * 2],
    }));
    const { argsList } = await page.call('com.example.double', [21]);
    deepEqual(argsList, [42]);
  });

  for (const [name, makeToken] of wrongTokens) {
    it(`is refused with a token that is ${name}`, async (t) => {
      const application = await startTestApplication(t);
      const wampy = createWampy(t, { url: webSocketUrl(application), onChallenge: makeToken });
      await rejects(wampy.connect(), { errorUri: 'wamp.error.authentication_denied' });
    });
  }

  it('comes back by itself with a fresh token, and its subscriptions, when the old one has expired', async (t) => {
    const application = await startTestApplication(t, {
      EXPRESSWAY_AUTH__JWT__TTL: '1s',
      EXPRESSWAY_EXPIRY__GRACE: '0s',
    });
    const tokens: string[] = [];
    const returns = new Arrivals<Record<string, unknown>>();
    const page = createWampy(t, {
      url: webSocketUrl(application),
      onChallenge: async () => {
        const token = await fetchToken(application);
        tokens.push(token);
        return token;
      },
      onReconnectSuccess: (details) => {
        returns.add(details);
      },
    });
    await page.connect();
    const details = await returns.next();
    equal(details['authid'], 'admin');
    notEqual(tokens[0], tokens[1]);
  });
});
