import { deepEqual } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Stage, withFeatures, type Actor } from './stage.js';

const TIMEOUT = (request: number): unknown[] => [8, 48, request, {}, 'wamp.error.timeout'];

/** Lets time pass: the timers' and the clock's. */
function mockTime(t: TestContext): (ms: number) => void {
  let now = 5000;
  t.mock.timers.enable({ apis: ['setTimeout'] });
  t.mock.method(performance, 'now', () => now);
  return (ms) => {
    now += ms;
    t.mock.timers.tick(ms);
  };
}

function scene(features: readonly string[] = [], options: object = {}): [Actor, Actor, number] {
  const stage = new Stage({ callTimeoutMs: 0 });
  const [caller, callee] = [stage.enter(), stage.enter(withFeatures(...features))];
  return [caller, callee, callee.register('a.b', options)];
}

describe('the timeout of a caller', () => {
  // TO-1, TO-2, TO-3, TO-4
  for (const [features, interrupts] of [
    [['call_canceling'], [[69, 1, { mode: 'killnowait' }]]],
    [[], []],
  ] as const) {
    it(`ends the call to the millisecond when the callee announces [${features.join()}]`, (t) => {
      const pass = mockTime(t);
      const [caller, callee, registration] = scene(features);
      caller.send([48, 1, { timeout: 200 }, 'a.b']);
      deepEqual(callee.take(), [[68, 1, registration, {}]]);
      pass(199);
      deepEqual(caller.take(), []);
      pass(1);
      deepEqual(caller.take(), [TIMEOUT(1)]);
      deepEqual(callee.take(), interrupts);
      callee.send([70, 1, {}, ['late']]);
      callee.send([8, 68, 1, {}, 'a.late']);
      deepEqual(caller.take(), []);
    });
  }

  // TO-5
  it('is none when it is 0 or absent and the router sets none', (t) => {
    const pass = mockTime(t);
    const [caller, callee] = scene();
    caller.send([48, 1, { timeout: 0 }, 'a.b']);
    caller.send([48, 2, {}, 'a.b']);
    pass(2 ** 31);
    deepEqual(caller.take(), []);
    callee.send([70, 1, {}]);
    callee.send([70, 2, {}]);
    deepEqual(caller.take(), [
      [50, 1, {}],
      [50, 2, {}],
    ]);
  });

  // TO-6
  it('is forgotten when the answer comes in time', (t) => {
    const pass = mockTime(t);
    const [caller, callee] = scene();
    caller.send([48, 1, { timeout: 200 }, 'a.b']);
    pass(150);
    callee.send([70, 1, {}]);
    pass(1000);
    deepEqual(caller.take(), [[50, 1, {}]]);
  });

  // TO-12
  it('may be longer than a timer of Node', (t) => {
    const pass = mockTime(t);
    const [caller] = scene();
    const timeout = 2 ** 31 + 1000;
    caller.send([48, 1, { timeout }, 'a.b']);
    pass(2 ** 31 - 1);
    pass(1000);
    deepEqual(caller.take(), []);
    pass(1);
    deepEqual(caller.take(), [TIMEOUT(1)]);
  });

  it('ends each of many calls in its turn, and no other', (t) => {
    const pass = mockTime(t);
    const [caller, callee] = scene();
    const timeouts = [500, 100, 400, 100, 300, 200, 700, 600];
    for (const [index, timeout] of timeouts.entries()) {
      caller.send([48, index + 1, { timeout }, 'a.b']);
    }
    callee.send([70, 5, {}]);
    callee.send([70, 1, {}]);
    caller.take();
    const ended: unknown[] = [];
    for (let ms = 100; ms <= 800; ms += 100) {
      pass(100);
      ended.push(caller.take().map((wire) => wire[2]));
    }
    deepEqual(ended, [[2, 4], [6], [], [3], [], [8], [7], []]);
  });

  // PR-9
  it('counts from one progressive result to the next', (t) => {
    const pass = mockTime(t);
    const [caller, callee] = scene(['progressive_call_results', 'call_canceling']);
    caller.send([48, 1, { timeout: 200, receive_progress: true }, 'a.b']);
    for (const part of [1, 2, 3]) {
      pass(150);
      callee.send([70, 1, { progress: true }, [part]]);
    }
    deepEqual(caller.take().length, 3);
    pass(199);
    deepEqual(caller.take(), []);
    pass(1);
    deepEqual(caller.take(), [TIMEOUT(1)]);
  });

  // TO-7, TO-10
  it('is left to a callee that asked for it', (t) => {
    const pass = mockTime(t);
    const [caller, callee, registration] = scene(['call_timeout'], { forward_timeout: true });
    caller.send([48, 1, { timeout: 200 }, 'a.b']);
    deepEqual(callee.take(), [[68, 1, registration, { timeout: 200 }]]);
    pass(1000);
    deepEqual(caller.take(), []);
    callee.send([8, 68, 1, {}, 'wamp.error.timeout']);
    deepEqual(caller.take(), [TIMEOUT(1)]);
  });

  // TO-8
  for (const [features, options] of [
    [['call_timeout'], {}],
    [[], { forward_timeout: true }],
  ] as const) {
    it(`is the router's with [${features.join()}] and ${JSON.stringify(options)}`, (t) => {
      const pass = mockTime(t);
      const [caller, callee, registration] = scene(features, options);
      caller.send([48, 1, { timeout: 200 }, 'a.b']);
      deepEqual(callee.take(), [[68, 1, registration, {}]]);
      pass(200);
      deepEqual(caller.take(), [TIMEOUT(1)]);
    });
  }

  it('ends a call that still waits for a callee', (t) => {
    const pass = mockTime(t);
    const [caller, callee] = scene(['call_canceling'], { concurrency: 1 });
    caller.send([48, 1, {}, 'a.b']);
    caller.send([48, 2, { timeout: 200 }, 'a.b']);
    pass(200);
    deepEqual(caller.take(), [TIMEOUT(2)]);
    callee.send([70, 1, {}]);
    deepEqual(callee.take().length, 1);
  });
});
