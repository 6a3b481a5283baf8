import { deepEqual, equal, rejects, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Authenticator } from '../../src/router/authenticator.js';
import { Router } from '../../src/router/router.js';
import { GUEST, openEntrance } from '../support/open-entrance.js';
import { CLIENT_ROLES, connect } from '../support/peer.js';
import { createRouter, testRealm } from '../support/test-router.js';

const never: Authenticator = {
  authmethod: undefined,
  authenticate: () => new Promise(() => undefined),
};

describe('Router#addRealm', () => {
  it('refuses a name twice', (t) => {
    const router = createRouter(t);
    throws(() => {
      router.addRealm(testRealm());
    }, /realm realm1 exists already/);
  });

  it('hides an internal realm from everybody but the router’s own clients', async (t) => {
    const router = createRouter(t, {}, { name: 'inside', isInternal: true });
    deepEqual(await connect(router).join('inside'), [
      3,
      { message: 'no such realm' },
      'wamp.error.no_such_realm',
    ]);
    const client = router.connectLocal('inside', { authid: 'a', authrole: 'b' });
    await client.register('a.b', () => ({ args: [], kwargs: {} }));
  });

  it('hides a realm from those who come in through other listeners than its own', async (t) => {
    const realm = { name: 'providers', listeners: new Set(['elsewhere']) };
    const hidden = connect(createRouter(t, {}, realm));
    deepEqual(await hidden.join('providers'), [
      3,
      { message: 'no such realm' },
      'wamp.error.no_such_realm',
    ]);
    const shown = connect(createRouter(t, {}, { ...realm, listeners: new Set(['test']) }));
    equal((await shown.join('providers'))[0], 2);
  });
});

describe('Router#connectLocal', () => {
  it('throws for a realm that is not there', (t) => {
    throws(() => createRouter(t).connectLocal('realm9', GUEST), /there is no realm realm9/);
  });
});

describe('Router#admits', () => {
  it('bounds the connections of one address that have not joined', async (t) => {
    const router = createRouter(t, { unauthenticatedPerAddress: 2 });
    const options = { address: '192.0.2.7', entrance: openEntrance({ authenticators: [never] }) };
    connect(router, options);
    equal(router.admits('192.0.2.7'), true);
    connect(router, options).close();
    const joined = connect(router, { address: '192.0.2.7' });
    await joined.join('realm1');
    equal(router.admits('192.0.2.7'), true);
    connect(router, options);
    equal(router.admits('192.0.2.7'), false);
    equal(router.admits('192.0.2.8'), true);
  });

  it('bounds all connections that have not joined, and all connections', async (t) => {
    const few = createRouter(t, { unauthenticated: 1 });
    connect(few);
    equal(few.admits('192.0.2.8'), false);
    const one = createRouter(t, { connections: 1 });
    await connect(one).join('realm1');
    equal(one.admits('192.0.2.8'), false);
  });
});

describe('Router#endSessions', () => {
  it('ends the sessions that are chosen, counts them, and leaves the others', async (t) => {
    const router = createRouter(t);
    const [ada, bob] = [connect(router), connect(router)];
    await ada.join('realm1', { roles: CLIENT_ROLES, authid: 'ada' });
    await bob.join('realm1', { roles: CLIENT_ROLES, authid: 'bob' });
    connect(router);
    equal(
      router.endSessions(({ authid }) => authid === 'ada', 'a.reason', 'why'),
      1,
    );
    equal(
      router.endSessions(({ authid }) => authid === 'ada', 'a.reason', 'why'),
      0,
    );
    deepEqual(await ada.receive(), [6, { message: 'why' }, 'a.reason']);
    await bob.receiveNothing();
  });
});

describe('the sweep of a router', () => {
  it('closes with 4401 when a token has been over for the grace', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: 0 });
    const router = createRouter(t, { expiryGraceMs: 2000 });
    const authenticator: Authenticator = {
      authmethod: undefined,
      authenticate: () => Promise.resolve({ ...GUEST, expiresAt: 3000 }),
    };
    const peer = connect(router, { entrance: openEntrance({ authenticators: [authenticator] }) });
    await peer.join('realm1');
    t.mock.timers.tick(4000);
    await peer.receiveNothing();
    t.mock.timers.tick(1000);
    await rejects(peer.receive(), { message: 'closed with 4401 token_expired' });
  });

  it('ends a call that nobody answers', async (t) => {
    let now = 0;
    t.mock.timers.enable({ apis: ['setInterval'] });
    t.mock.method(performance, 'now', () => now);
    const router = createRouter(t, { callTimeoutMs: 3000 });
    const peer = connect(router);
    await peer.join('realm1');
    peer.send([64, 1, {}, 'a.b'], [48, 2, {}, 'a.b']);
    await peer.receive();
    equal((await peer.receive())[0], 68);
    // Its time begins with the next sweep.
    now = 1000;
    t.mock.timers.tick(1000);
    now = 3999;
    t.mock.timers.tick(2000);
    await peer.receiveNothing();
    now = 4000;
    t.mock.timers.tick(1000);
    deepEqual(await peer.receive(), [8, 48, 2, {}, 'wamp.error.timeout']);
  });
});

describe('Router#close', () => {
  // SES-13
  it('says GOODBYE to sessions and ABORT to handshakes on shutdown', async (t) => {
    const router = createRouter(t);
    const [joined, waiting] = [connect(router), connect(router)];
    await joined.join('realm1');
    const closed = router.close('shutdown');
    const details = { message: 'the router stops' };
    deepEqual(await joined.receive(), [6, details, 'wamp.close.system_shutdown']);
    deepEqual(await waiting.receive(), [3, details, 'wamp.close.system_shutdown']);
    joined.send([6, {}, 'wamp.close.goodbye_and_out']);
    await closed;
    equal((await joined.closed).code, 1000);
  });

  it('closes with 1012 and no GOODBYE on restart', async (t) => {
    const router = createRouter(t);
    const [joined, waiting] = [connect(router), connect(router)];
    await joined.join('realm1');
    await router.close('restart');
    for (const peer of [joined, waiting]) {
      await rejects(peer.receive(), { message: 'closed with 1012 the router restarts' });
    }
  });

  it('spreads a restart over the drain', async (t) => {
    const router = createRouter(t);
    const peers = [connect(router), connect(router)];
    await router.close('restart', 2);
    for (const peer of peers) equal((await peer.closed).code, 1012);
  });

  it('is idempotent, and resolves at once when nobody is there', async () => {
    const router = new Router();
    const closed = router.close('shutdown');
    equal(router.close('restart'), closed);
    await closed;
  });

  it('admits nobody any more, and closes who comes nevertheless', async (t) => {
    const router = createRouter(t);
    await connect(router).join('realm1');
    const closed = router.close('restart');
    equal(router.admits('192.0.2.1'), false);
    await rejects(connect(router).receive(), { message: 'closed with 1012 the router restarts' });
    await closed;
  });

  it('gives up after 5 s on connections that do not end', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const router = new Router();
    router.attach(
      {
        details: {
          type: 'memory',
          listener: 'test',
          peer: '',
          protocol: '',
          headers: new Map(),
          url: '',
        },
        open: () => undefined,
        send: () => true,
        close: () => undefined,
        pause: () => undefined,
        resume: () => undefined,
      },
      openEntrance(),
    );
    const closed = router.close('restart');
    t.mock.timers.tick(5000);
    await closed;
  });
});
