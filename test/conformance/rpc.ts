import { CANCELABLE_CALLEE } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, anyId, anyNumber, dictWith, error } from './pattern.js';
import type { Peer, Wire } from './peer.js';
import { announced } from './target.js';

const UNKNOWN = 2 ** 53 - 1;

const WAYS_TO_LEAVE: Readonly<Record<string, (callee: Peer) => Promise<unknown>>> = {
  'says GOODBYE': async (callee) => {
    callee.send([6, {}, 'wamp.close.normal']);
    await callee.expect([6, anyDict, 'wamp.close.goodbye_and_out']);
  },
  'is cut off': async (callee) => {
    callee.cut();
    await Promise.resolve();
  },
  'closes its connection': (callee) => callee.leave(),
  'breaks the protocol': async (callee) => {
    callee.send([99]);
    await callee.expectViolation();
  },
  'aborts its session': async (callee) => {
    callee.send([3, {}, 'wamp.close.normal']);
    await Promise.resolve();
  },
};

const registrationCases: readonly ConformanceCase[] = [
  conforms('RP-1', 'answers REGISTER with REGISTERED', async (c) => {
    const callee = await c.join('callee');
    callee.send([64, 1, {}, c.uri('procedure')]);
    await callee.expect([65, 1, anyId]);
  }),

  conforms('RP-2', 'refuses a second registration of a procedure', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    callee.send([64, 2, {}, c.uri('procedure')]);
    await callee.expect(error(64, 2, 'wamp.error.procedure_already_exists'));
    const other = await c.join('other');
    other.send([64, 1, {}, c.uri('procedure')]);
    await other.expect(error(64, 1, 'wamp.error.procedure_already_exists'));
    const call = other.call(c.uri('procedure'));
    callee.send([70, await callee.invoked(registration), {}]);
    await other.expect([50, call, anyDict]);
  }),

  conforms('RP-3', 'answers UNREGISTER and then knows the procedure no more', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    callee.send([66, 2, registration]);
    await callee.expect([67, 2]);
    const caller = await c.join('caller');
    const call = caller.call(c.uri('procedure'));
    await caller.expect(error(48, call, 'wamp.error.no_such_procedure'));
    await caller.register(c.uri('procedure'));
  }),

  conforms('RP-4', 'refuses to end a registration that the session does not hold', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    callee.send([66, 2, UNKNOWN]);
    await callee.expect(error(66, 2, 'wamp.error.no_such_registration'));
    const stranger = await c.join('stranger');
    stranger.send([66, 1, registration]);
    await stranger.expect(error(66, 1, 'wamp.error.no_such_registration'));
    const call = stranger.call(c.uri('procedure'));
    callee.send([70, await callee.invoked(registration), {}]);
    await stranger.expect([50, call, anyDict]);
  }),

  conforms('RP-19', 'forgets all registrations of a session that ends', async (c) => {
    const callee = await c.join('callee');
    for (const name of ['a', 'b', 'c']) await callee.register(c.uri(name));
    const ended = await c.witness(callee);
    await callee.leave();
    await ended();
    const caller = await c.join('caller');
    for (const name of ['a', 'b', 'c']) {
      const call = caller.call(c.uri(name));
      await caller.expect(error(48, call, 'wamp.error.no_such_procedure'));
    }
  }),
];

const callCases: readonly ConformanceCase[] = [
  conforms('RP-5', 'refuses a call of an unknown procedure', async (c) => {
    const caller = await c.join('caller');
    caller.send([48, 1, {}, c.uri('nobody'), ['a'], { b: 1 }]);
    await caller.expect(error(48, 1, 'wamp.error.no_such_procedure'));
  }),

  conforms('RP-6 RP-7', 'carries every form of payload there and back', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    const caller = await c.join('caller');
    const forms = [
      { sent: [], received: [] },
      { sent: [['a', 1]], received: [['a', 1]] },
      { sent: [['a'], { b: 2 }], received: [['a'], { b: 2 }] },
      { sent: [[], { b: 2 }], received: [[], { b: 2 }] },
    ];
    for (const { sent, received } of forms) {
      const call = caller.call(c.uri('procedure'), ...sent);
      callee.send([70, await callee.invoked(registration, ...received), {}, ...sent]);
      await caller.expect([50, call, {}, ...received]);
    }
  }),

  conforms('RP-8', 'carries the error of the callee to the caller', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    const caller = await c.join('caller');
    const uri = 'com.somebody.else.error';
    for (const payload of [[], [['why']], [['why'], { code: 5 }], [[], { code: 5 }]]) {
      const call = caller.call(c.uri('procedure'));
      callee.send([8, 68, await callee.invoked(registration), {}, uri, ...payload]);
      await caller.expect([8, 48, call, anyDict, uri, ...payload]);
    }
  }),

  conforms('RP-9', 'lets a session call its own procedure', async (c) => {
    const peer = await c.join('peer');
    const registration = await peer.register(c.uri('procedure'));
    const call = peer.call(c.uri('procedure'), ['to myself']);
    peer.send([70, await peer.invoked(registration, ['to myself']), {}, ['from myself']]);
    await peer.expect([50, call, anyDict, ['from myself']]);
  }),

  conforms('RP-10', 'gives each caller the answer to its own call', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    const callers = [await c.join('first'), await c.join('second')];
    for (let round = 0; round < 10; round += 1)
      for (const [index, caller] of callers.entries())
        caller.call(c.uri('procedure'), [round, index]);
    const invocations: Wire[] = [];
    for (let received = 0; received < 20; received += 1)
      invocations.push(
        await callee.expect([68, anyId, registration, anyDict, [anyNumber, anyNumber]]),
      );
    // The later ones first, so that no answer comes in the order of its call.
    for (const invocation of invocations.reverse())
      callee.send([70, invocation[1], {}, invocation[4]]);
    for (const [index, caller] of callers.entries())
      for (let round = 9; round >= 0; round -= 1)
        await caller.expect([50, round + 1, anyDict, [round, index]]);
  }),

  conforms('RP-15', 'lets invocations be answered after UNREGISTER', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    const caller = await c.join('caller');
    const call = caller.call(c.uri('procedure'));
    const invocation = await callee.invoked(registration);
    callee.send([66, 2, registration]);
    await callee.expect([67, 2]);
    callee.send([70, invocation, {}, ['late']]);
    await caller.expect([50, call, anyDict, ['late']]);
  }),

  conforms('RP-16', 'lets nobody but the callee answer an invocation', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    const caller = await c.join('caller');
    const call = caller.call(c.uri('procedure'));
    const invocation = await callee.invoked(registration);
    const stranger = await c.join('stranger');
    stranger.send([70, invocation, {}, ['forged']]);
    await stranger.expectViolation();
    callee.send([70, invocation, {}, ['genuine']]);
    await caller.expect([50, call, anyDict, ['genuine']]);
  }),

  conforms('RP-17', 'leaves empty payload out of INVOCATION and RESULT', async (c) => {
    const callee = await c.join('callee');
    const registration = await callee.register(c.uri('procedure'));
    const caller = await c.join('caller');
    const call = caller.call(c.uri('procedure'), [], {});
    callee.send([70, await callee.invoked(registration), {}, [], {}]);
    await caller.expect([50, call, {}]);
  }),
];

const leavingCases: readonly ConformanceCase[] = [
  conforms(
    'RP-11',
    'interrupts a callee that can be interrupted when its caller leaves',
    async (c) => {
      const callee = await c.join('callee', { roles: CANCELABLE_CALLEE });
      const registration = await callee.register(c.uri('procedure'));
      const caller = await c.join('caller');
      caller.call(c.uri('procedure'));
      const invocation = await callee.invoked(registration);
      await caller.leave();
      await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
      callee.send([8, 68, invocation, {}, 'wamp.error.canceled']);
      await callee.receiveNothing();
    },
    announced('dealer', 'call_canceling'),
  ),

  conforms(
    'RP-12 RP-13',
    'interrupts no callee that cannot be, and discards its answer',
    async (c) => {
      const callee = await c.join('callee');
      const registration = await callee.register(c.uri('procedure'));
      const caller = await c.join('caller');
      const ended = await c.witness(caller);
      caller.call(c.uri('procedure'));
      const first = await callee.invoked(registration);
      caller.call(c.uri('procedure'));
      const second = await callee.invoked(registration);
      await caller.leave();
      await ended();
      await callee.receiveNothing();
      callee.send([70, first, {}, ['too late']]);
      callee.send([8, 68, second, {}, c.uri('error')]);
      await callee.receiveNothing();
    },
  ),

  ...Object.entries(WAYS_TO_LEAVE).map(([way, leave]) =>
    conforms('RP-14', `cancels the calls of a callee that ${way}`, async (c) => {
      const callee = await c.join('callee');
      const registration = await callee.register(c.uri('procedure'));
      const caller = await c.join('caller');
      const calls = [caller.call(c.uri('procedure')), caller.call(c.uri('procedure'))];
      await callee.invoked(registration);
      await callee.invoked(registration);
      await leave(callee);
      for (const call of calls) await caller.expect(error(48, call, 'wamp.error.canceled'));
      await caller.receiveNothing();
    }),
  ),
];

/** Remote procedure calls, Basic Profile (WAMP 6). */
export const rpcCases: readonly ConformanceCase[] = [
  ...registrationCases,
  ...callCases,
  ...leavingCases,
];
