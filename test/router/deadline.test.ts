import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
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

  it('rejects with the reason of the signal', async () => {
    const gone = new AbortController();
    const waiting = withDeadline(never(), 1_000, gone.signal);
    gone.abort(new RangeError('gone'));
    await assert.rejects(waiting, RangeError);
  });

  it('rejects at once for a signal that is aborted already', async () => {
    await assert.rejects(withDeadline(never(), 1_000, AbortSignal.abort('gone')), {
      message: 'aborted',
      cause: 'gone',
    });
  });

  it('leaves neither listener nor timer behind', async (t) => {
    const { signal } = new AbortController();
    const cleared = t.mock.method(globalThis, 'clearTimeout');
    await withDeadline(Promise.resolve(), 1_000, signal);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
    assert.equal(cleared.mock.callCount(), 1);
  });
});
