import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CLIENT_ROLES, connect } from '../support/peer.js';
import { createRouter } from '../support/test-router.js';

describe('the next session on the same transport', () => {
  it('has no limits of the role that the one before had', async (t) => {
    const roles = new Map([
      ['admin', { limits: { subscriptions: 1 } }],
      ['user', {}],
    ]);
    const peer = connect(createRouter(t, {}, { roles }));
    await peer.join('realm1', { roles: CLIENT_ROLES, authextra: { role: 'admin' } });
    peer.send([32, 1, {}, 'a.a'], [32, 2, {}, 'a.b']);
    equal((await peer.receive())[0], 33);
    equal((await peer.receive())[4], 'expressway.error.limit_exceeded');
    peer.send([6, {}, 'wamp.close.close_realm']);
    equal((await peer.receive())[0], 6);
    await peer.join('realm1', { roles: CLIENT_ROLES, authextra: { role: 'user' } });
    peer.send([32, 1, {}, 'a.a'], [32, 2, {}, 'a.b']);
    deepEqual([(await peer.receive())[0], (await peer.receive())[0]], [33, 33]);
  });
});
