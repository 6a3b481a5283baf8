import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fetchToken, startTestApplication } from '../support/application.js';
import { Arrivals, startAutobahn } from '../support/autobahn-client.js';
import { XmlHttpRequest } from '../support/xml-http-request.js';

// Autobahn's transport for browsers without WebSocket; Node has no XMLHttpRequest.
Object.assign(globalThis, { XMLHttpRequest: XmlHttpRequest });

const LONG_POLL = {
  EXPRESSWAY_PUBLIC__LONGPOLL_PATH: '/longpoll',
  // What it takes for success, as Crossbar has it.
  EXPRESSWAY_PUBLIC__LONGPOLL_STATUS: '204',
};

describe('autobahn over long-poll', () => {
  it('joins with a fetched token, gets events, calls and is called', async (t) => {
    const application = await startTestApplication(t, LONG_POLL);
    const url = `${application.publicUrl}/longpoll`;
    const page = startAutobahn(t, { url, onchallenge: () => fetchToken(application) });
    const { session, details } = await page.nextSession();
    equal(details['authid'], 'admin');
    const events = new Arrivals<unknown>();
    await session.subscribe('com.example.status.changed', (args, kwargs) => {
      events.add({ args, kwargs });
    });
    const backend = startAutobahn(t, { url: application.trustedUrl });
    const { session: publisher } = await backend.nextSession();
    for (const n of [1, 2, 3]) {
      await publisher.publish('com.example.status.changed', [n], { a: 'é' }, { acknowledge: true });
    }
    for (const n of [1, 2, 3]) deepEqual(await events.next(), { args: [n], kwargs: { a: 'é' } });
    await session.register('com.example.double', ([n]) => Number(n) * 2);
    equal(await publisher.call('com.example.double', [21]), 42);
    await publisher.register('com.example.half', ([n]) => Number(n) / 2);
    equal(await session.call('com.example.half', [42]), 21);
  });

  it('comes back when the router has ended the session of an expired token', async (t) => {
    const application = await startTestApplication(t, {
      ...LONG_POLL,
      EXPRESSWAY_AUTH__JWT__TTL: '1s',
      EXPRESSWAY_EXPIRY__GRACE: '0s',
    });
    const url = `${application.publicUrl}/longpoll`;
    const page = startAutobahn(t, { url, onchallenge: () => fetchToken(application) });
    const first = await page.nextSession();
    const second = await page.nextSession();
    equal(first.session.id === second.session.id, false);
  });
});
