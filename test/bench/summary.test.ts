import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatScenario } from '../../bench/report.js';
import type { Row } from '../../bench/row.js';
import type { Scenario } from '../../bench/scenarios.js';
import { summarise } from '../../bench/summary.js';

const SCENARIO: Scenario = {
  name: 'fan-out',
  title: 'fan-out 100, window 8',
  kind: 'fan-out',
  topics: 1,
  subscribersPerTopic: 100,
  window: 8,
  payloadBytes: 100,
  measure: 'cpu',
  bounds: { of: 'ratio', against: 'bare-ws', quick: 0.35, must: 0.25, aim: 0.14 },
};

/** A row of one second and a million units; so the server's CPU seconds are its cost. */
function row(contender: string, repetition: number, cost: number, generator = 0.1): Row {
  return {
    scenario: SCENARIO.name,
    contender,
    repetition,
    seconds: 1,
    units: 1_000_000,
    serverCpuSeconds: cost,
    generatorCpuSeconds: generator,
  };
}

describe('summarise', () => {
  it('takes the median of the ratios within each repetition', () => {
    const rows = [
      ...[row('expressway', 1, 2), row('bare-ws', 1, 10)],
      ...[row('expressway', 2, 6), row('bare-ws', 2, 20)],
      ...[row('expressway', 3, 12), row('bare-ws', 3, 30)],
    ];
    const { contenders, isMet } = summarise(SCENARIO, rows, 'quick');
    assert.deepEqual(
      contenders.map(({ contender, cpuPerMillion, ratio }) => [contender, cpuPerMillion, ratio]),
      [
        ['expressway', 6, 0.3],
        ['bare-ws', 20, 1],
      ],
    );
    assert.equal(isMet, true);
  });

  it('holds the full mode to the tighter bound', () => {
    const rows = [row('expressway', 1, 3), row('bare-ws', 1, 10)];
    assert.equal(summarise(SCENARIO, rows, 'quick').isMet, true);
    assert.equal(summarise(SCENARIO, rows, 'full').isMet, false);
  });

  it('meets a bound that is just reached', () => {
    const rows = [row('expressway', 1, 0.25), row('bare-ws', 1, 1)];
    assert.equal(summarise(SCENARIO, rows, 'full').isMet, true);
  });

  it('judges nothing when the router did not take part', () => {
    const summary = summarise(SCENARIO, [row('bare-ws', 1, 1)], 'full');
    assert.equal(summary.isMet, undefined);
    assert.match(formatScenario(summary), /the router did not take part/);
  });

  it('throws when a repetition lacks the baseline', () => {
    assert.throws(
      () => summarise(SCENARIO, [row('expressway', 2, 1), row('bare-ws', 1, 1)], 'full'),
      new RangeError('no bare-ws in repetition 2'),
    );
  });

  const sides: readonly [number, number, string][] = [
    [0.95, 0.3, 'server'],
    [0.3, 0.95, 'generator'],
    [0.92, 0.99, 'generator'],
    [0.5, 0.6, 'neither'],
  ];
  for (const [server, generator, expected] of sides) {
    it(`names ${expected} as the bottleneck at ${server} and ${generator}`, () => {
      const { contenders } = summarise(SCENARIO, [row('bare-ws', 1, server, generator)], 'full');
      assert.equal(contenders[0]?.bottleneck, expected);
    });
  }
});

describe('formatScenario', () => {
  it('prints a line for each contender and the verdict', () => {
    const rows = [row('expressway', 1, 0.4), row('bare-ws', 1, 1, 0.5)];
    assert.equal(
      formatScenario(summarise(SCENARIO, rows, 'quick')),
      [
        'fan-out 100, window 8 (deliveries)',
        '  contender   CPU s/million  ratio  spread  per second  server  generator  bottleneck',
        '  expressway           0.40   0.40     0 %   1,000,000    40 %       10 %     neither',
        '  bare-ws              1.00   1.00     0 %   1,000,000   100 %       50 %      server',
        '  bound 0.35, aim 0.14: MISSED',
        '',
      ].join('\n'),
    );
  });
});
