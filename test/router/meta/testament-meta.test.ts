import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRealm, eventArgs, pondering, ruling, type Member } from './realm-peers.js';

const ADD = 'wamp.session.add_testament';
const FLUSH = 'wamp.session.flush_testaments';

const goodbye = (member: Member): void => {
  member.peer.send([6, {}, 'wamp.close.normal']);
};
const drop = (member: Member): void => {
  member.peer.close();
};
const violate = (member: Member): void => {
  member.peer.send([2, 1, {}]);
};

describe('wamp.session.add_testament', () => {
  // TE-1, TE-2, TE-3, TE-8
  for (const [ending, end] of [
    ['is lost', drop],
    ['says GOODBYE', goodbye],
    ['breaks the protocol', violate],
  ] as const) {
    it(`publishes when the session ${ending}`, async (t) => {
      const join = createRealm(t);
      const heir = await join('heir');
      await heir.subscribe('a.b');
      const testator = await join();
      deepEqual(await testator.call(ADD, ['a.b', [1, 'two'], { k: 3 }]), [{}]);
      end(testator);
      const event = await heir.peer.receive();
      deepEqual([event[0], event[3], event[4], event[5]], [36, {}, [1, 'two'], { k: 3 }]);
    });
  }

  // TE-3
  it('publishes when the session is killed', async (t) => {
    const join = createRealm(t);
    const heir = await join('heir');
    await heir.subscribe('a.b');
    const testator = await join();
    await testator.call(ADD, ['a.b', ['killed']]);
    heir.peer.send([48, 2, {}, 'wamp.session.kill', [testator.session]]);
    deepEqual(eventArgs(await heir.peer.receive()), ['killed']);
    deepEqual(await heir.peer.receive(), [50, 2, {}]);
  });

  it('counts for a session that leaves in the same breath', async (t) => {
    const join = createRealm(t);
    const heir = await join('heir');
    await heir.subscribe('a.b');
    const testator = await join();
    testator.peer.send([48, 1, {}, ADD, ['a.b', ['late']]], [6, {}, 'wamp.close.normal']);
    deepEqual(eventArgs(await heir.peer.receive()), ['late']);
  });

  // TE-4, TE-5, TE-6
  it('publishes the detached ones first, each scope in its order', async (t) => {
    const join = createRealm(t);
    const heir = await join('heir');
    await heir.subscribe('a.b');
    const testator = await join();
    await testator.call(ADD, ['a.b', [3]]);
    await testator.call(ADD, ['a.b', [1]], { scope: 'detached' });
    await testator.call(ADD, ['a.b', [4]], { scope: 'destroyed' });
    await testator.call(ADD, ['a.b', [2]], { scope: 'detached' });
    drop(testator);
    for (const expected of [1, 2, 3, 4]) {
      deepEqual(eventArgs(await heir.peer.receive()), [expected]);
    }
  });

  // MU-15, X26
  it('publishes before anything else is told of the end', async (t) => {
    const join = createRealm(t);
    const heir = await join('heir');
    const topics = new Map<number, string>();
    for (const topic of ['a.b', 'wamp.subscription.on_delete', 'wamp.session.on_leave']) {
      topics.set(await heir.subscribe(topic), topic);
    }
    const testator = await join();
    await testator.subscribe('a.c');
    await testator.call(ADD, ['a.b', []]);
    drop(testator);
    for (const expected of topics.values()) {
      equal(topics.get(Number((await heir.peer.receive())[1])), expected);
    }
  });

  // TE-9
  it('honours the publish options, but acknowledges nothing', async (t) => {
    const join = createRealm(t);
    const chosen = await join('chosen');
    const other = await join('other');
    await chosen.subscribe('a.b');
    await other.subscribe('a.b');
    const testator = await join();
    const options = { eligible: [chosen.session], acknowledge: true };
    await testator.call(ADD, ['a.b', ['yours']], { publish_options: options });
    drop(testator);
    deepEqual(eventArgs(await chosen.peer.receive()), ['yours']);
    await other.peer.receiveNothing();
  });

  // TE-10, MG-2
  it('refuses bad URIs, reserved ones and arguments of a wrong type', async (t) => {
    const member = await createRealm(t)();
    for (const [args, kwargs, uri] of [
      [['a b', []], {}, 'wamp.error.invalid_uri'],
      [['', []], {}, 'wamp.error.invalid_uri'],
      [['wamp.session.on_leave', []], {}, 'wamp.error.invalid_uri'],
      [[7, []], {}, 'wamp.error.invalid_argument'],
      [[], {}, 'wamp.error.invalid_argument'],
      [['a.b'], {}, 'wamp.error.invalid_argument'],
      [['a.b', 'hi'], {}, 'wamp.error.invalid_argument'],
      [['a.b', [], []], {}, 'wamp.error.invalid_argument'],
      [['a.b', []], { scope: 'later' }, 'wamp.error.invalid_argument'],
      [['a.b', []], { scope: 7 }, 'wamp.error.invalid_argument'],
      [['a.b', []], { scope: null }, 'wamp.error.invalid_argument'],
      [['a.b', []], { publish_options: [] }, 'wamp.error.invalid_argument'],
      [['a.b', []], { publish_options: { exclude: 7 } }, 'wamp.error.invalid_argument'],
    ] as const) {
      equal((await member.call(ADD, args, kwargs))[1], uri, JSON.stringify([args, kwargs]));
    }
    equal((await member.call(FLUSH, [], { scope: 'later' }))[1], 'wamp.error.invalid_argument');
  });

  it('refuses a disclosure that the realm forbids', async (t) => {
    const member = await createRealm(t, { disclosure: 'never' })();
    const kwargs = { publish_options: { disclose_me: true } };
    deepEqual(await member.call(ADD, ['a.b', []], kwargs), [
      {},
      'wamp.error.option_disallowed.disclose_me',
    ]);
  });

  // PP-2: it would end the session when there is none any more.
  it('refuses a payload that is passed through by who did not announce that', async (t) => {
    const join = createRealm(t);
    const watcher = await join('watcher');
    const left = await watcher.subscribe('wamp.session.on_leave');
    const member = await join();
    const kwargs = { publish_options: { ppt_scheme: 'x_own' } };
    deepEqual(
      (await member.call(ADD, ['a.b', ['AA==']], kwargs))[1],
      'wamp.error.invalid_argument',
    );
    member.peer.close();
    equal((await watcher.peer.receive())[1], left);
  });

  it('takes 64 of a session, and 256 KiB', async (t) => {
    const join = createRealm(t);
    const member = await join();
    for (let count = 0; count < 64; count += 1) {
      deepEqual(await member.call(ADD, ['a.b', []], { scope: 'detached' }), [{}]);
    }
    const limitExceeded = 'expressway.error.limit_exceeded';
    equal((await member.call(ADD, ['a.b', []]))[1], limitExceeded);
    await member.call(FLUSH, [], { scope: 'detached' });
    const half = 'x'.repeat(128 * 1024 - 100);
    deepEqual(await member.call(ADD, ['a.b', [half]]), [{}]);
    deepEqual(await member.call(ADD, ['a.b', [half]]), [{}]);
    equal((await member.call(ADD, ['a.b', ['x'.repeat(200)]]))[1], limitExceeded);
  });
});

describe('the authorization of testaments', () => {
  // TE-11
  it('is asked when one is added', async (t) => {
    const member = await createRealm(t, {
      authorizer: ruling((_role, action) => action !== 'publish'),
    })();
    deepEqual(await member.call(ADD, ['a.b', []]), [{}, 'wamp.error.not_authorized']);
  });

  it('is asked again when it is published', async (t) => {
    let mayPublish = true;
    const join = createRealm(t, {
      authorizer: ruling((_role, action) => action !== 'publish' || mayPublish),
    });
    const heir = await join('heir');
    await heir.subscribe('a.b');
    const testator = await join();
    await testator.call(ADD, ['a.b', []]);
    mayPublish = false;
    testator.peer.send([6, {}, 'wamp.close.normal']);
    await testator.peer.receive();
    await heir.peer.receiveNothing();
  });

  // TE-11, MU-15
  it('may take its time without losing the order', async (t) => {
    const join = createRealm(t, { authorizer: pondering((_role, _action, uri) => uri !== 'a.no') });
    const heir = await join('heir');
    const testament = await heir.subscribe('a.b');
    const left = await heir.subscribe('wamp.session.on_leave');
    const testator = await join();
    deepEqual(await testator.call(ADD, ['a.b', [1]]), [{}]);
    deepEqual(await testator.call(ADD, ['a.no', [1]]), [{}, 'wamp.error.not_authorized']);
    drop(testator);
    equal((await heir.peer.receive())[1], testament);
    equal((await heir.peer.receive())[1], left);
  });
});

describe('wamp.session.flush_testaments', () => {
  // TE-6, TE-7, TE-8
  it('empties one scope, by default the destroyed one', async (t) => {
    const join = createRealm(t);
    const heir = await join('heir');
    await heir.subscribe('a.b');
    const testator = await join();
    await testator.call(ADD, ['a.b', ['destroyed']]);
    await testator.call(ADD, ['a.b', ['detached']], { scope: 'detached' });
    deepEqual(await testator.call(FLUSH), [{}]);
    drop(testator);
    deepEqual(eventArgs(await heir.peer.receive()), ['detached']);
    await heir.peer.receiveNothing();
  });

  // TE-12
  it('leaves those of another session alone', async (t) => {
    const join = createRealm(t);
    const heir = await join('heir');
    await heir.subscribe('a.b');
    const testator = await join();
    await testator.call(ADD, ['a.b', ['mine']]);
    deepEqual(await heir.call(FLUSH), [{}]);
    drop(testator);
    deepEqual(eventArgs(await heir.peer.receive()), ['mine']);
  });
});
