import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DealerOptions } from '../../../src/router/dealer/dealer.js';
import { Stage, withFeatures, type Actor } from './stage.js';

const CANCELED = 'wamp.error.canceled';
const BUSY = 'wamp.error.no_available_callee';

interface Scene {
  readonly stage: Stage;
  readonly caller: Actor;
  readonly callee: Actor;
  readonly registration: number;
}

/** A callee of `a.b` that takes one invocation at a time. */
function scene(options: Partial<DealerOptions> = {}, invoke = 'roundrobin'): Scene {
  const stage = new Stage(options);
  const [caller, callee] = [stage.enter(), stage.enter(withFeatures('call_canceling'))];
  return {
    stage,
    caller,
    callee,
    registration: callee.register('a.b', { invoke, concurrency: 1 }),
  };
}

const argsOf = (wires: readonly (readonly unknown[])[]): unknown[] => wires.map((wire) => wire[4]);

describe('a call to a busy registration', () => {
  it('waits, and is served in order', () => {
    const { caller, callee, registration } = scene({}, 'single');
    for (const request of [1, 2, 3]) caller.send([48, request, {}, 'a.b', [request]]);
    deepEqual(callee.take(), [[68, 1, registration, {}, [1]]]);
    callee.send([70, 1, {}]);
    deepEqual(callee.take(), [[68, 2, registration, {}, [2]]]);
    callee.send([8, 68, 2, {}, 'a.failed']);
    deepEqual(callee.take(), [[68, 3, registration, {}, [3]]]);
    callee.send([70, 3, {}]);
    deepEqual(caller.take(), [
      [50, 1, {}],
      [8, 48, 2, {}, 'a.failed'],
      [50, 3, {}],
    ]);
  });

  it('is served by a callee that joins', () => {
    const { stage, caller, registration } = scene();
    for (const request of [1, 2, 3]) caller.send([48, request, {}, 'a.b', [request]]);
    const second = stage.enter();
    second.send([64, 1, { invoke: 'roundrobin', concurrency: 2 }, 'a.b']);
    deepEqual(second.take(), [
      [65, 1, registration],
      [68, 1, registration, {}, [2]],
      [68, 2, registration, {}, [3]],
    ]);
  });

  for (const invoke of ['roundrobin', 'random', 'first', 'last', 'least_busy']) {
    it(`goes to whoever has room first, by ${invoke} too`, () => {
      const { stage, caller, callee: first } = scene({}, invoke);
      const second = stage.enter();
      second.register('a.b', { invoke, concurrency: 2 });
      first.take();
      for (const request of [1, 2, 3, 4]) caller.send([48, request, {}, 'a.b', [request]]);
      deepEqual([first.take().length, second.take().length], [1, 2]);
      second.send([70, 1, {}]);
      deepEqual(argsOf(second.take()), [[4]]);
      equal(first.take().length, 0);
    });
  }

  it('is refused when as many wait as may', () => {
    const { caller, callee } = scene({ waitingCalls: 2 });
    for (const request of [1, 2, 3, 4]) caller.send([48, request, {}, 'a.b']);
    deepEqual(caller.take(), [[8, 48, 4, {}, BUSY]]);
    callee.send([70, 1, {}]);
    caller.send([48, 5, {}, 'a.b']);
    deepEqual(caller.take(), [[50, 1, {}]]);
  });

  it('counts among the calls of its caller', () => {
    const { stage } = scene();
    const caller = stage.enter({ limits: { calls: 2 } });
    for (const request of [1, 2, 3]) caller.send([48, request, {}, 'a.b']);
    equal(caller.take()[0]?.[4], 'expressway.error.limit_exceeded');
  });

  it('is refused when it is progressive, as its parts would have to wait too', () => {
    const features = ['progressive_call_invocations', 'call_canceling'];
    const stage = new Stage();
    const caller = stage.enter(withFeatures(...features));
    const callee = stage.enter(withFeatures(...features));
    callee.register('a.b', { concurrency: 1 });
    caller.send([48, 1, {}, 'a.b']);
    caller.send([48, 2, { progress: true }, 'a.b']);
    caller.send([48, 2, {}, 'a.b']);
    deepEqual(caller.take(), [[8, 48, 2, {}, BUSY]]);
    equal(callee.take().length, 1);
  });

  for (const mode of ['skip', 'kill', 'killnowait']) {
    it(`can be canceled by ${mode}, of which no callee hears`, () => {
      const { caller, callee } = scene();
      for (const request of [1, 2, 3]) caller.send([48, request, {}, 'a.b', [request]]);
      callee.take();
      caller.send([49, 2, { mode }]);
      deepEqual(caller.take(), [[8, 48, 2, {}, CANCELED]]);
      deepEqual(callee.take(), []);
      callee.send([70, 1, {}]);
      deepEqual(argsOf(callee.take()), [[3]]);
    });
  }

  it('dies with its caller, even when that frees the callee', () => {
    const { stage, caller, callee, registration } = scene();
    const other = stage.enter();
    for (const request of [1, 2]) caller.send([48, request, {}, 'a.b', [request]]);
    other.send([48, 1, {}, 'a.b', ['other']]);
    callee.take();
    caller.leave();
    deepEqual(callee.take(), [
      [69, 1, { mode: 'killnowait' }],
      [68, 2, registration, {}, ['other']],
    ]);
    deepEqual(caller.take(), []);
  });

  it('ends when the last callee leaves or unregisters', () => {
    for (const isLeaving of [true, false]) {
      const { caller, callee, registration } = scene();
      for (const request of [1, 2]) caller.send([48, request, {}, 'a.b']);
      if (isLeaving) callee.leave();
      else callee.send([66, 2, registration]);
      deepEqual(
        caller.take().filter((wire) => wire[2] === 2),
        [[8, 48, 2, {}, CANCELED, ['the callees have left']]],
      );
    }
  });

  it('expires like any other', () => {
    const { stage, caller, callee } = scene();
    for (const request of [1, 2]) caller.send([48, request, {}, 'a.b']);
    stage.dealer.expireCalls(0);
    stage.dealer.expireCalls(1000);
    deepEqual(caller.take(), [
      [8, 48, 2, {}, 'wamp.error.timeout'],
      [8, 48, 1, {}, 'wamp.error.timeout'],
    ]);
    equal(callee.take().filter(([type]) => type === 68).length, 1);
  });
});

describe('a callee', () => {
  // P9
  it('gets no more invocations than it may leave unanswered', () => {
    const stage = new Stage({ invocations: 2 });
    const [caller, callee] = [stage.enter(), stage.enter()];
    callee.register('a.b');
    callee.register('a.c');
    caller.send([48, 1, {}, 'a.b']);
    caller.send([48, 2, {}, 'a.c']);
    caller.send([48, 3, {}, 'a.b']);
    deepEqual(caller.take(), [[8, 48, 3, {}, BUSY]]);
    callee.send([70, 1, {}]);
    caller.send([48, 4, {}, 'a.b']);
    deepEqual(
      callee.take().map((wire) => wire[1]),
      [1, 2, 3],
    );
  });
});
