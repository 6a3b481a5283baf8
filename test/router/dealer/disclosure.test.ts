import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DealerOptions } from '../../../src/router/dealer/dealer.js';
import type { SessionChanges } from '../../support/recording-session.js';
import { Stage } from './stage.js';

const BOB = { principal: { authid: 'bob', authrole: 'admin' } };
const REFUSED = 'wamp.error.option_disallowed.disclose_me';

/** INVOCATION.Details of a call by bob, or the ERROR that he gets. */
function detailsOf(
  disclosure: DealerOptions['disclosure'],
  [registerOptions, callOptions]: readonly [object, object],
  callee: SessionChanges = {},
): unknown {
  const stage = new Stage(disclosure === undefined ? {} : { disclosure });
  const [caller, answering] = [stage.enter(BOB), stage.enter(callee)];
  answering.register('a.b', registerOptions);
  caller.send([48, 1, callOptions, 'a.b']);
  const identity = { caller: caller.session.id, caller_authid: 'bob', caller_authrole: 'admin' };
  const details = answering.take()[0]?.[3];
  const text = JSON.stringify(details) === JSON.stringify(identity) ? 'bob' : details;
  return text ?? caller.take()[0]?.[4];
}

describe('caller identification', () => {
  const me = { disclose_me: true };
  const callers = { disclose_caller: true };

  // CI-1, CI-2, CI-3, CI-4, CI-5, CI-6
  for (const [disclosure, registerOptions, callOptions, expected] of [
    [undefined, {}, {}, {}],
    [undefined, {}, me, 'bob'],
    [undefined, callers, {}, 'bob'],
    [undefined, { disclose_caller: false }, { disclose_me: false }, {}],
    ['on_request', {}, me, 'bob'],
    ['always', {}, {}, 'bob'],
    ['always', {}, { disclose_me: false }, 'bob'],
    ['never', {}, {}, {}],
    ['never', {}, me, REFUSED],
  ] as const) {
    const options = JSON.stringify([registerOptions, callOptions]);
    it(`gives ${JSON.stringify(expected)} for ${disclosure ?? 'the default'} and ${options}`, () => {
      deepEqual(detailsOf(disclosure, [registerOptions, callOptions]), expected);
    });
  }

  it('refuses a registration that asks for what the realm forbids', () => {
    const callee = new Stage({ disclosure: 'never' }).enter();
    callee.send([64, 1, callers, 'a.b']);
    deepEqual(callee.take(), [[8, 64, 1, {}, REFUSED, ['callers are not made known here']]]);
  });

  it("tells the router's own clients whatever the realm says, if they ask", () => {
    deepEqual(detailsOf('never', [callers, {}], { isInternal: true }), 'bob');
    deepEqual(detailsOf('never', [{}, {}], { isInternal: true }), {});
  });
});

describe('call trust levels', () => {
  // CL-1
  it('are sent when the caller has one, 0 included', () => {
    for (const trustLevel of [0, 3]) {
      const stage = new Stage();
      const [caller, callee] = [stage.enter({ trustLevel }), stage.enter()];
      callee.register('a.b');
      caller.send([48, 1, {}, 'a.b']);
      deepEqual(callee.take()[0]?.[3], { trustlevel: trustLevel });
    }
  });

  it('stand beside all that is known of the caller', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter({ ...BOB, trustLevel: 1 }), stage.enter()];
    callee.register('a.', { match: 'prefix' });
    caller.send([48, 1, { disclose_me: true }, 'a.b']);
    deepEqual(callee.take()[0]?.[3], {
      procedure: 'a.b',
      caller: caller.session.id,
      caller_authid: 'bob',
      caller_authrole: 'admin',
      trustlevel: 1,
    });
    equal(caller.take().length, 0);
  });
});
