import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Router } from '../../../src/router/router.js';
import type { ThruwayOptions } from '../../../src/router/realm-options.js';
import { CLIENT_ROLES, connect, idOf, sessionOf, type Peer } from '../../support/peer.js';
import { createRouter } from '../../support/test-router.js';

const ALL: ThruwayOptions = {
  stateHandlers: true,
  multiregister: true,
  replaceOrphanedSession: true,
  metaEvents: true,
};

const newRouter = (t: TestContext, thruway: ThruwayOptions = ALL): Router =>
  createRouter(t, {}, { thruway });

const WHO = { authid: 'ada', authrole: 'user', authroles: ['user'], authmethod: 'test' };

async function join(router: Router): Promise<{ peer: Peer; session: number }> {
  const peer = connect(router);
  const session = sessionOf(await peer.join('realm1'));
  return { peer, session };
}

/** A session that has registered `state` and is the state handler of `a.b`, with a further request id to come: 3. */
async function joinHandler(router: Router, match = 'exact'): Promise<Peer> {
  const { peer } = await join(router);
  peer.send([64, 1, {}, 'state']);
  await peer.receive();
  const handler = { uri: 'a.b', handler_uri: 'state', options: { match } };
  peer.send([48, 2, {}, 'add_state_handler', [handler]]);
  deepEqual(await peer.receive(), [50, 2, {}]);
  return peer;
}

describe('a state handler', () => {
  it('is called with the topic, the session, the options and who it is', async (t) => {
    const router = newRouter(t);
    const handler = await joinHandler(router);
    const { peer, session } = await join(router);
    peer.send([32, 1, {}, 'a.b']);
    await peer.receive();
    const [type, , , , args] = await handler.receive();
    deepEqual([type, args], [68, ['a.b', session, {}, WHO]]);
  });

  it('gives its state first; what was published meanwhile follows, without what the state contains', async (t) => {
    const router = newRouter(t);
    const handler = await joinHandler(router);
    const { peer: subscriber, session } = await join(router);
    const { peer: publisher } = await join(router);
    subscriber.send([32, 1, {}, 'a.b']);
    const subscription = idOf(await subscriber.receive());
    const [, invocation] = await handler.receive();
    const publications: number[] = [];
    for (const request of [1, 2, 3]) {
      publisher.send([16, request, { acknowledge: true }, 'a.b', [request]]);
      publications.push(idOf(await publisher.receive()));
    }
    const options = { eligible: [session], _thruway_restoring_state: true, acknowledge: true };
    handler.send([16, 3, options, 'a.b', ['state']]);
    const state = idOf(await handler.receive());
    handler.send([70, invocation, {}, [publications[1]]]);
    deepEqual(await subscriber.receive(), [36, subscription, state, {}, ['state']]);
    deepEqual(await subscriber.receive(), [36, subscription, publications[2], {}, [3]]);
    publisher.send([16, 4, { acknowledge: true }, 'a.b', [4]]);
    const next = idOf(await publisher.receive());
    deepEqual(await subscriber.receive(), [36, subscription, next, {}, [4]]);
  });

  it('is not trusted with the time that it may take', async (t) => {
    const router = newRouter(t);
    const handler = connect(router);
    await handler.join('realm1', {
      roles: { caller: {}, callee: { features: { call_timeout: true } } },
    });
    handler.send([64, 1, { forward_timeout: true }, 'state']);
    await handler.receive();
    handler.send([48, 2, {}, 'add_state_handler', [{ uri: 'a.b', handler_uri: 'state' }]]);
    await handler.receive();
    const { peer } = await join(router);
    peer.send([32, 1, {}, 'a.b']);
    deepEqual((await handler.receive())[3], {});
  });

  it('that fails leaves nothing out', async (t) => {
    const router = newRouter(t);
    const handler = await joinHandler(router);
    const { peer: subscriber } = await join(router);
    subscriber.send([32, 1, {}, 'a.b']);
    const subscription = idOf(await subscriber.receive());
    const [, invocation] = await handler.receive();
    handler.send([16, 3, { acknowledge: true }, 'a.b', ['live']]);
    const publication = idOf(await handler.receive());
    handler.send([8, 68, invocation, {}, 'com.example.error']);
    deepEqual(await subscriber.receive(), [36, subscription, publication, {}, ['live']]);
  });

  it('of a prefix serves the topics and prefixes within it', async (t) => {
    const router = newRouter(t);
    const handler = await joinHandler(router, 'prefix');
    const { peer: subscriber, session } = await join(router);
    subscriber.send([32, 1, {}, 'a.b.c']);
    await subscriber.receive();
    deepEqual((await handler.receive())[4], ['a.b.c', session, {}, WHO]);
    subscriber.send([32, 2, { match: 'prefix' }, 'a.b.']);
    await subscriber.receive();
    deepEqual((await handler.receive())[4], ['a.b.', session, { match: 'prefix' }, WHO]);
    subscriber.send([32, 3, { match: 'prefix' }, 'a.']);
    await subscriber.receive();
    await handler.receiveNothing();
  });

  it('is gone with the session that added it, and when that removes it', async (t) => {
    const router = newRouter(t);
    const first = await joinHandler(router);
    first.close();
    const second = await joinHandler(router);
    second.send([48, 3, {}, 'remove_state_handler', [{ uri: 'a.b' }]]);
    deepEqual(await second.receive(), [50, 3, {}]);
    const { peer: subscriber } = await join(router);
    subscriber.send([32, 1, {}, 'a.b']);
    await subscriber.receive();
    await second.receiveNothing();
  });

  for (const args of [[], [{}], [{ uri: 'a.b' }], [{ uri: 1, handler_uri: 'state' }], ['a.b']]) {
    it(`is refused with the arguments ${JSON.stringify(args)}`, async (t) => {
      const { peer } = await join(newRouter(t));
      peer.send([48, 1, {}, 'add_state_handler', args]);
      equal((await peer.receive())[4], 'wamp.error.invalid_argument');
    });
  }
});

describe('who adds a state handler', () => {
  it('must be allowed to publish to its topics and to call its procedure', async (t) => {
    const denied = new Set<string>();
    const router = createRouter(
      t,
      {},
      {
        thruway: ALL,
        authorizer: { authorize: (_who, action, uri) => !denied.has(`${action} ${uri}`) },
      },
    );
    const { peer } = await join(router);
    let request = 0;
    const add = async (): Promise<unknown> => {
      request += 1;
      peer.send([48, request, {}, 'add_state_handler', [{ uri: 'a.b', handler_uri: 'state' }]]);
      return (await peer.receive())[4];
    };
    for (const each of ['publish a.b', 'call state', 'call add_state_handler']) {
      denied.add(each);
      equal(await add(), 'wamp.error.not_authorized', each);
      denied.delete(each);
    }
    equal(await add(), undefined);
  });
});

describe('a registration of many', () => {
  for (const options of [{ invoke: '_thruway' }, { thruway_multiregister: true }]) {
    it(`by ${JSON.stringify(options)} gives each callee one call at a time`, async (t) => {
      const router = newRouter(t);
      const callees = [(await join(router)).peer, (await join(router)).peer];
      for (const callee of callees) callee.send([64, 1, options, 'work']);
      const [one, other] = callees;
      if (one === undefined || other === undefined) throw new RangeError('two callees');
      equal(idOf(await one.receive()), idOf(await other.receive()));
      const { peer: caller } = await join(router);
      caller.send([48, 1, {}, 'work'], [48, 2, {}, 'work'], [48, 3, {}, 'work']);
      const [, first] = await one.receive();
      await other.receive();
      await one.receiveNothing();
      one.send([70, first, {}]);
      equal((await one.receive())[0], 68);
    });
  }

  it('tells of calls that wait', async (t) => {
    const router = newRouter(t);
    const { peer: callee } = await join(router);
    callee.send([64, 1, { invoke: '_thruway' }, 'work']);
    await callee.receive();
    const { peer: observer } = await join(router);
    observer.send([32, 1, {}, 'thruway.metaevent.procedure.congestion']);
    await observer.receive();
    const { peer: caller } = await join(router);
    caller.send([48, 1, {}, 'work'], [48, 2, {}, 'work']);
    deepEqual((await observer.receive())[4], [{ name: 'work' }]);
    await observer.receiveNothing();
  });
});

describe('the event of calls that wait', () => {
  it('is for those who may know of the procedure', async (t) => {
    const router = createRouter(
      t,
      {},
      {
        thruway: ALL,
        authorizer: {
          authorize: ({ authrole }, _action, uri) => authrole === 'admin' || uri !== 'work',
        },
      },
    );
    const admin = { roles: CLIENT_ROLES, authextra: { role: 'admin' } };
    const [callee, observer, other] = [connect(router), connect(router), connect(router)];
    await callee.join('realm1', admin);
    await observer.join('realm1', admin);
    await other.join('realm1');
    callee.send([64, 1, { invoke: '_thruway' }, 'work']);
    await callee.receive();
    for (const peer of [observer, other]) {
      peer.send([32, 1, {}, 'thruway.metaevent.procedure.congestion']);
      await peer.receive();
    }
    callee.send([48, 2, {}, 'work'], [48, 3, {}, 'work']);
    deepEqual((await observer.receive())[4], [{ name: 'work' }]);
    await other.receiveNothing();
  });
});

describe('the old meta events', () => {
  it('tell of sessions', async (t) => {
    const router = newRouter(t);
    const { peer: observer } = await join(router);
    observer.send([32, 1, {}, 'wamp.metaevent.session.on_join']);
    await observer.receive();
    observer.send([32, 2, {}, 'wamp.metaevent.session.on_leave']);
    await observer.receive();
    const { peer, session } = await join(router);
    const described = { realm: 'realm1', authprovider: 'tests', ...WHO, session };
    deepEqual((await observer.receive())[4], [described]);
    peer.close();
    deepEqual((await observer.receive())[4], [described]);
  });
});

describe('a realm that is not told to do as Thruway does', () => {
  it('has no state handlers, refuses the policy and sends none of the events', async (t) => {
    const router = newRouter(t, {});
    const { peer } = await join(router);
    peer.send([48, 1, {}, 'add_state_handler', [{ uri: 'a.b', handler_uri: 'state' }]]);
    equal((await peer.receive())[4], 'wamp.error.no_such_procedure');
    peer.send([64, 2, { invoke: '_thruway' }, 'work']);
    equal((await peer.receive())[4], 'wamp.error.option_not_allowed');
    peer.send([32, 3, {}, 'wamp.metaevent.session.on_join']);
    await peer.receive();
    await join(router);
    await peer.receiveNothing();
    peer.send([64, 5, { thruway_multiregister: true }, 'work']);
    await peer.receive();
    const { peer: other } = await join(router);
    other.send([64, 1, { thruway_multiregister: true }, 'work']);
    equal((await other.receive())[4], 'wamp.error.procedure_already_exists');
  });
});
