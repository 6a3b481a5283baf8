import { callWith, clockOf, invokedWith, pair } from './calls.js';
import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, dictWith, dictWithout, error } from './pattern.js';
import { announced } from './target.js';
import type { Need } from './target.js';

const TIMEOUT = 'wamp.error.timeout';
const SHORT = 120;
const canceling = announced('dealer', 'call_canceling');

/** A case that needs call timeouts to be announced. */
const times = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase => conforms(rows, title, run, announced('dealer', 'call_timeout'), ...needs);

const dealerCases: readonly ConformanceCase[] = [
  times('TO-1 TO-3 TO-4 PV-10', 'ends a call in time, and discards a late answer', async (c) => {
    const { caller, callee, registration, procedure } = await pair(c);
    for (const late of ['result', 'error']) {
      const call = callWith(caller, { timeout: SHORT }, procedure);
      const invocation = await invokedWith(callee, registration, dictWithout('timeout'));
      await caller.expect(error(48, call, TIMEOUT));
      if (late === 'result') callee.send([70, invocation, {}, ['late']]);
      else callee.send([8, 68, invocation, {}, 'com.somebody.error']);
      // Nothing came before either: a callee that cannot be interrupted is not.
      await callee.receiveNothing();
      await caller.receiveNothing();
    }
  }),

  times(
    'TO-2 TO-4 PV-10',
    'interrupts a callee that can be interrupted',
    async (c) => {
      const { caller, callee, registration, procedure } = await pair(c, {
        callee: ['call_canceling'],
      });
      const call = callWith(caller, { timeout: SHORT }, procedure);
      const invocation = await callee.invoked(registration);
      await caller.expect(error(48, call, TIMEOUT));
      await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
      callee.send([8, 68, invocation, {}, 'wamp.error.canceled']);
      await callee.receiveNothing();
      await caller.receiveNothing();
    },
    canceling,
  ),

  times('TO-5', 'never ends a call without a timeout, or with timeout 0', async (c) => {
    const tick = await clockOf(c);
    const { caller, callee, registration, procedure } = await pair(c);
    const calls = [callWith(caller, { timeout: 0 }, procedure), caller.call(procedure)];
    const invocations = [await callee.invoked(registration), await callee.invoked(registration)];
    await tick(SHORT);
    await caller.receiveNothing();
    for (const [index, invocation] of invocations.entries()) {
      callee.send([70, invocation, {}, [index]]);
      await caller.expect([50, calls[index], {}, [index]]);
    }
  }),

  times('TO-6 CA-10', 'lets a call be that is answered in time', async (c) => {
    const tick = await clockOf(c);
    const { caller, callee, registration, procedure } = await pair(c, {
      callee: ['call_canceling'],
    });
    const call = callWith(caller, { timeout: 2 * SHORT }, procedure);
    callee.send([70, await callee.invoked(registration), {}, ['in time']]);
    await caller.expect([50, call, {}, ['in time']]);
    const failed = callWith(caller, { timeout: 2 * SHORT }, procedure);
    callee.send([8, 68, await callee.invoked(registration), {}, 'com.somebody.error']);
    await caller.expect([8, 48, failed, anyDict, 'com.somebody.error']);
    await tick(4 * SHORT);
    await caller.receiveNothing();
    await callee.receiveNothing();
  }),

  times('TO-1', 'ends several calls each in its own time', async (c) => {
    const { caller, callee, registration, procedure } = await pair(c);
    const calls = [6, 1, 3].map((times) => callWith(caller, { timeout: times * SHORT }, procedure));
    caller.call(procedure);
    for (let made = 0; made < 4; made += 1) await callee.invoked(registration);
    for (const index of [1, 2, 0]) await caller.expect(error(48, Number(calls[index]), TIMEOUT));
    await caller.receiveNothing();
  }),

  times('TO-12', 'takes a long timeout for a long one', async (c) => {
    const tick = await clockOf(c);
    const { caller, callee, registration, procedure } = await pair(c);
    for (const timeout of [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, 2 ** 40, 2 ** 53])
      callWith(caller, { timeout }, procedure, [timeout]);
    for (const timeout of [2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, 2 ** 40, 2 ** 53])
      await callee.invoked(registration, [timeout]);
    await tick(SHORT);
    await caller.receiveNothing();
  }),

  times(
    'TO-6 RP-11',
    'interrupts once if the caller leaves before the time is up',
    async (c) => {
      const tick = await clockOf(c);
      const { caller, callee, registration, procedure } = await pair(c, {
        callee: ['call_canceling'],
      });
      callWith(caller, { timeout: SHORT }, procedure);
      const invocation = await callee.invoked(registration);
      await caller.leave();
      await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
      await tick(3 * SHORT);
      await callee.receiveNothing();
    },
    canceling,
  ),

  times('TO-6 RP-14', 'says once that the callee has left before the time is up', async (c) => {
    const tick = await clockOf(c);
    const { caller, callee, registration, procedure } = await pair(c);
    const call = callWith(caller, { timeout: 3 * SHORT }, procedure);
    await callee.invoked(registration);
    callee.cut();
    await caller.expect(error(48, call, 'wamp.error.canceled'));
    await tick(4 * SHORT);
    await caller.receiveNothing();
  }),

  times(
    'TO-6 CA-10',
    'says once that a call is cancelled before the time is up',
    async (c) => {
      const tick = await clockOf(c);
      const { caller, callee, registration, procedure } = await pair(c, {
        callee: ['call_canceling'],
      });
      const call = callWith(caller, { timeout: 3 * SHORT }, procedure);
      const invocation = await callee.invoked(registration);
      caller.send([49, call, { mode: 'killnowait' }]);
      await caller.expect(error(48, call, 'wamp.error.canceled'));
      await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
      await tick(4 * SHORT);
      await caller.receiveNothing();
      await callee.receiveNothing();
    },
    canceling,
  ),

  times('TO-11', 'takes what is no timeout for a violation', async (c) => {
    const uri = JSON.stringify(c.uri('procedure'));
    const timeouts = ['-1', '1.5', '"100"', 'true', 'null', '[]', '{}'];
    await c.expectViolations(timeouts.map((timeout) => `[48,1,{"timeout":${timeout}},${uri}]`));
  }),
];

const FORWARDED = { register: { forward_timeout: true } };

const calleeCases: readonly ConformanceCase[] = [
  times('TO-7', 'leaves the time to a callee that wants it', async (c) => {
    const tick = await clockOf(c);
    const { caller, callee, registration, procedure } = await pair(c, {
      ...FORWARDED,
      callee: ['call_timeout', 'call_canceling'],
    });
    const call = callWith(caller, { timeout: SHORT }, procedure);
    const invocation = await invokedWith(callee, registration, dictWith({ timeout: SHORT }));
    await tick(3 * SHORT);
    await caller.receiveNothing();
    await callee.receiveNothing();
    callee.send([70, invocation, {}, ['at leisure']]);
    await caller.expect([50, call, {}, ['at leisure']]);
  }),

  times('TO-10', 'passes on that the callee ran out of time', async (c) => {
    const { caller, callee, registration, procedure } = await pair(c, {
      ...FORWARDED,
      callee: ['call_timeout'],
    });
    const call = callWith(caller, { timeout: SHORT }, procedure);
    callee.send([8, 68, await callee.invoked(registration), {}, TIMEOUT, ['of the callee']]);
    await caller.expect([8, 48, call, anyDict, TIMEOUT, ['of the callee']]);
  }),

  ...[
    { who: 'has not asked for the time', callee: ['call_timeout'], register: {} },
    { who: 'refuses the time', callee: ['call_timeout'], register: { forward_timeout: false } },
    { who: 'asks for the time but cannot keep it', callee: [], ...FORWARDED },
  ].map(({ who, callee: features, register }) =>
    times('TO-8', `keeps the time for a callee that ${who}`, async (c) => {
      const { caller, callee, registration, procedure } = await pair(c, {
        callee: features,
        register,
      });
      const call = callWith(caller, { timeout: SHORT }, procedure);
      await invokedWith(callee, registration, dictWithout('timeout'));
      await caller.expect(error(48, call, TIMEOUT));
    }),
  ),
];

/** Call timeouts (WAMP 11.3). */
export const timeoutCases: readonly ConformanceCase[] = [...dealerCases, ...calleeCases];
