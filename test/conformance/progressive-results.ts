import { callWith, clockOf, invokedWith, pair } from './calls.js';
import type { Pair } from './calls.js';
import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, dictWith, dictWithout, error, oneOf } from './pattern.js';
import { announced } from './target.js';
import type { Need } from './target.js';
import { ensure } from './transcript.js';

const CANCELED = 'wamp.error.canceled';
const STREAMING = ['progressive_call_results', 'call_canceling'];
const wanted = dictWith({ receive_progress: true });
const unwanted = oneOf(dictWithout('receive_progress'), dictWith({ receive_progress: false }));

const streams = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase =>
  conforms(rows, title, run, announced('dealer', 'progressive_call_results'), ...needs);

const flagCases: readonly ConformanceCase[] = [
  streams('PR-1', 'tells the callee whether the caller takes progressive results', async (c) => {
    const { caller, callee, registration, procedure } = await pair(c, {
      caller: STREAMING,
      callee: STREAMING,
    });
    callWith(caller, { receive_progress: true }, procedure);
    await invokedWith(callee, registration, wanted);
    callWith(caller, { receive_progress: false }, procedure);
    await invokedWith(callee, registration, unwanted);
    callWith(caller, {}, procedure);
    await invokedWith(callee, registration, unwanted);
  }),

  ...[[], ['progressive_call_results'], ['call_canceling']].map((features) =>
    streams(
      'PR-2',
      `asks no progressive results of a callee with ${features.join() || 'neither feature'}`,
      async (c) => {
        const { caller, callee, registration, procedure } = await pair(c, {
          caller: STREAMING,
          callee: features,
        });
        const call = callWith(caller, { receive_progress: true }, procedure);
        const invocation = await invokedWith(callee, registration, unwanted);
        callee.send([70, invocation, {}, ['all at once']]);
        await caller.expect([50, call, {}, ['all at once']]);
      },
    ),
  ),

  streams('PR-10', 'drops the progressive results for which nobody asked', async (c) => {
    const { caller, callee, registration, procedure } = await pair(c, {
      caller: STREAMING,
      callee: STREAMING,
    });
    const call = caller.call(procedure);
    const invocation = await callee.invoked(registration);
    callee.send([70, invocation, { progress: true }, ['part']]);
    callee.send([70, invocation, { progress: true }]);
    await callee.receiveNothing();
    await caller.receiveNothing();
    callee.send([70, invocation, {}, ['whole']]);
    await caller.expect([50, call, {}, ['whole']]);
    await caller.receiveNothing();
  }),

  streams('PR-11', 'announces call canceling, too', async (c) => {
    await c.join('peer');
    ensure(c.announces('dealer', 'call_canceling'), 'progressive results without call canceling');
  }),
];

const streamCases: readonly ConformanceCase[] = [
  streams('PR-3 PR-5', 'passes each part on at once, and the last as the last', async (c) => {
    const { caller, callee, call, invocation } = await stream(c);
    const parts = [[[1]], [[2], { a: 1 }], [[], { a: 1 }], []];
    for (const part of parts) {
      callee.send([70, invocation, { progress: true }, ...part]);
      await caller.expect([50, call, { progress: true }, ...part]);
      await caller.receiveNothing();
    }
    callee.send([70, invocation, {}, ['last'], { b: 2 }]);
    await caller.expect([50, call, {}, ['last'], { b: 2 }]);
    await caller.receiveNothing();
  }),

  streams('PR-5', 'passes an empty last part on', async (c) => {
    const { caller, callee, call, invocation } = await stream(c);
    callee.send([70, invocation, { progress: true }]);
    await caller.expect([50, call, { progress: true }]);
    callee.send([70, invocation, { progress: false }]);
    await caller.expect([50, call, oneOf({}, { progress: false })]);
  }),

  streams('PR-3', 'lets a callee answer without any progress', async (c) => {
    const { caller, callee, call, invocation } = await stream(c);
    callee.send([70, invocation, {}, ['all']]);
    await caller.expect([50, call, {}, ['all']]);
  }),

  streams('PR-4', 'ends with the error of the callee', async (c) => {
    const { caller, callee, call, invocation } = await stream(c);
    callee.send([70, invocation, { progress: true }, [1]]);
    callee.send([8, 68, invocation, {}, 'com.somebody.error', ['why'], { at: 1 }]);
    await caller.expect([50, call, { progress: true }, [1]]);
    await caller.expect([8, 48, call, anyDict, 'com.somebody.error', ['why'], { at: 1 }]);
    await caller.receiveNothing();
  }),

  streams('PR-6 PV-10', 'drops what comes after the last part', async (c) => {
    const { caller, callee, call, invocation } = await stream(c);
    callee.send([70, invocation, {}, ['last']]);
    callee.send([70, invocation, { progress: true }, ['late']]);
    callee.send([70, invocation, {}, ['later']]);
    await caller.expect([50, call, {}, ['last']]);
    await callee.receiveNothing();
    await caller.receiveNothing();
  }),

  streams('PR-3 RP-10', 'keeps the streams of several callers apart', async (c) => {
    const { caller, callee, call, invocation, registration, procedure } = await stream(c);
    const other = await c.join('other caller');
    const others = callWith(other, { receive_progress: true }, procedure);
    const second = await callee.invoked(registration);
    const own = callWith(caller, { receive_progress: true }, procedure);
    const third = await callee.invoked(registration);
    for (const part of [1, 2]) {
      callee.send([70, third, { progress: true }, ['third', part]]);
      callee.send([70, second, { progress: true }, ['second', part]]);
      callee.send([70, invocation, { progress: true }, ['first', part]]);
      await other.expect([50, others, { progress: true }, ['second', part]]);
      await caller.expect([50, own, { progress: true }, ['third', part]]);
      await caller.expect([50, call, { progress: true }, ['first', part]]);
    }
    callee.send([70, second, {}]);
    await other.expect([50, others, {}]);
    await caller.receiveNothing();
  }),
];

const endingCases: readonly ConformanceCase[] = [
  streams('PR-7 PV-10', 'interrupts the callee when the caller leaves', async (c) => {
    const { caller, callee, call, invocation } = await stream(c);
    callee.send([70, invocation, { progress: true }, [1]]);
    await caller.expect([50, call, { progress: true }, [1]]);
    await caller.leave();
    await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
    callee.send([70, invocation, { progress: true }, [2]]);
    callee.send([70, invocation, {}, ['last']]);
    await callee.receiveNothing();
  }),

  streams('PR-8', 'ends with wamp.error.canceled when the callee leaves', async (c) => {
    const { caller, callee, call, invocation } = await stream(c);
    callee.send([70, invocation, { progress: true }, [1]]);
    await caller.expect([50, call, { progress: true }, [1]]);
    callee.cut();
    await caller.expect(error(48, call, CANCELED));
    await caller.receiveNothing();
  }),

  streams('CA-3 PR-6', 'sends no more parts once the caller has cancelled', async (c) => {
    const { caller, callee, call, invocation } = await stream(c);
    callee.send([70, invocation, { progress: true }, [1]]);
    await caller.expect([50, call, { progress: true }, [1]]);
    caller.send([49, call, { mode: 'killnowait' }]);
    await caller.expect(error(48, call, CANCELED));
    await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
    callee.send([70, invocation, { progress: true }, [2]]);
    callee.send([70, invocation, {}, ['last']]);
    await callee.receiveNothing();
    await caller.receiveNothing();
  }),

  streams('CA-2 PR-4', 'waits in kill mode for how the stream ends', async (c) => {
    const { caller, callee, call, invocation } = await stream(c);
    caller.send([49, call, { mode: 'kill' }]);
    await callee.expect([69, invocation, dictWith({ mode: 'kill' })]);
    callee.send([8, 68, invocation, {}, CANCELED, ['stopped']]);
    await caller.expect([8, 48, call, anyDict, CANCELED, ['stopped']]);
  }),

  streams(
    'PR-9',
    'limits the time between parts, not that of the whole',
    async (c) => {
      const tick = await clockOf(c);
      const { caller, callee, call, invocation } = await stream(c, { timeout: 500 });
      for (const part of [1, 2, 3, 4]) {
        await tick(150);
        callee.send([70, invocation, { progress: true }, [part]]);
        await caller.expect([50, call, { progress: true }, [part]]);
      }
      await caller.expect(error(48, call, 'wamp.error.timeout'));
      await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
      callee.send([70, invocation, { progress: true }, ['late']]);
      await callee.receiveNothing();
      await caller.receiveNothing();
    },
    announced('dealer', 'call_timeout'),
  ),

  streams(
    'PR-9',
    'limits the time until the first part',
    async (c) => {
      const { caller, callee, call, invocation } = await stream(c, { timeout: 150 });
      await caller.expect(error(48, call, 'wamp.error.timeout'));
      await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
    },
    announced('dealer', 'call_timeout'),
  ),
];

/** Progressive call results (WAMP 11.1). */
export const progressiveResultCases: readonly ConformanceCase[] = [
  ...flagCases,
  ...streamCases,
  ...endingCases,
];

/** A call that takes progressive results, and its invocation, both unanswered. */
async function stream(
  c: CaseContext,
  options: object = {},
): Promise<Pair & { readonly call: number; readonly invocation: number }> {
  const made = await pair(c, { caller: STREAMING, callee: STREAMING });
  const { caller, callee, registration, procedure } = made;
  const call = callWith(caller, { receive_progress: true, ...options }, procedure);
  return { ...made, call, invocation: await invokedWith(callee, registration, wanted) };
}
