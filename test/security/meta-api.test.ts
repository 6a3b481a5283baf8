// W11, against the started application: the meta API is for those whose role says so, and for nobody else.
import { deepEqual, equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startTestApplication, webSocketUrl } from '../support/application.js';
import { makeToken } from '../support/tokens.js';
import { ALL_ROLES, connectWire, joinWithToken } from '../support/wire-client.js';

const tokenOf = (sub: string): string => makeToken({ claims: { sub } });

describe('W11: the meta API', () => {
  it('lets an admin see sessions and end them', async (t) => {
    const url = webSocketUrl(await startTestApplication(t));
    const admin = (await joinWithToken(t, url, tokenOf('admin'))).client;
    const { client: ryan, answer: welcome } = await joinWithToken(t, url, tokenOf('ryan'));
    admin.send([48, 1, {}, 'wamp.session.list']);
    const [, , , [ids]] = (await admin.receive()) as [unknown, unknown, unknown, [unknown[]]];
    ok(ids.includes(welcome[1]));
    admin.send([48, 2, {}, 'wamp.session.kill', [welcome[1]], { reason: 'com.example.out' }]);
    deepEqual((await admin.receive()).slice(0, 2), [50, 2]);
    deepEqual(
      (await ryan.receive()).filter((_, index) => index !== 1),
      [6, 'com.example.out'],
    );
  });

  it('tells others nothing, by procedure or by event, through whichever listener they came', async (t) => {
    const application = await startTestApplication(t);
    const { client: ryan } = await joinWithToken(t, webSocketUrl(application), tokenOf('ryan'));
    const backend = await connectWire(t, application.trustedUrl);
    backend.send([1, 'realm1', ALL_ROLES]);
    equal((await backend.receive())[0], 2);
    const procedures = [
      ...['wamp.session.list', 'wamp.session.get', 'wamp.session.kill', 'wamp.session.kill_all'],
      ...['wamp.subscription.list', 'wamp.subscription.list_subscribers'],
      ...['wamp.registration.list', 'wamp.registration.list_callees'],
    ];
    const topics = ['wamp.session.on_join', 'wamp.subscription.on_create', 'wamp.registration.'];
    for (const client of [ryan, backend]) {
      const requests = [
        ...procedures.map((uri) => [48, {}, uri, [1]]),
        ...topics.map((uri) => [32, uri.endsWith('.') ? { match: 'prefix' } : {}, uri]),
      ];
      for (const [index, [code, ...rest]] of requests.entries()) {
        client.send([code, index + 1, ...rest]);
        const answer = await client.receive();
        deepEqual(answer, [8, code, index + 1, {}, 'wamp.error.not_authorized']);
      }
    }
  });

  it('is nothing that a client can put itself in the place of', async (t) => {
    const url = webSocketUrl(await startTestApplication(t));
    const { client: admin } = await joinWithToken(t, url, tokenOf('admin'));
    admin.send([64, 1, {}, 'wamp.session.list']);
    equal((await admin.receive())[4], 'wamp.error.invalid_uri');
    admin.send([64, 2, { match: 'prefix' }, 'wamp']);
    equal((await admin.receive())[0], 8);
    admin.send([16, 3, { acknowledge: true }, 'wamp.session.on_join', [{ session: 1 }]]);
    equal((await admin.receive())[4], 'wamp.error.invalid_uri');
  });
});
