import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import type { SessionChanges } from '../../support/recording-session.js';
import { Stage, withFeatures, type Actor } from './stage.js';

const RESULTS = withFeatures('progressive_call_results', 'call_canceling');
const BOTH = withFeatures(
  'progressive_call_results',
  'progressive_call_invocations',
  'call_canceling',
);

interface Scene {
  readonly stage: Stage;
  readonly caller: Actor;
  readonly callee: Actor;
  readonly registration: number;
}

/** A callee of `a.b` with these features, and a caller that knows everything. */
function scene(changes: SessionChanges, options: object = {}): Scene {
  const stage = new Stage();
  const [caller, callee] = [stage.enter(BOTH), stage.enter(changes)];
  return { stage, caller, callee, registration: callee.register('a.b', options) };
}

describe('progressive call results', () => {
  const asked = { receive_progress: true };

  // PR-1, PR-3, PR-5, PR-6
  it('come one by one until the final one', () => {
    const { caller, callee, registration } = scene(RESULTS);
    caller.send([48, 1, asked, 'a.b']);
    deepEqual(callee.take(), [[68, 1, registration, asked]]);
    const progress = { progress: true };
    callee.send([70, 1, progress, [1]]);
    callee.send([70, 1, progress]);
    deepEqual(caller.take(), [
      [50, 1, progress, [1]],
      [50, 1, progress],
    ]);
    callee.send([70, 1, {}]);
    callee.send([70, 1, progress, [2]]);
    deepEqual(caller.take(), [[50, 1, {}]]);
  });

  // PR-4
  it('end with an ERROR as well', () => {
    const { caller, callee } = scene(RESULTS);
    caller.send([48, 1, asked, 'a.b']);
    callee.send([70, 1, { progress: true }, [1]]);
    callee.send([8, 68, 1, {}, 'a.failed']);
    deepEqual(caller.take(), [
      [50, 1, { progress: true }, [1]],
      [8, 48, 1, {}, 'a.failed'],
    ]);
  });

  // PR-2, PR-10
  for (const features of [[], ['progressive_call_results'], ['call_canceling']]) {
    it(`are not asked of a callee that announces only [${features.join()}], and dropped`, () => {
      const { caller, callee, registration } = scene(withFeatures(...features));
      caller.send([48, 1, asked, 'a.b']);
      deepEqual(callee.take(), [[68, 1, registration, {}]]);
      callee.send([70, 1, { progress: true }, [1]]);
      callee.send([70, 1, {}, [2]]);
      deepEqual(caller.take(), [[50, 1, {}, [2]]]);
    });
  }

  // PR-7
  it('are interrupted when the caller leaves', () => {
    const { caller, callee } = scene(RESULTS);
    caller.send([48, 1, asked, 'a.b']);
    callee.send([70, 1, { progress: true }, [1]]);
    callee.take();
    caller.leave();
    deepEqual(callee.take(), [[69, 1, { mode: 'killnowait' }]]);
    callee.send([70, 1, { progress: true }, [2]]);
    callee.send([70, 1, {}]);
    deepEqual(caller.take(), [[50, 1, { progress: true }, [1]]]);
  });

  // PR-8
  it('end with canceled when the callee leaves', () => {
    const { caller, callee } = scene(RESULTS);
    caller.send([48, 1, asked, 'a.b']);
    callee.send([70, 1, { progress: true }, [1]]);
    caller.take();
    callee.leave();
    deepEqual(caller.take(), [[8, 48, 1, {}, 'wamp.error.canceled', ['the callee has left']]]);
  });

  // PR-9, for the router's own timeout
  it('keep the call from expiring while they come', () => {
    const { stage, caller, callee } = scene(RESULTS);
    caller.send([48, 1, asked, 'a.b']);
    stage.dealer.expireCalls(0);
    callee.send([70, 1, { progress: true }, [1]]);
    stage.dealer.expireCalls(900);
    stage.dealer.expireCalls(1899);
    equal(caller.take().length, 1);
    stage.dealer.expireCalls(1900);
    deepEqual(caller.take(), [[8, 48, 1, {}, 'wamp.error.timeout']]);
  });
});

describe('progressive call invocations', () => {
  const more = { progress: true };

  // PC-1, PC-6
  it('reach the callee under one id, whatever is called in between', () => {
    const { caller, callee, registration } = scene(BOTH);
    caller.send([48, 1, more, 'a.b', [1]]);
    caller.send([48, 2, {}, 'a.b', ['other']]);
    caller.send([48, 1, more, 'a.b', [2]]);
    caller.send([48, 1, {}, 'a.b', [3]]);
    deepEqual(callee.take(), [
      [68, 1, registration, more, [1]],
      [68, 2, registration, {}, ['other']],
      [68, 1, registration, more, [2]],
      [68, 1, registration, {}, [3]],
    ]);
    callee.send([70, 1, {}, ['done']]);
    deepEqual(caller.take(), [[50, 1, {}, ['done']]]);
  });

  // PC-20
  it('are one message when progress is false', () => {
    const { caller, callee, registration } = scene(BOTH);
    caller.send([48, 1, { progress: false }, 'a.b']);
    deepEqual(callee.take(), [[68, 1, registration, {}]]);
    throws(() => {
      caller.send([48, 1, {}, 'a.b']);
    }, ProtocolViolation);
  });

  // PC-2
  it('are a violation of a caller that did not announce them', () => {
    const { stage, callee } = scene(BOTH);
    const caller = stage.enter(RESULTS);
    throws(() => {
      caller.send([48, 1, more, 'a.b']);
    }, ProtocolViolation);
    deepEqual(callee.take(), []);
  });

  // PC-4
  for (const features of [[], ['progressive_call_invocations'], ['call_canceling']]) {
    it(`are refused when the callee announces only [${features.join()}]`, () => {
      const { caller, callee } = scene(withFeatures(...features));
      caller.send([48, 1, more, 'a.b', [1]]);
      caller.send([48, 1, {}, 'a.b', [2]]);
      deepEqual(caller.take(), [[8, 48, 1, {}, 'wamp.error.feature_not_supported']]);
      deepEqual(callee.take(), []);
    });
  }

  // PC-5
  it('go all to the callee that has the first', () => {
    for (const invoke of ['roundrobin', 'random', 'least_busy']) {
      const { stage, caller, callee: first } = scene(BOTH, { invoke });
      const callees = [first, stage.enter(BOTH), stage.enter(BOTH)];
      for (const callee of callees.slice(1)) callee.register('a.b', { invoke });
      for (let part = 1; part <= 9; part += 1) caller.send([48, 1, more, 'a.b', [part]]);
      deepEqual(callees.map(({ take }) => take().length).sort(), [0, 0, 9]);
    }
  });

  // PC-9, PC-10, PC-11, PC-18
  it('are dropped without a word when the call is over or never was', () => {
    const { caller, callee } = scene(BOTH);
    callee.register('a.c');
    caller.send([48, 1, more, 'a.b']);
    caller.send([48, 1, more, 'a.c', ['another procedure']]);
    callee.take();
    callee.send([70, 1, {}]);
    deepEqual(caller.take(), [[50, 1, {}]]);
    caller.send([48, 1, more, 'a.b']);
    caller.send([48, 1, {}, 'a.b']);
    deepEqual([caller.take(), callee.take()], [[], []]);
  });

  it('are dropped after the last of them, and once the call was killed', () => {
    const { caller, callee } = scene(BOTH);
    caller.send([48, 1, more, 'a.b']);
    caller.send([48, 1, {}, 'a.b']);
    caller.send([48, 1, {}, 'a.b', ['too late']]);
    equal(callee.take().length, 2);
    caller.send([48, 2, more, 'a.b']);
    caller.send([49, 2, { mode: 'kill' }]);
    caller.send([48, 2, more, 'a.b', ['too late']]);
    deepEqual(callee.take().slice(1), [[69, 2, { mode: 'kill' }]]);
  });

  // PC-12, PC-13, PC-14, PC-17
  it('keep the options of the first part', () => {
    const { caller, callee } = scene(BOTH);
    const first = { progress: true, disclose_me: true, receive_progress: true };
    caller.send([48, 1, first, 'a.b']);
    caller.send([48, 1, { progress: true, disclose_me: false, timeout: 1 }, 'a.b']);
    callee.send([70, 1, { progress: true }, ['early']]);
    caller.send([48, 1, { receive_progress: false }, 'a.b']);
    const { id, principal } = caller.session;
    const identity = {
      caller: id,
      caller_authid: principal.authid,
      caller_authrole: principal.authrole,
      receive_progress: true,
    };
    deepEqual(
      callee.take().map((wire) => wire[3]),
      [{ ...identity, progress: true }, { ...identity, progress: true }, identity],
    );
    callee.send([70, 1, {}]);
    deepEqual(caller.take(), [
      [50, 1, { progress: true }, ['early']],
      [50, 1, {}],
    ]);
  });

  // PC-15, PC-16, PC-19
  it('end as other calls do when a side leaves or the caller cancels', () => {
    const leaving = scene(BOTH);
    leaving.caller.send([48, 1, more, 'a.b']);
    leaving.callee.take();
    leaving.caller.leave();
    deepEqual(leaving.callee.take(), [[69, 1, { mode: 'killnowait' }]]);

    const left = scene(BOTH);
    left.caller.send([48, 1, more, 'a.b']);
    left.callee.leave();
    deepEqual(left.caller.take(), [[8, 48, 1, {}, 'wamp.error.canceled', ['the callee has left']]]);

    const canceled = scene(BOTH);
    canceled.caller.send([48, 1, more, 'a.b']);
    canceled.caller.send([49, 1, {}]);
    canceled.caller.send([48, 1, more, 'a.b', ['crossing']]);
    deepEqual(canceled.caller.take(), [[8, 48, 1, {}, 'wamp.error.canceled']]);
    deepEqual(canceled.callee.take().slice(1), [[69, 1, { mode: 'killnowait' }]]);
  });
});
