import { callWith, clockOf, invokedWith, lastPart, pair, progress, routed } from './calls.js';
import type { Pair } from './calls.js';
import type { CaseContext } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, anyId, dictWith, error, matches } from './pattern.js';
import { idAt } from './peer.js';
import { rolesWith } from './roles.js';
import { announced, strictRequestIds, unannounced } from './target.js';
import type { Need } from './target.js';
import { ensure } from './transcript.js';

const CANCELED = 'wamp.error.canceled';
const INVOCATIONS = 'progressive_call_invocations';
const FEATURES = [
  INVOCATIONS,
  'call_canceling',
  'progressive_call_results',
  'caller_identification',
];

/** A case that needs progressive call invocations to be announced. */
const uploads = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
  ...needs: readonly Need[]
): ConformanceCase => conforms(rows, title, run, announced('dealer', INVOCATIONS), ...needs);

const partCases: readonly ConformanceCase[] = [
  uploads('PC-1 ORD-8', 'invokes the callee once for each part, all with one id', async (c) => {
    const { caller, callee, call, invocation, registration, procedure } = await upload(c);
    const parts = [[[2]], [[3], { a: 1 }], [[], { a: 1 }], []];
    for (const part of parts) caller.send([48, call, { progress: true }, procedure, ...part]);
    caller.send([48, call, {}, procedure, ['last'], { b: 2 }]);
    for (const part of parts)
      await callee.expect([68, invocation, registration, progress, ...part]);
    await callee.expect([68, invocation, registration, lastPart, ['last'], { b: 2 }]);
    await callee.receiveNothing();
    await caller.receiveNothing();
    callee.send([70, invocation, {}, ['taken']]);
    await caller.expect([50, call, {}, ['taken']]);
    await caller.receiveNothing();
  }),

  uploads('PC-20', 'takes progress: false for the last part', async (c) => {
    const { caller, callee, call, invocation, registration, procedure } = await upload(c);
    caller.send([48, call, { progress: false }, procedure, ['last']]);
    await callee.expect([68, invocation, registration, lastPart, ['last']]);
    const plain = callWith(caller, { progress: false }, procedure, ['plain']);
    const second = await invokedWith(callee, registration, lastPart, ['plain']);
    callee.send([70, second, {}, ['second']]);
    callee.send([70, invocation, {}, ['first']]);
    await caller.expect([50, plain, {}, ['second']]);
    await caller.expect([50, call, {}, ['first']]);
  }),

  uploads('PC-20', 'takes progress: false of a caller that cannot send parts', async (c) => {
    const { caller, callee, registration, procedure } = await pair(c);
    const call = callWith(caller, { progress: false }, procedure);
    callee.send([70, await invokedWith(callee, registration, lastPart), {}]);
    await caller.expect([50, call, {}]);
  }),

  uploads('PC-6', 'takes other calls and requests between the parts', async (c) => {
    const { caller, callee, call, invocation, registration, procedure } = await upload(c);
    const other = caller.call(procedure, ['other']);
    const second = await callee.invoked(registration, ['other']);
    caller.send([48, call, { progress: true }, procedure, ['part']]);
    await callee.expect([68, invocation, registration, progress, ['part']]);
    const third = callWith(caller, { progress: true }, procedure, ['third']);
    const uploaded = await callee.invoked(registration, ['third']);
    await caller.subscribe(c.uri('topic'));
    caller.send([48, call, {}, procedure, ['last']]);
    await callee.expect([68, invocation, registration, lastPart, ['last']]);
    caller.send([48, third, {}, procedure]);
    await callee.expect([68, uploaded, registration, lastPart]);
    for (const [answered, id] of [
      [third, uploaded],
      [call, invocation],
      [other, second],
    ]) {
      callee.send([70, id, {}, [id]]);
      await caller.expect([50, answered, {}, [id]]);
    }
    await caller.receiveNothing();
  }),

  uploads('PC-1 ID-5', 'keeps the parts of several callers apart', async (c) => {
    const { caller, callee, call, invocation, registration, procedure } = await upload(c);
    const other = await c.join('other caller', { roles: rolesWith(...FEATURES) });
    other.send([48, 1, { progress: true }, procedure, ['other']]);
    const second = await invokedWith(callee, registration, progress, ['other']);
    ensure(second === invocation + 1, `invocations ${invocation} and ${second}`);
    caller.send([48, call, {}, procedure, ['last']]);
    await callee.expect([68, invocation, registration, lastPart, ['last']]);
    other.send([48, 1, {}, procedure, ['last of other']]);
    await callee.expect([68, second, registration, lastPart, ['last of other']]);
    callee.send([70, second, {}, ['for other']]);
    callee.send([70, invocation, {}, ['for caller']]);
    await other.expect([50, 1, {}, ['for other']]);
    await caller.expect([50, call, {}, ['for caller']]);
  }),

  uploads('PC-17', 'streams both ways at once', async (c) => {
    const { caller, callee, call, invocation, registration, procedure } = await upload(c, {
      receive_progress: true,
    });
    for (const part of [2, 3]) {
      callee.send([70, invocation, { progress: true }, ['early', part]]);
      await caller.expect([50, call, { progress: true }, ['early', part]]);
      caller.send([48, call, { progress: true }, procedure, [part]]);
      await callee.expect([68, invocation, registration, progress, [part]]);
    }
    caller.send([48, call, {}, procedure]);
    await callee.expect([68, invocation, registration, lastPart]);
    callee.send([70, invocation, { progress: true }, ['after']]);
    callee.send([70, invocation, {}, ['done']]);
    await caller.expect([50, call, { progress: true }, ['after']]);
    await caller.expect([50, call, {}, ['done']]);
  }),

  uploads(
    'PC-18 PC-9',
    'ends with the answer of the callee, and ignores what comes after',
    async (c) => {
      for (const answer of ['result', 'error']) {
        const { caller, callee, call, invocation, procedure } = await upload(c);
        if (answer === 'result') {
          callee.send([70, invocation, {}, ['enough']]);
          await caller.expect([50, call, {}, ['enough']]);
        } else {
          callee.send([8, 68, invocation, {}, 'com.somebody.error']);
          await caller.expect([8, 48, call, anyDict, 'com.somebody.error']);
        }
        caller.send([48, call, { progress: true }, procedure, ['late']]);
        caller.send([48, call, {}, procedure, ['later']]);
        await caller.receiveNothing();
        await callee.receiveNothing();
      }
    },
  ),

  uploads('RP-15 PC-1', 'goes on with a callee that has unregistered meanwhile', async (c) => {
    const { caller, callee, call, invocation, registration, procedure } = await upload(c);
    callee.send([66, callee.request, registration]);
    await callee.expect([67, anyId]);
    caller.send([48, call, {}, procedure, ['last']]);
    await callee.expect([68, invocation, registration, lastPart, ['last']]);
    callee.send([70, invocation, {}, ['done']]);
    await caller.expect([50, call, {}, ['done']]);
  }),

  ...['roundrobin', 'random'].map((invoke) =>
    uploads(
      'PC-5',
      `sends all parts to the callee of the first by ${invoke}`,
      async (c) => {
        const callees = [];
        for (const name of ['first', 'second', 'third']) {
          const callee = await c.join(name, { roles: rolesWith(...FEATURES) });
          callees.push({ callee, id: await callee.register(c.uri('shared'), { invoke }) });
        }
        const caller = await c.join('caller', { roles: rolesWith(...FEATURES) });
        const call = caller.request;
        const parts = [1, 2, 3, 4, 5, 6, 7, 8];
        for (const part of parts)
          caller.send([48, call, { progress: true }, c.uri('shared'), [part]]);
        caller.send([48, call, {}, c.uri('shared'), ['last']]);
        await routed(c, caller);
        const chosen = [];
        for (const { callee, id } of callees) {
          const request = callee.request;
          callee.send([34, request, 2 ** 53 - 1]);
          const message = await callee.receive();
          if (matches(error(34, request, 'wamp.error.no_such_subscription'), message)) continue;
          chosen.push(callee.name);
          const invocation = idAt(message, 1);
          ensure(matches([68, anyId, id, progress, [1]], message), JSON.stringify(message));
          for (const part of parts.slice(1))
            await callee.expect([68, invocation, id, progress, [part]]);
          await callee.expect([68, invocation, id, lastPart, ['last']]);
          await callee.expect(error(34, request, 'wamp.error.no_such_subscription'));
          callee.send([70, invocation, {}, ['done']]);
        }
        ensure(chosen.length === 1, `parts went to ${chosen.join(' and ') || 'nobody'}`);
        await caller.expect([50, call, {}, ['done']]);
      },
      announced('dealer', 'shared_registration'),
    ),
  ),
];

const refusalCases: readonly ConformanceCase[] = [
  uploads(
    'PC-2',
    'takes parts of a caller that did not announce them for a violation',
    async (c) => {
      const { callee, procedure } = await pair(c, { callee: FEATURES });
      for (const features of [[], ['call_canceling', 'progressive_call_results']]) {
        const caller = await c.join('caller', { roles: rolesWith(...features) });
        caller.send([48, 1, { progress: true }, procedure]);
        await caller.expectViolation();
        await callee.receiveNothing();
      }
    },
  ),

  conforms(
    'PC-3',
    'takes parts for a violation without announcing them itself',
    async (c) => {
      const { caller, callee, procedure } = await pair(c, { caller: FEATURES, callee: FEATURES });
      callWith(caller, { progress: true }, procedure);
      await caller.expectViolation();
      await callee.receiveNothing();
    },
    unannounced('dealer', INVOCATIONS),
  ),

  ...[[], [INVOCATIONS], ['call_canceling']].map((features) =>
    uploads(
      'PC-4 PC-9',
      `refuses parts for a callee with ${features.join() || 'neither feature'}`,
      async (c) => {
        const { caller, callee, procedure } = await pair(c, { caller: FEATURES, callee: features });
        const call = callWith(caller, { progress: true }, procedure, [1]);
        await caller.expect(error(48, call, 'wamp.error.feature_not_supported'));
        caller.send([48, call, { progress: true }, procedure, [2]]);
        caller.send([48, call, {}, procedure, ['last']]);
        await caller.receiveNothing();
        await callee.receiveNothing();
      },
    ),
  ),

  uploads('PC-9', 'ignores further parts for a procedure that nobody has', async (c) => {
    const caller = await c.join('caller', { roles: rolesWith(...FEATURES) });
    caller.send([48, 1, { progress: true }, c.uri('nobody')]);
    await caller.expect(error(48, 1, 'wamp.error.no_such_procedure'));
    caller.send([48, 1, { progress: true }, c.uri('nobody')]);
    caller.send([48, 1, {}, c.uri('nobody')]);
    await caller.receiveNothing();
  }),

  uploads(
    'PC-7',
    'takes a gap in the request ids for a violation',
    async (c) => {
      const { caller, callee, call, procedure } = await upload(c);
      caller.send([48, call + 2, { progress: true }, procedure]);
      await caller.expectViolation();
      await callee.expect([69, anyId, dictWith({ mode: 'killnowait' })]);
    },
    strictRequestIds,
  ),

  uploads(
    'PC-8',
    'takes a part of a call that is not in parts for a violation',
    async (c) => {
      for (const options of [{}, { progress: true }]) {
        const { caller, callee, registration, procedure } = await pair(c, {
          caller: FEATURES,
          callee: FEATURES,
        });
        const call = caller.call(procedure);
        await callee.invoked(registration);
        caller.send([48, call, options, procedure]);
        await caller.expectViolation();
      }
    },
    strictRequestIds,
  ),

  uploads(
    'PC-10',
    'discards a part of a call that never was, or takes it for a violation',
    async (c) => {
      const { caller, callee, procedure } = await pair(c, { caller: FEATURES, callee: FEATURES });
      await caller.subscribe(c.uri('topic'));
      caller.send([48, 1, { progress: true }, procedure, ['forged']]);
      caller.send([34, 2, 2 ** 53 - 1]);
      const answer = await caller.receive();
      ensure(
        answer[0] === 3 || matches(error(34, 2, 'wamp.error.no_such_subscription'), answer),
        `expected nothing or ABORT, got ${JSON.stringify(answer)}`,
      );
      await callee.receiveNothing();
    },
  ),

  uploads('PC-11', 'passes no part on that names another procedure', async (c) => {
    const { caller, callee, call, invocation } = await upload(c);
    await callee.register(c.uri('other'));
    caller.send([48, call, { progress: true }, c.uri('other'), ['astray']]);
    const request = caller.request;
    caller.send([34, request, 2 ** 53 - 1]);
    const answer = await caller.receive();
    if (answer[0] === 3) await callee.expect([69, invocation, anyDict]);
    else ensure(answer[0] === 8 && answer[2] === request, JSON.stringify(answer));
    await callee.receiveNothing();
  }),
];

const optionCases: readonly ConformanceCase[] = [
  uploads('PC-12 PC-14', 'ignores the options of later parts', async (c) => {
    const { caller, callee, call, invocation, registration, procedure } = await upload(c);
    const options = { receive_progress: true, disclose_me: true, timeout: 5, _custom_option: 1 };
    caller.send([48, call, { progress: true, ...options }, procedure, [2]]);
    caller.send([48, call, options, procedure, ['last']]);
    const second = await callee.expect([68, invocation, registration, progress, [2]]);
    const third = await callee.expect([68, invocation, registration, lastPart, ['last']]);
    for (const [, , , details] of [second, third])
      for (const key of ['caller', 'timeout', '_custom_option', 'receive_progress'])
        ensure(
          !JSON.stringify(details).includes(`"${key}":`),
          `${key} in ${JSON.stringify(details)}`,
        );
    callee.send([70, invocation, { progress: true }, ['unasked']]);
    callee.send([70, invocation, {}, ['done']]);
    await caller.expect([50, call, {}, ['done']]);
  }),

  uploads(
    'PC-12',
    'lets no later part set a timeout',
    async (c) => {
      const tick = await clockOf(c);
      const { caller, callee, call, invocation, registration, procedure } = await upload(c);
      caller.send([48, call, { timeout: 20 }, procedure, ['last']]);
      await callee.expect([68, invocation, registration, lastPart, ['last']]);
      await tick(100);
      await caller.receiveNothing();
      callee.send([70, invocation, {}]);
      await caller.expect([50, call, {}]);
    },
    announced('dealer', 'call_timeout'),
  ),

  uploads('PC-12 PC-17', 'goes by the first part in sending progressive results', async (c) => {
    const { caller, callee, call, invocation, registration, procedure } = await upload(c, {
      receive_progress: true,
    });
    caller.send([48, call, { receive_progress: false }, procedure]);
    await callee.expect([68, invocation, registration, lastPart]);
    callee.send([70, invocation, { progress: true }, ['part']]);
    await caller.expect([50, call, { progress: true }, ['part']]);
    callee.send([70, invocation, {}]);
    await caller.expect([50, call, {}]);
  }),

  uploads(
    'PC-13',
    'discloses the caller with every part, if the first wanted it',
    async (c) => {
      const { caller, callee, call, invocation, registration, procedure } = await upload(c, {
        disclose_me: true,
      });
      const disclosed = dictWith({ caller: caller.session, progress: true });
      caller.send([48, call, { progress: true, disclose_me: false }, procedure, [2]]);
      await callee.expect([68, invocation, registration, disclosed, [2]]);
      caller.send([48, call, {}, procedure, ['last']]);
      const last = dictWith({ caller: caller.session });
      await callee.expect([68, invocation, registration, last, ['last']]);
    },
    announced('dealer', 'caller_identification'),
  ),
];

const endingCases: readonly ConformanceCase[] = [
  uploads('PC-15', 'interrupts the callee when the caller leaves', async (c) => {
    const { caller, callee, invocation } = await upload(c);
    await caller.leave();
    await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
    callee.send([70, invocation, {}]);
    await callee.receiveNothing();
  }),

  uploads('PC-16 PC-9', 'ends with wamp.error.canceled when the callee leaves', async (c) => {
    const { caller, callee, call, procedure } = await upload(c);
    callee.cut();
    await caller.expect(error(48, call, CANCELED));
    const heir = await c.join('next callee', { roles: rolesWith(...FEATURES) });
    await heir.register(procedure);
    caller.send([48, call, { progress: true }, procedure, ['late']]);
    caller.send([48, call, {}, procedure, ['later']]);
    await caller.receiveNothing();
    await heir.receiveNothing();
  }),

  ...(['skip', 'killnowait', 'kill'] as const).map((mode) =>
    uploads('PC-19 PC-9', `is cancelled by ${mode}`, async (c) => {
      const { caller, callee, call, invocation, procedure } = await upload(c);
      caller.send([49, call, { mode }]);
      if (mode !== 'skip') await callee.expect([69, invocation, dictWith({ mode })]);
      if (mode === 'kill') callee.send([8, 68, invocation, {}, CANCELED]);
      await caller.expect(error(48, call, CANCELED));
      caller.send([48, call, { progress: true }, procedure, ['late']]);
      await caller.receiveNothing();
      await callee.receiveNothing();
      callee.send([70, invocation, {}, ['too late']]);
      await callee.receiveNothing();
      await caller.receiveNothing();
    }),
  ),
];

/** Progressive call invocations (WAMP 11.2). */
export const progressiveInvocationCases: readonly ConformanceCase[] = [
  ...partCases,
  ...refusalCases,
  ...optionCases,
  ...endingCases,
];

/** A call whose first part, `[1]`, has reached the callee. */
async function upload(
  c: CaseContext,
  options: object = {},
): Promise<Pair & { readonly call: number; readonly invocation: number }> {
  const made = await pair(c, { caller: FEATURES, callee: FEATURES });
  const { caller, callee, registration, procedure } = made;
  const call = callWith(caller, { progress: true, ...options }, procedure, [1]);
  return { ...made, call, invocation: await invokedWith(callee, registration, progress, [1]) };
}
