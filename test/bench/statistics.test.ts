import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { median, percentile, spread } from '../../bench/statistics.js';

describe('median', () => {
  const cases: readonly [readonly number[], number][] = [
    [[5], 5],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
    [[-1, -3, -2], -2],
  ];
  for (const [values, expected] of cases) {
    it(`of ${values.join(', ')} is ${expected}`, () => {
      assert.equal(median(values), expected);
    });
  }

  it('leaves the list as it was', () => {
    const values = [3, 1, 2];
    median(values);
    assert.deepEqual(values, [3, 1, 2]);
  });

  it('throws for an empty list', () => {
    assert.throws(() => median([]), new RangeError('no values'));
  });
});

describe('spread', () => {
  it('is the range over the median', () => {
    assert.equal(spread([8, 10, 13]), 0.5);
  });

  it('is 0 for equal values, zeros among them', () => {
    assert.deepEqual([spread([4, 4]), spread([0, 0])], [0, 0]);
  });
});

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  const cases: readonly [readonly number[], number, number][] = [
    [hundred, 0.5, 50],
    [hundred, 0.99, 99],
    [hundred, 0.999, 100],
    [hundred, 1, 100],
    [[7], 0.5, 7],
    [[1, 2, 3], 0.34, 2],
  ];
  for (const [values, share, expected] of cases) {
    it(`${share} of ${values.length} values is one that was measured: ${expected}`, () => {
      assert.equal(percentile(values, share), expected);
    });
  }

  it('throws for an empty list', () => {
    assert.throws(() => percentile([], 0.5), new RangeError('no values'));
  });
});
