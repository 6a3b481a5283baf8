import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { latencyOf } from '../../../bench/measurements/latency.js';

describe('latencyOf', () => {
  it('answers percentiles of what came in any order', () => {
    const values = Array.from({ length: 10_000 }, (_, index) => ((index * 7919) % 10_000) + 1);
    assert.deepEqual(latencyOf(values), {
      p50: 5_000,
      p90: 9_000,
      p99: 9_900,
      p999: 9_990,
      max: 10_000,
    });
  });

  it('throws when nothing was delivered', () => {
    assert.throws(() => latencyOf([]), new RangeError('no values'));
  });
});
