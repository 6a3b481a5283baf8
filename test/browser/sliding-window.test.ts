import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { niceTop, SlidingWindow } from './page-modules.js';

describe('SlidingWindow', () => {
  it('hands out the last seconds, the newest at the end, and null where there was nothing', () => {
    const window = new SlidingWindow(4, 2);
    window.put(11_900, [1, 10]);
    window.put(12_100, [2, 20]);
    assert.deepEqual(window.data(12_500), [
      [9, 10, 11, 12],
      [null, null, 1, 2],
      [null, null, 10, 20],
    ]);
  });

  it('forgets what has left the window', () => {
    const window = new SlidingWindow(3, 1);
    window.put(10_000, [1]);
    window.put(13_000, [4]);
    assert.deepEqual(window.data(13_000)[1], [null, null, 4]);
    assert.deepEqual(window.data(100_000)[1], [null, null, null]);
  });

  it('keeps the last of several values of a second', () => {
    const window = new SlidingWindow(2, 1);
    window.put(10_100, [1]);
    window.put(10_900, [2]);
    assert.deepEqual(window.data(10_000)[1], [null, 2]);
  });

  it('adds within a second and begins each second at nothing', () => {
    const window = new SlidingWindow(4, 1);
    window.add(10_000, 1);
    window.add(10_900, 2);
    window.add(13_100, 5);
    assert.deepEqual(window.data(10_999)[1], [null, null, null, 3]);
    assert.equal(window.data(13_999)[1]?.at(-1), 5);
  });

  it('lets a line go on across up to three missing seconds, not across four', () => {
    const window = new SlidingWindow(12, 1);
    for (const second of [1, 5, 10]) window.put(second * 1000, [second]);
    const [, values] = window.data(11_000);
    assert.deepEqual(values, [
      null,
      1,
      undefined,
      undefined,
      undefined,
      5,
      null,
      null,
      null,
      null,
      10,
      null,
    ]);
  });

  it('hands out the same arrays each time', () => {
    const window = new SlidingWindow(3, 1);
    const columns = window.data(1000);
    window.put(2000, [7]);
    assert.equal(window.data(2000)[1], columns[1]);
    assert.deepEqual(columns[1], [null, null, 7]);
  });
});

describe('niceTop', () => {
  for (const [value, top] of [
    [0.3, 0.5],
    [1, 1],
    [1.01, 2],
    [2, 2],
    [3, 5],
    [7, 10],
    [64, 100],
    [100, 100],
    [1200, 2000],
  ] as const) {
    it(`puts the top of an axis for ${value} at ${top}`, () => {
      assert.equal(niceTop(value), top);
    });
  }
});
