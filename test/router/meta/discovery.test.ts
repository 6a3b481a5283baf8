import { deepEqual, equal, match } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { idOf } from '../../support/peer.js';
import { createRealm, eventArgs, pondering, ruling, type Member } from './realm-peers.js';

const KINDS = [
  {
    kind: 'subscription',
    request: 32,
    undo: 34,
    noSuch: [{}, 'wamp.error.no_such_subscription'],
    members: 'subscribers',
    remove: 'remove_subscriber',
    events: ['on_create', 'on_subscribe', 'on_unsubscribe', 'on_delete'],
    details: {},
  },
  {
    kind: 'registration',
    request: 64,
    undo: 66,
    noSuch: [{}, 'wamp.error.no_such_registration'],
    members: 'callees',
    remove: 'remove_callee',
    events: ['on_create', 'on_register', 'on_unregister', 'on_delete'],
    details: { invoke: 'single' },
  },
] as const;
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

for (const { kind, request, undo, noSuch, members, remove, events, details } of KINDS) {
  const procedure = (name: string): string => `wamp.${kind}.${name}`;
  const make = async (member: Member, uri: string, options = {}): Promise<number> =>
    idOf(await member.request(request, options, uri));

  describe(`the ${kind} meta procedures`, () => {
    // MR-7 to MR-12, MU-6 to MU-11
    it('list, look up, match, get and count by id and URI', async (t) => {
      const join = createRealm(t);
      const owner = await join();
      const asker = await join('eve');
      const exact = await make(owner, 'a.b');
      const prefix = await make(owner, 'a.', { match: 'prefix' });
      const wildcard = await make(owner, '.b', { match: 'wildcard' });
      const ask = (name: string, args: unknown[]): Promise<unknown> =>
        asker.call(procedure(name), args);
      deepEqual(await ask('list', []), [
        {},
        [{ exact: [exact], prefix: [prefix], wildcard: [wildcard] }],
      ]);
      deepEqual(await ask('lookup', ['a.b']), [{}, [exact]]);
      deepEqual(await ask('lookup', ['a.', { match: 'prefix' }]), [{}, [prefix]]);
      deepEqual(await ask('lookup', ['a.b', { match: 'prefix' }]), [{}, [null]]);
      const all = kind === 'subscription' ? [exact, prefix, wildcard] : exact;
      deepEqual(await ask('match', ['a.b']), [{}, [all]]);
      deepEqual(await ask('match', ['x.y']), [{}, [null]]);
      deepEqual(await ask(`list_${members}`, [exact]), [{}, [[owner.session]]]);
      deepEqual(await ask(`count_${members}`, [exact]), [{}, [1]]);
    });

    // MR-6, MR-10, MU-9
    it('give the details, with an ISO 8601 time of creation', async (t) => {
      const owner = await createRealm(t)();
      const id = await make(owner, 'a..b', { match: 'wildcard' });
      const [, results] = await owner.call(procedure('get'), [id]);
      const [{ created, ...rest }] = results as [{ created: string }];
      deepEqual(rest, { id, uri: 'a..b', match: 'wildcard', ...details });
      match(created, ISO_8601);
    });

    // MR-13, MU-12
    it('know nothing of other ids', async (t) => {
      const member = await createRealm(t)();
      for (const name of ['get', `list_${members}`, `count_${members}`]) {
        deepEqual(await member.call(procedure(name), [1]), noSuch, name);
      }
      deepEqual(await member.call(procedure(remove), [1, 1]), noSuch);
    });

    // MG-2
    it('refuse arguments of a wrong type', async (t) => {
      const member = await createRealm(t)();
      for (const [name, args] of [
        ['lookup', []],
        ['lookup', [7]],
        ['lookup', ['a.b', []]],
        ['lookup', ['a.b', { match: 'fuzzy' }]],
        ['match', [7]],
        ['get', ['1']],
        [`list_${members}`, []],
        [`count_${members}`, [null]],
        [remove, [1]],
      ] as const) {
        const [, error] = await member.call(procedure(name), args);
        equal(error, 'wamp.error.invalid_argument', `${name} ${JSON.stringify(args)}`);
      }
    });

    // MG-6, X26
    it('do not show what is below wamp.', async (t) => {
      const member = await createRealm(t)();
      const subscription = await member.subscribe('wamp.session.on_join');
      deepEqual(await member.call(procedure('list')), [
        {},
        [{ exact: [], prefix: [], wildcard: [] }],
      ]);
      deepEqual(await member.call(procedure('get'), [subscription]), noSuch);
      for (const uri of ['wamp.session.on_join', 'wamp.session.count']) {
        deepEqual(await member.call(procedure('lookup'), [uri]), [{}, [null]]);
        deepEqual(await member.call(procedure('match'), [uri]), [{}, [null]]);
      }
    });

    // MR-14, MU-14
    it('end what a session holds', async (t) => {
      const join = createRealm(t);
      const owner = await join();
      const admin = await join('root', 'admin');
      const id = await make(owner, 'a.b');
      const unmade = [{}, 'wamp.error.no_such_session'];
      deepEqual(await admin.call(procedure(remove), [id, admin.session]), unmade);
      deepEqual(await admin.call(procedure(remove), [id, owner.session]), [{}]);
      deepEqual(await admin.call(procedure('get'), [id]), noSuch);
      equal((await owner.request(undo, id))[4], noSuch[1]);
    });
  });

  for (const [speed, authorizer] of [
    ['at once', ruling],
    ['later', pondering],
  ] as const) {
    describe(`the ${kind} meta API for who may not use a URI, answered ${speed}`, () => {
      const rule = authorizer((role, _action, uri) => role === 'admin' || !uri.startsWith('a.'));

      it('answers as if it did not exist', async (t) => {
        const join = createRealm(t, { authorizer: rule });
        const admin = await join('root', 'admin');
        const user = await join();
        const hidden = await make(admin, 'a.b');
        const shown = await make(admin, 'b.b');
        const lists = { exact: [shown], prefix: [], wildcard: [] };
        deepEqual(await user.call(procedure('list')), [{}, [lists]]);
        for (const name of ['lookup', 'match']) {
          deepEqual(await user.call(procedure(name), ['a.b']), [{}, [null]], name);
        }
        for (const name of ['get', `list_${members}`, `count_${members}`, remove]) {
          deepEqual(await user.call(procedure(name), [hidden, admin.session]), noSuch, name);
        }
        deepEqual(await admin.call(procedure(`count_${members}`), [hidden]), [{}, [1]]);
      });

      it('tells nothing of it', async (t) => {
        const join = createRealm(t, { authorizer: rule });
        const admin = await join('root', 'admin');
        const user = await join();
        await user.subscribe(procedure(events[0]));
        await make(admin, 'a.b');
        const shown = await make(admin, 'b.b');
        const [session, about] = eventArgs(await user.peer.receive()) as [number, { id: number }];
        deepEqual([session, about.id], [admin.session, shown]);
        await user.peer.receiveNothing();
      });
    });
  }

  describe(`the ${kind} meta events`, () => {
    // MR-1, MR-3 to MR-5, MU-1, MU-4, MU-5
    for (const ending of ['undone', 'a lost connection']) {
      it(`come in their order, with the session's id: ${ending}`, async (t) => {
        const join = createRealm(t);
        const watcher = await join();
        const topics = new Map<number, string>();
        for (const name of events) {
          topics.set(await watcher.subscribe(procedure(name)), name);
        }
        const owner = await join('bob');
        const id = await make(owner, 'a.b');
        if (ending === 'undone') await owner.request(undo, id);
        else owner.peer.close();
        const [create, ...others] = events;
        const created = await watcher.peer.receive();
        equal(topics.get(Number(created[1])), create);
        const [session, about] = eventArgs(created) as [number, Record<string, unknown>];
        const { created: time, ...rest } = about;
        deepEqual([session, rest], [owner.session, { id, uri: 'a.b', match: 'exact', ...details }]);
        match(String(time), ISO_8601);
        for (const name of others) {
          const event = await watcher.peer.receive();
          equal(topics.get(Number(event[1])), name);
          deepEqual(eventArgs(event), [owner.session, id]);
        }
      });
    }

    // MG-6, X26
    it('say nothing of what is below wamp.', async (t) => {
      const join = createRealm(t);
      const watcher = await join();
      for (const name of events) await watcher.subscribe(procedure(name));
      const other = await join('bob');
      await other.subscribe('wamp.session.on_join');
      await watcher.peer.receiveNothing();
    });
  });
}

describe('the subscription meta events', () => {
  // MU-2, MU-3, MU-4
  it('say nothing of a creation for a further subscriber, nor anything for the same again', async (t) => {
    const join = createRealm(t);
    const first = await join();
    const id = await first.subscribe('a.b');
    const watcher = await join('eve');
    const created = await watcher.subscribe('wamp.subscription.on_create');
    const deleted = await watcher.subscribe('wamp.subscription.on_delete');
    const subscribed = await watcher.subscribe('wamp.subscription.on_subscribe');
    const unsubscribed = await watcher.subscribe('wamp.subscription.on_unsubscribe');
    equal(new Set([created, deleted, subscribed, unsubscribed]).size, 4);
    const second = await join('bob');
    await second.subscribe('a.b');
    await second.subscribe('a.b');
    await second.request(34, id);
    for (const expected of [subscribed, unsubscribed]) {
      const event = await watcher.peer.receive();
      deepEqual([event[1], eventArgs(event)], [expected, [second.session, id]]);
    }
    await watcher.peer.receiveNothing();
  });
});
