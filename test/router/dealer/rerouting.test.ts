import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Stage, withFeatures, type Actor } from './stage.js';

const UNAVAILABLE = 'wamp.error.unavailable';
const NOBODY = 'wamp.error.no_available_callee';
const REROUTE = withFeatures('call_reroute', 'call_canceling', 'progressive_call_results');

interface Scene {
  readonly caller: Actor;
  readonly callees: readonly Actor[];
  readonly registration: number;
}

/** A caller, and three callees of `a.b` that can say that they are not available. */
function scene(invoke: string, options: object = {}): Scene {
  const stage = new Stage();
  const callees = [1, 2, 3].map(() => stage.enter(REROUTE));
  const [registration = 0] = callees.map((each) => each.register('a.b', { invoke, ...options }));
  return { caller: stage.enter(), callees, registration };
}

/** Lets whoever has been invoked answer that it is not available; gives its place, or -1. */
function refuse(callees: readonly Actor[]): number {
  const place = callees.findIndex(({ transport }) => transport.sent.length > 0);
  const [invocation = []] = callees[place]?.take() ?? [];
  callees[place]?.send([8, 68, invocation[1], {}, UNAVAILABLE]);
  return place;
}

describe('call re-routing', () => {
  // RR-1
  it('ends the call when the policy is single', () => {
    const stage = new Stage();
    const [caller, callee] = [stage.enter(), stage.enter(REROUTE)];
    callee.register('a.b');
    caller.send([48, 1, {}, 'a.b']);
    equal(refuse([callee]), 0);
    deepEqual(caller.take(), [[8, 48, 1, {}, NOBODY]]);
  });

  // RR-2, RR-4, RR-5, RR-6, RR-7
  for (const [invoke, order] of [
    ['roundrobin', [0, 1, 2, -1]],
    ['first', [0, 1, 2, -1]],
    ['last', [2, 1, 0, -1]],
  ] as const) {
    it(`tries ${order.slice(0, 3).join()} by ${invoke}, each once`, () => {
      const { caller, callees } = scene(invoke);
      caller.send([48, 1, {}, 'a.b', ['x'], { k: 1 }]);
      deepEqual(
        order.map(() => refuse(callees)),
        order,
      );
      deepEqual(caller.take(), [[8, 48, 1, {}, NOBODY]]);
    });
  }

  // RR-3
  it('tries each once by random', () => {
    for (let run = 0; run < 20; run += 1) {
      const { caller, callees } = scene('random');
      caller.send([48, 1, {}, 'a.b']);
      const order = [refuse(callees), refuse(callees), refuse(callees), refuse(callees)];
      deepEqual(order.sort(), [-1, 0, 1, 2]);
      deepEqual(caller.take(), [[8, 48, 1, {}, NOBODY]]);
    }
  });

  // RR-2, RR-7
  it('is not seen by the caller when another answers, who has the whole payload', () => {
    const { caller, callees, registration } = scene('roundrobin');
    const [, second] = callees;
    caller.send([48, 1, {}, 'a.b', ['x'], { k: 1 }]);
    refuse(callees);
    deepEqual(second?.take(), [[68, 1, registration, {}, ['x'], { k: 1 }]]);
    second.send([70, 1, {}, ['done']]);
    deepEqual(caller.take(), [[50, 1, {}, ['done']]]);
  });

  // RR-8
  it('is nothing that a callee can ask for without having announced it', () => {
    const stage = new Stage();
    const [caller, callee, other] = [stage.enter(), stage.enter(), stage.enter(REROUTE)];
    for (const each of [callee, other]) each.register('a.b', { invoke: 'first' });
    caller.send([48, 1, {}, 'a.b']);
    callee.send([8, 68, 1, {}, UNAVAILABLE, ['mine']]);
    deepEqual(caller.take(), [[8, 48, 1, {}, UNAVAILABLE, ['mine']]]);
    deepEqual(other.take(), []);
  });

  it('waits for a callee that was not tried and is busy', () => {
    const { caller, callees } = scene('first', { concurrency: 1 });
    const [first, second, third] = callees;
    third?.leave();
    caller.send([48, 1, {}, 'a.b', [1]]);
    caller.send([48, 2, {}, 'a.b', [2]]);
    first?.take();
    second?.take();
    first?.send([8, 68, 1, {}, UNAVAILABLE]);
    deepEqual([first?.take(), second?.take(), caller.take()], [[], [], []]);
    second?.send([70, 1, {}]);
    deepEqual(
      second?.take().map((wire) => wire[4]),
      [[1]],
    );
  });

  it('ends a waiting call when nobody is left whom it was not to', () => {
    const { caller, callees } = scene('first', { concurrency: 1 });
    const [first, second, third] = callees;
    third?.leave();
    for (const request of [1, 2]) caller.send([48, request, {}, 'a.b']);
    first?.send([8, 68, 1, {}, UNAVAILABLE]);
    second?.leave();
    deepEqual(caller.take(), [
      [8, 48, 1, {}, NOBODY],
      [8, 48, 2, {}, 'wamp.error.canceled', ['the callee has left']],
    ]);
  });

  it('serves others first in, first out while a re-routed call waits', () => {
    const { caller, callees } = scene('first', { concurrency: 1 });
    const [first, second, third] = callees;
    third?.leave();
    for (const request of [1, 2]) caller.send([48, request, {}, 'a.b', [request]]);
    first?.take();
    first?.send([8, 68, 1, {}, UNAVAILABLE]);
    caller.send([48, 3, {}, 'a.b', [3]]);
    deepEqual(
      first?.take().map((wire) => wire[4]),
      [[3]],
    );
    second?.leave();
  });

  it('does not begin anew what has begun to answer', () => {
    const { caller, callees } = scene('roundrobin');
    const [first, second] = callees;
    caller.send([48, 1, { receive_progress: true }, 'a.b']);
    first?.send([70, 1, { progress: true }, [1]]);
    first?.send([8, 68, 1, {}, UNAVAILABLE]);
    deepEqual(second?.take(), []);
    deepEqual(caller.take().at(-1), [8, 48, 1, {}, NOBODY]);
  });

  it('leaves a call alone that its caller has killed', () => {
    const { caller, callees } = scene('roundrobin');
    const [first, second] = callees;
    caller.send([48, 1, {}, 'a.b']);
    caller.send([49, 1, { mode: 'kill' }]);
    first?.send([8, 68, 1, {}, UNAVAILABLE]);
    deepEqual(second?.take(), []);
    deepEqual(caller.take(), [[8, 48, 1, {}, UNAVAILABLE]]);
  });

  it('keeps as many payloads as it may, and no more, however many calls may wait', () => {
    const stage = new Stage({ waitingCalls: 0, keptPayloads: 1 });
    const [caller, first, second] = [stage.enter(), stage.enter(REROUTE), stage.enter(REROUTE)];
    for (const callee of [first, second]) callee.register('a.b', { invoke: 'first' });
    for (const request of [1, 2]) caller.send([48, request, {}, 'a.b', [request]]);
    first.send([8, 68, 2, {}, UNAVAILABLE]);
    deepEqual(caller.take(), [[8, 48, 2, {}, NOBODY]]);
    first.send([8, 68, 1, {}, UNAVAILABLE]);
    deepEqual(
      second.take().map((wire) => wire[4]),
      [[1]],
    );
  });
});
