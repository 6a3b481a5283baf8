import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeadlineExceeded, withDeadline } from '../../src/router/deadline.js';

const never = (): Promise<never> => new Promise(() => undefined);

describe('withDeadline', () => {
  it('gives what comes in time', async () => {
    assert.equal(await withDeadline(Promise.resolve(7), 1_000), 7);
  });

  it('rejects as the promise does', async () => {
    await assert.rejects(withDeadline(Promise.reject(new TypeError('no')), 1_000), TypeError);
  });

  it('rejects when nothing comes in time', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const waiting = withDeadline(never(), 5_000);
    t.mock.timers.tick(4_999);
    let isSettled = false;
    const settled = waiting.finally(() => (isSettled = true));
    await Promise.resolve();
    assert.equal(isSettled, false);
    t.mock.timers.tick(1);
    await assert.rejects(settled, DeadlineExceeded);
  });

  it('leaves no timer behind', async (t) => {
    const cleared = t.mock.method(globalThis, 'clearTimeout');
    await withDeadline(Promise.resolve(), 1_000);
    assert.equal(cleared.mock.callCount(), 1);
  });
});
