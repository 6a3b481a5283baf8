import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bottleneckOf, valueOf, type Reading } from '../../bench/row.js';

const READING: Reading = {
  seconds: 2,
  units: 500_000,
  serverCpuSeconds: 1,
  generatorCpuSeconds: 0.5,
  rssBytesPerSession: 12_000,
  latencyMs: { p50: 1, p90: 2, p99: 3, p999: 4, max: 5 },
  recoverySeconds: 6,
};
const BARE: Reading = { seconds: 1, units: 1, serverCpuSeconds: undefined, generatorCpuSeconds: 0 };

describe('valueOf', () => {
  const cases = [
    ['cpu', 2],
    ['rate', 250_000],
    ['memory', 12_000],
    ['latency', 3],
    ['recovery', 6],
  ] as const;
  for (const [measure, expected] of cases) {
    it(`${measure} is ${expected}`, () => {
      assert.equal(valueOf({ measure }, READING), expected);
    });
  }

  for (const measure of ['cpu', 'memory', 'latency', 'recovery'] as const) {
    it(`${measure} is not a number where it was not measured`, () => {
      assert.equal(valueOf({ measure }, BARE), NaN);
    });
  }
});

describe('bottleneckOf', () => {
  const shares: readonly [number | undefined, number, string][] = [
    [0.95, 0.3, 'server'],
    [0.3, 0.95, 'generator'],
    [0.92, 0.99, 'generator'],
    [0.9, 0.9, 'server'],
    [0.5, 0.6, 'neither'],
    [undefined, 0.9, 'generator'],
    [undefined, 0.8, 'neither'],
  ];
  for (const [server, generator, expected] of shares) {
    it(`is ${expected} where the server uses ${server} and the generator ${generator} of a core`, () => {
      const row = {
        ...BARE,
        seconds: 2,
        serverCpuSeconds: server === undefined ? undefined : server * 2,
        generatorCpuSeconds: generator * 2,
      };
      assert.equal(bottleneckOf({ measure: 'rate' }, row), expected);
    });
  }

  const lags: readonly [number, number, string][] = [
    [5, 0.5, 'neither'],
    [5.1, 0.5, 'generator'],
    [5.1, 0.95, 'generator'],
    [5, 0.95, 'server'],
  ];
  for (const [generatorLagMs, serverCpuSeconds, expected] of lags) {
    it(`of a latency is ${expected} at a lag of ${generatorLagMs} ms and a server at ${serverCpuSeconds}`, () => {
      const row = { ...BARE, serverCpuSeconds, generatorCpuSeconds: 1, generatorLagMs };
      assert.equal(bottleneckOf({ measure: 'latency' }, row), expected);
    });
  }
});
