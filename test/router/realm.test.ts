import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Broker } from '../../src/router/broker/broker.js';
import type { Authorizer } from '../../src/router/authorizer.js';
import type { List } from '../../src/router/protocol/message.js';
import type { RealmOptions } from '../../src/router/realm-options.js';
import type { Router } from '../../src/router/router.js';
import { MessageQueue } from '../support/message-queue.js';
import { connect, idOf, sessionOf, type Peer } from '../support/peer.js';
import { createRouter, testRealm } from '../support/test-router.js';

async function member(router: Router, details?: Record<string, unknown>): Promise<Peer> {
  const peer = connect(router);
  const roles = { publisher: {}, subscriber: {}, caller: {}, callee: {} };
  await peer.join('realm1', { roles, ...details });
  return peer;
}

async function withMember(
  t: TestContext,
  realm: Partial<RealmOptions> = {},
): Promise<{ router: Router; peer: Peer }> {
  const router = createRouter(t, {}, realm);
  return { router, peer: await member(router) };
}

/** Answers the questions of an authorizer when the test wants it. */
class SlowAuthorizer implements Authorizer {
  readonly #questions = new MessageQueue<(answer: Promise<boolean>) => void>();
  readonly asked: string[] = [];

  authorize: Authorizer['authorize'] = (principal, action, uri) => {
    this.asked.push(`${principal.authid} ${action} ${uri}`);
    if (uri.endsWith('fast')) return true;
    return new Promise((resolve) => {
      this.#questions.push(resolve);
    });
  };

  /** Answers the oldest open question, or the next to come. */
  async answer(answer: boolean | Error): Promise<void> {
    const resolve = await this.#questions.take();
    resolve(typeof answer === 'boolean' ? Promise.resolve(answer) : Promise.reject(answer));
  }
}

const REQUESTS: readonly (readonly [name: string, wire: (id: number, uri: string) => List])[] = [
  ['PUBLISH', (id, uri) => [16, id, { acknowledge: true }, uri]],
  ['SUBSCRIBE', (id, uri) => [32, id, {}, uri]],
  ['CALL', (id, uri) => [48, id, {}, uri]],
  ['REGISTER', (id, uri) => [64, id, {}, uri]],
];

describe('the requests of a session', () => {
  for (const [name, request] of REQUESTS) {
    // URI-1 to URI-4, URI-8
    it(`${name} is refused with invalid_uri for a bad URI, and the session lives`, async (t) => {
      const { peer } = await withMember(t);
      const uris = ['', '.a', 'a.', 'a..b', 'a b', 'a#b'];
      for (const [index, uri] of uris.entries()) {
        const wire = request(index + 1, uri);
        peer.send(wire);
        deepEqual(await peer.receive(), [8, wire[0], index + 1, {}, 'wamp.error.invalid_uri']);
      }
    });

    it(`${name} is refused with not_authorized when the authorizer says no`, async (t) => {
      const { peer } = await withMember(t, { authorizer: { authorize: () => false } });
      const wire = request(1, 'a.b');
      peer.send(wire);
      deepEqual(await peer.receive(), [8, wire[0], 1, {}, 'wamp.error.not_authorized']);
    });

    it(`${name} is refused with authorization_failed when the authorizer throws`, async (t) => {
      const authorize = (): never => {
        throw new Error('secret');
      };
      const { peer } = await withMember(t, { authorizer: { authorize } });
      const wire = request(1, 'a.b');
      peer.send(wire);
      deepEqual(await peer.receive(), [8, wire[0], 1, {}, 'wamp.error.authorization_failed']);
    });
  }

  // URI-11, URI-12
  it('may not publish to reserved URIs or register them', async (t) => {
    const { peer } = await withMember(t);
    peer.send(
      [16, 1, { acknowledge: true }, 'wamp.session.on_join'],
      [64, 2, {}, 'wamp.session.count'],
      [64, 3, {}, 'expressway.a'],
    );
    const refused = ['wamp.error.invalid_uri', ['this URI is reserved']];
    deepEqual(await peer.receive(), [8, 16, 1, {}, ...refused]);
    deepEqual(await peer.receive(), [8, 64, 2, {}, ...refused]);
    deepEqual(await peer.receive(), [8, 64, 3, {}, ...refused]);
  });

  // URI-13
  it('may subscribe to reserved URIs and call them', async (t) => {
    const { peer } = await withMember(t);
    peer.send([32, 1, {}, 'wamp.session.on_join'], [48, 2, {}, 'wamp.session.count']);
    equal((await peer.receive())[0], 33);
    deepEqual(await peer.receive(), [50, 2, {}, [1]]);
  });

  it('tell the authorizer who wants what', async (t) => {
    const authorizer = new SlowAuthorizer();
    const { peer } = await withMember(t, { authorizer });
    peer.send(...REQUESTS.map(([, request], index) => request(index + 1, 'a.fast')));
    for (const [name] of REQUESTS) ok((await peer.receive()).length > 1, name);
    const actions = ['publish', 'subscribe', 'call', 'register'];
    deepEqual(
      authorizer.asked,
      actions.map((action) => `ada ${action} a.fast`),
    );
  });

  // PS-8, PS-10, URI-5
  it('get no answer for an unacknowledged PUBLISH, whatever became of it', async (t) => {
    const { peer } = await withMember(t, { authorizer: { authorize: () => false } });
    peer.send([16, 1, {}, 'a.b'], [16, 2, { acknowledge: false }, 'a b'], [16, 3, {}, 'wamp.a']);
    await peer.receiveNothing();
  });

  // ID-6, ID-11, ID-12
  it('share one counter, which answers and refusals do not disturb', async (t) => {
    const { peer } = await withMember(t);
    peer.send([64, 1, {}, 'a.b'], [16, 2, {}, 'a b'], [48, 3, {}, 'a.b'], [49, 99, {}]);
    const registration = idOf(await peer.receive());
    deepEqual(await peer.receive(), [68, 1, registration, {}]);
    peer.send([70, 1, {}], [66, 4, registration], [32, 5, {}, 'a.b']);
    deepEqual(await peer.receive(), [50, 3, {}]);
    deepEqual(await peer.receive(), [67, 4]);
    const subscription = idOf(await peer.receive());
    peer.send([34, 6, subscription]);
    deepEqual(await peer.receive(), [35, 6]);
  });

  // ID-7 to ID-9
  for (const [name, wires] of [
    ['that begin with 2', [[32, 2, {}, 'a.b']]],
    [
      'with a gap',
      [
        [16, 1, {}, 'a.b'],
        [34, 3, 1],
      ],
    ],
    [
      'with a repetition',
      [
        [16, 1, {}, 'a.b'],
        [66, 1, 1],
      ],
    ],
    [
      'with a gap in CALL',
      [
        [16, 1, {}, 'a.b'],
        [48, 3, {}, 'a.b'],
      ],
    ],
  ] as const) {
    it(`${name} are a violation`, async (t) => {
      const { peer } = await withMember(t);
      peer.send(...wires);
      deepEqual(await peer.receive(), [
        3,
        { message: 'request ids are 1, 2, 3 and so on' },
        'wamp.error.protocol_violation',
      ]);
    });
  }

  it('may have any numbers in a lenient realm', async (t) => {
    const { peer } = await withMember(t, { requestIds: 'lenient' });
    peer.send([32, 9, {}, 'a.b'], [32, 9, {}, 'a.b'], [32, 3, {}, 'a.b']);
    for (const id of [9, 9, 3]) equal((await peer.receive())[1], id);
  });
});

describe('an authorizer that takes its time', () => {
  // ORD-5
  it('keeps the order of a session, and leaves the others alone', async (t) => {
    const authorizer = new SlowAuthorizer();
    const { router, peer } = await withMember(t, { authorizer });
    const other = await member(router);
    peer.send([32, 1, {}, 'a.slow'], [32, 2, {}, 'a.fast']);
    other.send([32, 1, {}, 'a.fast']);
    equal((await other.receive())[1], 1);
    deepEqual(peer.unread(), []);
    equal(peer.isRead(), false);
    await authorizer.answer(true);
    equal((await peer.receive())[1], 1);
    equal((await peer.receive())[1], 2);
    equal(peer.isRead(), true);
  });

  it('refuses with not_authorized or authorization_failed', async (t) => {
    const authorizer = new SlowAuthorizer();
    const { peer } = await withMember(t, { authorizer });
    peer.send([32, 1, {}, 'a.b'], [32, 2, {}, 'a.b']);
    await Promise.resolve();
    await authorizer.answer(false);
    deepEqual(await peer.receive(), [8, 32, 1, {}, 'wamp.error.not_authorized']);
    await authorizer.answer(new Error('secret'));
    deepEqual(await peer.receive(), [8, 32, 2, {}, 'wamp.error.authorization_failed']);
  });

  it('routes nothing for a session that has gone meanwhile', async (t) => {
    const authorizer = new SlowAuthorizer();
    const { router, peer } = await withMember(t, { authorizer });
    peer.send([64, 1, {}, 'a.slow']);
    await Promise.resolve();
    peer.close();
    const other = await member(router);
    await authorizer.answer(true);
    other.send([48, 1, {}, 'a.slow.fast']);
    deepEqual(await other.receive(), [8, 48, 1, {}, 'wamp.error.no_such_procedure']);
    equal(authorizer.asked.length, 2);
  });

  // WS-13, X19: the transport is paused for the answer when GOODBYE is routed.
  it('does not keep the next session of a transport from opening', async (t) => {
    const authorizer = new SlowAuthorizer();
    const { peer } = await withMember(t, { authorizer });
    peer.send([32, 1, {}, 'a.slow'], [6, {}, 'a.b']);
    await Promise.resolve();
    await authorizer.answer(true);
    equal((await peer.receive())[0], 33);
    deepEqual(await peer.receive(), [6, {}, 'wamp.close.goodbye_and_out']);
    equal((await peer.join('realm1'))[0], 2);
  });

  // SES-14
  it('does not keep the answer to the router’s GOODBYE from being heard', async (t) => {
    const { router, peer } = await withMember(t, { authorizer: new SlowAuthorizer() });
    peer.send([32, 1, {}, 'a.slow']);
    await Promise.resolve();
    router.endSessions(() => true, 'wamp.close.killed', 'enough');
    equal((await peer.receive())[0], 6);
    peer.send([6, {}, 'wamp.close.goodbye_and_out']);
    deepEqual(await peer.closed, { code: 1000, reason: 'goodbye' });
  });
});

describe('an asynchronous authorizer', () => {
  it('has failed when it does not answer in time, and the session goes on', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const asked = new MessageQueue<string>();
    const authorizer: Authorizer = {
      authorize: (_principal, _action, uri) => {
        asked.push(uri);
        return uri === 'a.c' || new Promise(() => undefined);
      },
    };
    const router = createRouter(t, { authorizerMs: 200 }, { authorizer });
    const peer = await member(router);
    peer.send([32, 1, {}, 'a.b'], [32, 2, {}, 'a.c']);
    equal(await asked.take(), 'a.b');
    t.mock.timers.tick(200);
    deepEqual(await peer.receive(), [8, 32, 1, {}, 'wamp.error.authorization_failed']);
    equal((await peer.receive())[0], 33);
  });
});

describe('a realm', () => {
  // SES-19
  it('shares nothing with another', async (t) => {
    const { router, peer } = await withMember(t);
    router.addRealm(testRealm({ name: 'realm2' }));
    const stranger = connect(router);
    await stranger.join('realm2');
    stranger.send([32, 1, {}, 'a.b'], [64, 2, {}, 'a.c']);
    await stranger.receive();
    await stranger.receive();
    peer.send([16, 1, { acknowledge: true }, 'a.b'], [48, 2, {}, 'a.c']);
    equal((await peer.receive())[0], 17);
    deepEqual(await peer.receive(), [8, 48, 2, {}, 'wamp.error.no_such_procedure']);
    await stranger.receiveNothing();
  });

  // ORD-1, ORD-2, URI-15
  it('routes publications in their order, SUBSCRIBED before the first', async (t) => {
    const { router, peer } = await withMember(t);
    const publisher = await member(router);
    peer.send([32, 1, {}, 'a.b']);
    publisher.send([16, 1, {}, 'a.b', [1]], [16, 2, {}, 'a.b', [2]]);
    const subscription = idOf(await peer.receive());
    for (const number of [1, 2]) {
      const event = await peer.receive();
      deepEqual(event, [36, subscription, event[2], {}, [number]]);
    }
  });

  it('tells who has left, once', async (t) => {
    const left: number[] = [];
    const router = createRouter(t, {}, { onleft: (session) => left.push(session) });
    const peer = connect(router);
    const session = sessionOf(await peer.join('realm1'));
    peer.send([6, {}, 'a.b']);
    await peer.receive();
    peer.close();
    await connect(router).join('realm1');
    deepEqual(left, [session]);
  });

  it('ends a session with 1011 and tells it nothing when the router has a defect', async (t) => {
    const errors: unknown[] = [];
    const note = (): undefined => undefined;
    const logger = {
      debug: note,
      info: note,
      warn: note,
      error: (fields: object) => errors.push(fields),
    };
    const router = createRouter(t, { logger });
    const peer = await member(router);
    t.mock.method(Broker.prototype, 'subscribe', () => {
      throw new Error('a defect');
    });
    peer.send([32, 1, {}, 'a.b']);
    deepEqual(await peer.closed, { code: 1011, reason: 'internal error' });
    await rejects(peer.receive());
    equal(errors.length, 1);
  });

  it('has room for a user’s sessions up to the limit of his role', async (t) => {
    const roles = new Map([['user', { limits: { sessionsPerUser: 2 } }]]);
    const { router, peer } = await withMember(t, { roles });
    await member(router);
    await member(router, { authid: 'bob' });
    const third = connect(router);
    third.send([1, 'realm1', { roles: { caller: {} } }]);
    deepEqual(await third.closed, { code: 1013, reason: 'try again later' });
    peer.close();
    equal((await connect(router).join('realm1'))[0], 2);
  });
});
