import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRealm, eventArgs, ruling } from './realm-peers.js';

const NO_SUCH_SESSION = [{}, 'wamp.error.no_such_session'];

describe('wamp.session.kill', () => {
  // MS-11
  it('says GOODBYE with the reason and message that the caller gives, and nothing else', async (t) => {
    const join = createRealm(t);
    const killer = await join();
    const victims = [await join('bob'), await join('eve')] as const;
    const [bob, eve] = victims;
    deepEqual(await killer.call('wamp.session.kill', [bob.session]), [{}]);
    deepEqual(await bob.peer.receive(), [6, {}, 'wamp.close.killed']);
    const kwargs = { reason: 'a.b', message: 'enough' };
    deepEqual(await killer.call('wamp.session.kill', [eve.session], kwargs), [{}]);
    deepEqual(await eve.peer.receive(), [6, { message: 'enough' }, 'a.b']);
    deepEqual(await killer.call('wamp.session.count'), [{}, [1]]);
  });

  // MS-12, MS-13
  it('finds neither its caller nor who is not there', async (t) => {
    const killer = await createRealm(t)();
    deepEqual(await killer.call('wamp.session.kill', [killer.session]), NO_SUCH_SESSION);
    deepEqual(await killer.call('wamp.session.kill', [1]), NO_SUCH_SESSION);
  });

  // MS-14, MS-20
  it('and its kin refuse a reason that is no URI, and kill nobody', async (t) => {
    const join = createRealm(t);
    const killer = await join();
    const victim = await join('bob');
    for (const [procedure, args] of [
      ['wamp.session.kill', [victim.session]],
      ['wamp.session.kill_by_authid', ['bob']],
      ['wamp.session.kill_by_authrole', ['user']],
      ['wamp.session.kill_all', []],
    ] as const) {
      for (const reason of ['', 'a b', 'a..b', 7]) {
        const answer = await killer.call(procedure, args, { reason });
        deepEqual(answer, [{}, 'wamp.error.invalid_uri'], `${procedure} ${reason}`);
      }
      const [, error] = await killer.call(procedure, args, { message: 7 });
      equal(error, 'wamp.error.invalid_argument');
    }
    await victim.peer.receiveNothing();
  });

  // MS-19
  it('takes the GOODBYE of the killed for an answer', async (t) => {
    const join = createRealm(t);
    const killer = await join();
    const victim = await join('bob');
    await killer.call('wamp.session.kill', [victim.session]);
    await victim.peer.receive();
    victim.peer.send([16, 1, {}, 'a.b'], [6, {}, 'wamp.close.goodbye_and_out']);
    equal((await victim.peer.closed).code, 1000);
    deepEqual(victim.peer.unread(), []);
  });

  it('closes the transport of a victim that does not answer', async (t) => {
    const join = createRealm(t);
    const killer = await join();
    const victim = await join('bob');
    t.mock.timers.enable({ apis: ['setTimeout'] });
    await killer.call('wamp.session.kill', [victim.session]);
    t.mock.timers.tick(2000);
    equal((await victim.peer.closed).code, 1000);
  });

  it('frees at once what the victim held, and tells of its end once', async (t) => {
    const join = createRealm(t);
    const killer = await join();
    await killer.subscribe('wamp.session.on_leave');
    const victim = await join('bob');
    await victim.request(64, {}, 'a.procedure');
    killer.peer.send(
      [48, 2, {}, 'wamp.session.kill', [victim.session]],
      [48, 3, {}, 'a.procedure'],
    );
    deepEqual(eventArgs(await killer.peer.receive()), [victim.session, 'bob', 'user']);
    // ORD-7: the answers of different calls come in any order.
    const answers = [await killer.peer.receive(), await killer.peer.receive()];
    deepEqual(
      new Map(answers.map(([type, ...rest]) => [type, rest])),
      new Map<unknown, unknown>([
        [8, [48, 3, {}, 'wamp.error.no_such_procedure']],
        [50, [2, {}]],
      ]),
    );
    victim.peer.close();
    killer.peer.send([48, 4, {}, 'wamp.session.count']);
    deepEqual(await killer.peer.receive(), [50, 4, {}, [1]]);
  });

  it('reaches a session whose messages wait for the authorizer', async (t) => {
    let answer: (isAllowed: boolean) => void = () => undefined;
    const join = createRealm(t, {
      authorizer: {
        authorize: (_principal, action) =>
          action !== 'publish' ||
          new Promise((resolve) => {
            answer = resolve;
          }),
      },
    });
    const killer = await join();
    const subscription = await killer.subscribe('a.b');
    equal(subscription > 0, true);
    const victim = await join('bob');
    victim.peer.send([16, 1, { acknowledge: true }, 'a.b'], [32, 2, {}, 'a.b']);
    await killer.call('wamp.session.kill', [victim.session]);
    deepEqual(await victim.peer.receive(), [6, {}, 'wamp.close.killed']);
    answer(true);
    victim.peer.send([6, {}, 'wamp.close.goodbye_and_out']);
    equal((await victim.peer.closed).code, 1000);
    deepEqual(victim.peer.unread(), []);
    deepEqual(await killer.call('wamp.session.count'), [{}, [1]]);
  });
});

describe('wamp.session.kill_by_authid, kill_by_authrole and kill_all', () => {
  // MS-15
  it('kill_by_authid spares the caller and gives the ids', async (t) => {
    const join = createRealm(t);
    const killer = await join('ada');
    const other = await join('ada');
    const bob = await join('bob');
    deepEqual(await killer.call('wamp.session.kill_by_authid', ['ada']), [{}, [[other.session]]]);
    equal((await other.peer.receive())[0], 6);
    await bob.peer.receiveNothing();
    deepEqual(await killer.call('wamp.session.kill_by_authid', ['nobody']), [{}, [[]]]);
  });

  // MS-16
  it('kill_by_authrole spares the caller and gives their number', async (t) => {
    const join = createRealm(t);
    const killer = await join('ada', 'admin');
    const victims = [await join('bob', 'admin'), await join('eve', 'admin')];
    const user = await join('max');
    deepEqual(await killer.call('wamp.session.kill_by_authrole', ['admin']), [{}, [2]]);
    for (const { peer } of victims) equal((await peer.receive())[0], 6);
    await user.peer.receiveNothing();
  });

  // MS-17, MS-18, X27
  it('kill_all spares the caller, gives their number, and the caller hears of each', async (t) => {
    const join = createRealm(t, { authorizer: ruling(() => true) });
    const killer = await join('ada', 'admin');
    await killer.subscribe('wamp.session.on_leave');
    const victims = [await join('bob'), await join('eve', 'admin')];
    killer.peer.send([48, 2, {}, 'wamp.session.kill_all', [], { reason: 'a.all' }]);
    for (const { session } of victims) {
      const [left] = eventArgs(await killer.peer.receive()) as unknown[];
      equal(left, session);
    }
    deepEqual(await killer.peer.receive(), [50, 2, {}, [2]]);
    for (const { peer } of victims) deepEqual(await peer.receive(), [6, {}, 'a.all']);
  });
});
