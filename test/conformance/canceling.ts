import { CANCELABLE_CALLEE } from './case-context.js';
import type { CaseContext, JoinOptions } from './case-context.js';
import { conforms } from './conformance-case.js';
import type { ConformanceCase } from './conformance-case.js';
import { anyDict, dictWith, error, matches } from './pattern.js';
import type { Peer } from './peer.js';
import { announced } from './target.js';
import { ensure } from './transcript.js';

const canceling = announced('dealer', 'call_canceling');
const CANCELED = 'wamp.error.canceled';

/** A case that needs call canceling to be announced. */
const cancels = (
  rows: string,
  title: string,
  run: (context: CaseContext) => Promise<void>,
): ConformanceCase => conforms(rows, title, run, canceling);

/** Call canceling (WAMP 11.4). */
export const cancelingCases: readonly ConformanceCase[] = [
  cancels(
    'CA-1',
    'skip: errs at once, tells the callee nothing, discards its answer',
    async (c) => {
      const { caller, callee, call, invocation } = await pending(c);
      caller.send([49, call, { mode: 'skip' }]);
      await caller.expect(error(48, call, CANCELED));
      await callee.receiveNothing();
      callee.send([70, invocation, {}, ['too late']]);
      await callee.receiveNothing();
      await caller.receiveNothing();
    },
  ),

  cancels('CA-2 CA-5 CA-11', 'kill: waits for what the callee answers to INTERRUPT', async (c) => {
    const { caller, callee, call, invocation } = await pending(c);
    caller.send([49, call, { mode: 'kill' }]);
    await callee.expect([69, invocation, dictWith({ mode: 'kill' })]);
    await caller.receiveNothing();
    callee.send([70, invocation, {}, ['finished all the same']]);
    await caller.expect([50, call, anyDict, ['finished all the same']]);
  }),

  cancels('CA-2 CA-11 CA-12', 'kill: relays the error that the callee answers', async (c) => {
    const { caller, callee, call, invocation } = await pending(c);
    caller.send([49, call, { mode: 'kill' }]);
    await callee.expect([69, invocation, dictWith({ mode: 'kill' })]);
    callee.send([8, 68, invocation, {}, CANCELED, ['stopped'], { at: 5 }]);
    await caller.expect([8, 48, call, anyDict, CANCELED, ['stopped'], { at: 5 }]);
    await caller.receiveNothing();
  }),

  cancels('CA-3 CA-5 CA-11 PV-10', 'killnowait: errs at once and interrupts', async (c) => {
    const { caller, callee, call, invocation } = await pending(c);
    caller.send([49, call, { mode: 'killnowait' }]);
    await caller.expect(error(48, call, CANCELED));
    await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
    callee.send([8, 68, invocation, {}, CANCELED]);
    await callee.receiveNothing();
    await caller.receiveNothing();
  }),

  ...['skip', 'kill', 'killnowait'].map((mode) =>
    cancels('CA-4', `${mode}: skips a callee that cannot be interrupted`, async (c) => {
      const { caller, callee, call, invocation } = await pending(c, {});
      caller.send([49, call, { mode }]);
      await caller.expect(error(48, call, CANCELED));
      await callee.receiveNothing();
      callee.send([70, invocation, {}]);
      await callee.receiveNothing();
      await caller.receiveNothing();
    }),
  ),

  cancels('CA-6', 'takes CANCEL without mode for killnowait', async (c) => {
    const { caller, callee, call, invocation } = await pending(c);
    caller.send([49, call, {}]);
    await caller.expect(error(48, call, CANCELED));
    await callee.expect([69, invocation, dictWith({ mode: 'killnowait' })]);
  }),

  cancels('CA-7', 'takes an unknown mode for a protocol violation', async (c) => {
    for (const mode of ['abort', '', 5, null]) {
      const { caller, call } = await pending(c);
      caller.send([49, call, { mode }]);
      await caller.expectViolation();
    }
  }),

  cancels('CA-8', 'ignores CANCEL for a call that is unknown or answered', async (c) => {
    const { caller, callee, call, invocation } = await pending(c);
    callee.send([70, invocation, {}]);
    await caller.expect([50, call, anyDict]);
    caller.send([49, call, { mode: 'killnowait' }]);
    caller.send([49, 77, { mode: 'kill' }]);
    await caller.receiveNothing();
    await callee.receiveNothing();
  }),

  cancels('CA-9', 'lets a session cancel only calls of its own', async (c) => {
    const { caller, callee, call, invocation } = await pending(c);
    const stranger = await c.join('stranger');
    stranger.send([49, call, { mode: 'killnowait' }]);
    await stranger.receiveNothing();
    await callee.receiveNothing();
    callee.send([70, invocation, {}, ['done']]);
    await caller.expect([50, call, anyDict, ['done']]);
  }),

  cancels('CA-10', 'answers each call once, whoever wins', async (c) => {
    const { caller, callee, call, invocation, registration, procedure } = await pending(c);
    callee.send([70, invocation, {}]);
    await caller.expect([50, call, anyDict]);
    for (const mode of ['skip', 'kill', 'killnowait', 'skip', 'kill', 'killnowait']) {
      const next = caller.call(procedure);
      const answer = await callee.invoked(registration);
      caller.send([49, next, { mode }]);
      callee.send([70, answer, {}, ['done']]);
      const outcome = await caller.receive();
      ensure(
        matches([50, next, anyDict, ['done']], outcome) ||
          matches(error(48, next, CANCELED), outcome),
        `expected RESULT or ERROR of call ${next}, got ${JSON.stringify(outcome)}`,
      );
      await caller.receiveNothing();
      await readInterrupts(callee, answer);
    }
  }),

  cancels('CA-13', 'lets a caller that waits in kill mode give up waiting', async (c) => {
    const { caller, callee, call, invocation } = await pending(c);
    caller.send([49, call, { mode: 'kill' }]);
    await callee.expect([69, invocation, dictWith({ mode: 'kill' })]);
    caller.send([49, call, { mode: 'killnowait' }]);
    await caller.expect(error(48, call, CANCELED));
    callee.send([8, 68, invocation, {}, CANCELED]);
    await caller.receiveNothing();
  }),
];

interface Pending {
  readonly caller: Peer;
  readonly callee: Peer;
  readonly call: number;
  readonly invocation: number;
  readonly registration: number;
  readonly procedure: string;
}

let made = 0;

/** A call that its callee, which can be interrupted unless told otherwise, has not answered. */
async function pending(
  c: CaseContext,
  options: JoinOptions = { roles: CANCELABLE_CALLEE },
): Promise<Pending> {
  const procedure = c.uri(`pending${(made += 1)}`);
  const callee = await c.join('callee', options);
  const registration = await callee.register(procedure);
  const caller = await c.join('caller', options);
  const call = caller.call(procedure);
  const invocation = await callee.invoked(registration);
  return { caller, callee, call, invocation, registration, procedure };
}

/** Reads what interrupts a callee got for one invocation, by way of an answered request. */
async function readInterrupts(callee: Peer, invocation: number): Promise<void> {
  const request = callee.request;
  callee.send([34, request, 2 ** 53 - 1]);
  const answered = error(34, request, 'wamp.error.no_such_subscription');
  for (let message = await callee.receive(); !matches(answered, message);) {
    ensure(
      matches([69, invocation, anyDict], message),
      `expected INTERRUPT of ${invocation}, got ${JSON.stringify(message)}`,
    );
    message = await callee.receive();
  }
}
