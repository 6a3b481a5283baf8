import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Entrance } from '../../src/router/entrance.js';
import type { Principal } from '../../src/router/principal.js';
import { DEFAULT_SESSION_LIMITS } from '../../src/router/session-limits.js';
import { createRouter } from '../support/test-router.js';

const ENTRANCE: Entrance = {
  authenticators: [],
  requestIds: 'strict',
  limits: { ...DEFAULT_SESSION_LIMITS, sessionsPerUser: 1, subscriptions: 1 },
};
const principalOf = (authrole: string): Principal => ({
  ...{ authid: 'alice', authrole, authmethod: 'jwt', authprovider: 'jwt' },
});

describe('Router.connectAs', () => {
  it('gives a client that acts for somebody: authorized, bounded and known as its sessions are', async (t) => {
    const router = createRouter(
      t,
      {},
      {
        authorizer: {
          authorize: ({ authid, authrole }, action, uri) =>
            `${authid} ${authrole} ${action} ${uri}` !== 'alice user publish closed',
        },
      },
    );
    const internal = router.connectLocal('realm1', { authid: 'x', authrole: 'router' });
    const client = router.connectAs('realm1', principalOf('user'), ENTRANCE);
    await assert.rejects(client.publish('closed'), { uri: 'wamp.error.not_authorized' });
    await assert.rejects(client.publish('wamp.x'), { uri: 'wamp.error.invalid_uri' });
    await client.subscribe('a', () => undefined);
    await assert.rejects(
      client.subscribe('b', () => undefined),
      { uri: 'expressway.error.limit_exceeded' },
    );
    let caller: unknown;
    await internal.register(
      'who',
      ({ details }) => {
        caller = details['caller_authid'];
        return { args: [], kwargs: {} };
      },
      { disclose_caller: true },
    );
    await client.call('who');
    assert.equal(caller, 'alice');
    assert.equal(typeof (await client.publish('open')), 'number');
  });

  it('refuses who could not come in, and keeps nothing of the attempt', async (t) => {
    const router = createRouter(t, { isRevoked: ({ login }) => login === 'ended' });
    assert.throws(() => router.connectAs('elsewhere', principalOf('user'), ENTRANCE), TypeError);
    assert.throws(() => router.connectAs('realm1', principalOf('nobody'), ENTRANCE), {
      code: 'ERR_AUTHENTICATION_REFUSED',
      reason: 'wamp.error.no_such_role',
    });
    const ended = { ...principalOf('user'), login: 'ended' };
    assert.throws(() => router.connectAs('realm1', ended, ENTRANCE), {
      code: 'ERR_AUTHENTICATION_REFUSED',
    });
    const client = router.connectAs('realm1', principalOf('user'), ENTRANCE);
    assert.throws(() => router.connectAs('realm1', principalOf('user'), ENTRANCE), {
      code: 'ERR_AUTHENTICATOR_UNAVAILABLE',
    });
    client.close();
    await client.closed;
    await Promise.resolve();
    router.connectAs('realm1', principalOf('user'), ENTRANCE);
    await router.close('restart');
    assert.throws(() => router.connectAs('realm1', principalOf('user'), ENTRANCE), {
      code: 'ERR_AUTHENTICATOR_UNAVAILABLE',
    });
  });

  it('is ended with the sessions of its principal', async (t) => {
    const router = createRouter(t);
    const client = router.connectAs('realm1', principalOf('user'), ENTRANCE);
    const count = router.endSessions(({ authid }) => authid === 'alice', 'wamp.close.killed', 'x');
    assert.equal(count, 1);
    assert.equal(await client.closed, 'wamp.close.killed');
  });
});
