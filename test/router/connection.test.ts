import { deepEqual, equal, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import {
  AuthenticationRefused,
  AuthenticatorUnavailable,
  type Authenticator,
} from '../../src/router/authenticator.js';
import { BROKER_FEATURES } from '../../src/router/broker/broker.js';
import { DEALER_FEATURES } from '../../src/router/dealer/dealer.js';
import { META_FEATURES } from '../../src/router/meta/realm-meta.js';
import type { Router } from '../../src/router/router.js';
import { GUEST, openEntrance } from '../support/open-entrance.js';
import { CLIENT_ROLES, connect, idOf, sessionOf, type Peer } from '../support/peer.js';
import { createRouter, testRealm } from '../support/test-router.js';

async function joined(t: TestContext): Promise<{ router: Router; peer: Peer }> {
  const router = createRouter(t);
  const peer = connect(router);
  await peer.join('realm1');
  return { router, peer };
}

const VIOLATION = 'wamp.error.protocol_violation';
const rejecting = (error: Error): Authenticator => ({
  authmethod: undefined,
  authenticate: () => Promise.reject(error),
});

describe('a client that does not wait for its WELCOME', () => {
  for (let turns = 0; turns < 12; turns += 1) {
    // SES-12, WS-12
    it(`and goes ${turns} microtasks after its HELLO leaves nothing behind`, async (t) => {
      const router = createRouter(t);
      const peer = connect(router);
      peer.send([1, 'realm1', { roles: CLIENT_ROLES }]);
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      peer.close();
      await new Promise(setImmediate);
      const client = router.connectLocal('realm1', { authid: 'counter', authrole: 'router' });
      const { args } = await client.call('wamp.session.count');
      deepEqual(args, [0]);
    });
  }
});

describe('the opening of a session', () => {
  // SES-1 to SES-3, SES-23
  it('is a WELCOME that says who the client is and what the router can do', async (t) => {
    const router = createRouter(t);
    const authenticator: Authenticator = {
      authmethod: undefined,
      authenticate: () =>
        Promise.resolve({ ...GUEST, authextra: { a: 1 }, details: { expires: 7 }, login: 'x' }),
    };
    const entrance = openEntrance({ authenticators: [authenticator] });
    const welcome = await connect(router, { entrance }).join('realm1');
    deepEqual(welcome, [
      2,
      sessionOf(welcome),
      {
        expires: 7,
        realm: 'realm1',
        authid: 'ada',
        authrole: 'user',
        authmethod: 'test',
        authprovider: 'tests',
        authextra: { a: 1 },
        agent: 'Expressway',
        roles: {
          broker: { features: { ...BROKER_FEATURES, ...META_FEATURES.broker } },
          dealer: { features: { ...DEALER_FEATURES, ...META_FEATURES.dealer } },
        },
      },
    ]);
  });

  // ID-1, ID-15
  it('gives every session an id of its own', async (t) => {
    const router = createRouter(t);
    const welcomes = await Promise.all(
      Array.from({ length: 20 }, (_, place) =>
        connect(router).join('realm1', { roles: CLIENT_ROLES, authid: `user${place}` }),
      ),
    );
    equal(new Set(welcomes.map(sessionOf)).size, 20);
  });

  it('is refused with the authenticator’s reason, message and details', async (t) => {
    const router = createRouter(t);
    const refused = new AuthenticationRefused('a.reason', 'why', { code: 7 });
    const peer = connect(router, {
      entrance: openEntrance({ authenticators: [rejecting(refused)] }),
    });
    deepEqual(await peer.join('realm1'), [3, { code: 7, message: 'why' }, 'a.reason']);
    deepEqual(await peer.closed, { code: 1000, reason: 'a.reason' });
  });

  it('is put off with 1013 and no ABORT when nobody can decide', async (t) => {
    const router = createRouter(t);
    const authenticators = [rejecting(new AuthenticatorUnavailable('absent'))];
    const peer = connect(router, { entrance: openEntrance({ authenticators }) });
    await rejects(peer.join('realm1'), { message: 'closed with 1013 try again later' });
  });

  it('is refused without a word of the cause when the authenticator has a defect', async (t) => {
    const router = createRouter(t);
    const authenticators = [rejecting(new Error('secret'))];
    const peer = connect(router, { entrance: openEntrance({ authenticators }) });
    deepEqual(await peer.join('realm1'), [
      3,
      { message: 'the authentication failed' },
      'wamp.error.authentication_failed',
    ]);
  });

  // PV-20, SES-8
  it('ends with ABORT and 1002 at a violation', async (t) => {
    const router = createRouter(t);
    for (const text of [
      '[6,{},"a.b"]',
      '[32,1,{},"a.b"]',
      '[36,1,1,{}]',
      '{}',
      '[1,"realm1",{}]',
    ]) {
      const peer = connect(router);
      peer.sendText(text);
      const [type, , reason] = await peer.receive();
      deepEqual([type, reason], [3, VIOLATION]);
      equal((await peer.closed).code, 1002);
    }
  });

  // SES-16
  it('ends without a word when the client sends ABORT', async (t) => {
    const peer = connect(createRouter(t));
    peer.send([3, {}, 'a.b']);
    await rejects(peer.receive(), { message: 'closed with 1000 ' });
  });

  it('closes with 4408 when HELLO does not come', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const peer = connect(createRouter(t, { helloMs: 700 }));
    t.mock.timers.tick(700);
    await rejects(peer.receive(), { message: 'closed with 4408 the handshake took too long' });
  });

  it('closes with 4408 when AUTHENTICATE does not come', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const authenticator: Authenticator = {
      authmethod: undefined,
      authenticate: async ({ challenge }) => {
        await challenge('jwt', {});
        return GUEST;
      },
    };
    const entrance = openEntrance({ authenticators: [authenticator] });
    const peer = connect(createRouter(t, { helloMs: 700, authMs: 900 }), { entrance });
    deepEqual(await peer.join('realm1'), [4, 'jwt', {}]);
    // The time for HELLO, then the rest of the time for all.
    t.mock.timers.tick(700);
    t.mock.timers.tick(200);
    equal((await peer.closed).code, 4408);
  });
});

describe('an open session', () => {
  // PV-1 to PV-3, PV-8, PV-9, PV-11, PV-13, PV-14, SES-9
  for (const wire of [
    [1, 'realm1', { roles: CLIENT_ROLES }],
    [2, 1, {}],
    [4, 'jwt', {}],
    [5, 'token', {}],
    [8, 48, 1, {}, 'a.b'],
    [8, 68, 1, {}, 'a.b'],
    [17, 1, 1],
    [33, 1, 1],
    [36, 1, 1, {}],
    [50, 1, {}],
    [65, 1, 1],
    [68, 1, 1, {}],
    [69, 1, {}],
    [70, 1, {}],
    [],
  ]) {
    it(`ends with ABORT and 1002 at ${JSON.stringify(wire)}`, async (t) => {
      const { peer } = await joined(t);
      peer.send(wire);
      const [type, , reason, ...rest] = await peer.receive();
      deepEqual([type, reason, rest], [3, VIOLATION, []]);
      deepEqual(await peer.closed, { code: 1002, reason: VIOLATION });
    });
  }

  // PV-15, PV-16, PV-19
  it('loses all that it held by a violation, and nothing after it is routed', async (t) => {
    const { router, peer } = await joined(t);
    const other = connect(router);
    await other.join('realm1');
    other.send([32, 1, {}, 'a.c']);
    await other.receive();
    peer.send([64, 1, {}, 'a.b'], [2], [16, 2, {}, 'a.c']);
    equal((await peer.receive())[0], 65);
    equal((await peer.receive())[0], 3);
    other.send([48, 2, {}, 'a.b']);
    deepEqual(await other.receive(), [8, 48, 2, {}, 'wamp.error.no_such_procedure']);
  });

  // WS-12, SES-20
  it('loses all that it held when its connection is lost', async (t) => {
    const { router, peer } = await joined(t);
    peer.send([64, 1, {}, 'a.b']);
    await peer.receive();
    const caller = connect(router);
    await caller.join('realm1');
    caller.send([48, 1, {}, 'a.b']);
    equal((await peer.receive())[0], 68);
    peer.close();
    const gone = [8, 48, 1, {}, 'wamp.error.canceled', ['the callee has left']];
    deepEqual(await caller.receive(), gone);
    caller.send([64, 2, {}, 'a.b']);
    equal((await caller.receive())[0], 65);
  });

  // SES-16
  it('is over without a word when the client sends ABORT', async (t) => {
    const { peer } = await joined(t);
    peer.send([3, {}, 'a.b']);
    await rejects(peer.receive(), { message: 'closed with 1000 aborted' });
  });
});

describe('GOODBYE', () => {
  // SES-11, SES-12, SES-21
  it('is answered, and nothing is routed to the session any more', async (t) => {
    const { router, peer } = await joined(t);
    const publisher = connect(router);
    await publisher.join('realm1');
    peer.send([32, 1, {}, 'a.b'], [6, { message: 'bye' }, 'a.reason']);
    idOf(await peer.receive());
    deepEqual(await peer.receive(), [6, {}, 'wamp.close.goodbye_and_out']);
    publisher.send([16, 1, { acknowledge: true }, 'a.b']);
    await publisher.receive();
    deepEqual(peer.unread(), []);
  });

  // WS-13
  it('may be followed by another session, with another id and request ids from 1', async (t) => {
    const router = createRouter(t);
    router.addRealm(testRealm({ name: 'realm2' }));
    const peer = connect(router);
    const first = sessionOf(await peer.join('realm1'));
    peer.send([32, 1, {}, 'a.b'], [6, {}, 'a.b']);
    await peer.receive();
    await peer.receive();
    const second = sessionOf(await peer.join('realm2'));
    equal(first === second, false);
    peer.send([32, 1, {}, 'a.b']);
    equal((await peer.receive())[0], 33);
  });

  // SES-25
  it('is answered once however often it comes', async (t) => {
    const { peer } = await joined(t);
    peer.send([6, {}, 'a.b'], [6, {}, 'a.b'], [6, {}, 'a.b']);
    deepEqual(await peer.receive(), [6, {}, 'wamp.close.goodbye_and_out']);
    await rejects(peer.receive(), { message: 'closed with 1000 ' });
  });

  it('closes with 1000 when no HELLO follows: the client has said that it is done', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { peer } = await joined(t);
    peer.send([6, {}, 'a.b']);
    await peer.receive();
    t.mock.timers.tick(5000);
    equal((await peer.closed).code, 1000);
  });

  // SES-14, SES-15
  it('of the router makes all void that comes before its answer, which is not answered', async (t) => {
    const { router, peer } = await joined(t);
    equal(
      router.endSessions(() => true, 'wamp.close.killed', 'enough'),
      1,
    );
    deepEqual(await peer.receive(), [6, { message: 'enough' }, 'wamp.close.killed']);
    peer.send([32, 1, {}, 'a.b'], [1, 'realm1', {}], [6, {}, 'wamp.close.goodbye_and_out']);
    await rejects(peer.receive(), { message: /^closed with 1/ });
  });

  it('of the router is followed by the end when nobody answers it', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { router, peer } = await joined(t);
    router.endSessions(() => true, 'wamp.close.killed', 'enough');
    await peer.receive();
    t.mock.timers.tick(2000);
    deepEqual(await peer.closed, { code: 1000, reason: 'wamp.close.killed' });
  });

  // Trap 20: nothing after GOODBYE, so no ABORT either.
  it('of the router is the last that a client hears, though the router stops', async (t) => {
    const { router, peer } = await joined(t);
    router.endSessions(() => true, 'wamp.close.killed', 'enough');
    await peer.receive();
    const closed = router.close('shutdown');
    peer.send([6, {}, 'wamp.close.goodbye_and_out']);
    await rejects(peer.receive(), { message: 'closed with 1000 goodbye' });
    await closed;
  });
});
