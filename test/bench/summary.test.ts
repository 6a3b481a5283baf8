import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatRemarks, formatScenario } from '../../bench/report.js';
import type { Row } from '../../bench/row.js';
import type { Bounds, Scenario } from '../../bench/scenarios.js';
import { summarise } from '../../bench/summary.js';

const TO_BARE_WS: Bounds = { of: 'ratio', against: 'bare-ws', quick: 0.35, must: 0.25, aim: 0.14 };
const SCENARIO: Scenario = {
  name: 'fan-out',
  title: 'fan-out 100, window 8',
  kind: 'fan-out',
  topics: 1,
  subscribersPerTopic: 100,
  window: 8,
  payloadBytes: 100,
  measure: 'cpu',
  bounds: TO_BARE_WS,
};
const JOIN: Scenario = {
  ...SCENARIO,
  kind: 'join',
  measure: 'rate',
  bounds: { of: 'ratio', against: 'nexus', must: 0.8, aim: 1 },
};
const LATENCY: Scenario = {
  ...SCENARIO,
  kind: 'open-loop',
  measure: 'latency',
  bounds: { of: 'value', against: 'bare-ws', must: 50 },
};

/** A row of one second and a million units; so the server's CPU seconds are its cost. */
function row(contender: string, repetition: number, cost: number, more: Partial<Row> = {}): Row {
  return {
    scenario: SCENARIO.name,
    contender,
    repetition,
    seconds: 1,
    units: 1_000_000,
    serverCpuSeconds: cost,
    generatorCpuSeconds: 0.1,
    ...more,
  };
}

/** Percentiles that differ by tens, the 99th among them. */
function latency(p99: number) {
  return { p50: p99 - 20, p90: p99 - 10, p99, p999: p99 + 10, max: p99 + 20 };
}

describe('summarise', () => {
  it('takes the median of the ratios within each repetition', () => {
    const rows = [
      ...[row('expressway', 1, 2), row('bare-ws', 1, 10)],
      ...[row('expressway', 2, 6), row('bare-ws', 2, 20)],
      ...[row('expressway', 3, 12), row('bare-ws', 3, 30)],
    ];
    const { contenders, verdict } = summarise(SCENARIO, rows, 'quick');
    assert.deepEqual(
      contenders.map(({ contender, value, ratio }) => [contender, value, ratio]),
      [
        ['expressway', 6, 0.3],
        ['bare-ws', 20, 1],
      ],
    );
    assert.deepEqual(verdict, { bound: 0.35, aim: 0.14, outcome: 'met', reason: undefined });
  });

  it('holds the full mode to the tighter bound', () => {
    const rows = [row('expressway', 1, 3), row('bare-ws', 1, 10)];
    assert.equal(summarise(SCENARIO, rows, 'quick').verdict.outcome, 'met');
    assert.equal(summarise(SCENARIO, rows, 'full').verdict.outcome, 'missed');
  });

  it('meets a bound that is just reached', () => {
    const rows = [row('expressway', 1, 0.25), row('bare-ws', 1, 1)];
    assert.equal(summarise(SCENARIO, rows, 'full').verdict.outcome, 'met');
  });

  it('holds a rate to its bound from below', () => {
    const rate = (units: number) =>
      summarise(JOIN, [row('expressway', 1, 1, { units }), row('nexus', 1, 1)], 'full');
    assert.equal(rate(800_000).verdict.outcome, 'met');
    assert.equal(rate(799_999).verdict.outcome, 'missed');
  });

  it('holds a value to its bound whoever else took part', () => {
    const rows = [row('expressway', 1, 1, { latencyMs: latency(51) })];
    const { verdict, contenders } = summarise(LATENCY, rows, 'full');
    assert.deepEqual([verdict.outcome, contenders[0]?.value], ['missed', 51]);
    assert.deepEqual(contenders[0]?.latencyMs, latency(51));
  });

  it('leaves out a turn in which nothing came through', () => {
    const rows = [1, 2, 3].flatMap((turn) => [
      row('expressway', turn, 0.2, turn === 2 ? { units: 0, serverCpuSeconds: 0 } : {}),
      row('bare-ws', turn, 1),
    ]);
    const router = summarise(SCENARIO, rows, 'full').contenders[0];
    assert.deepEqual([router?.value, router?.ratio, router?.spread], [0.2, 0.2, 0]);
  });

  it('knows no CPU time of a server without a process', () => {
    const rows = [row('nexus', 1, 0, { serverCpuSeconds: undefined }), row('bare-ws', 1, 1)];
    const [nexus] = summarise(SCENARIO, rows, 'full').contenders;
    assert.deepEqual(
      [nexus?.value, nexus?.ratio, nexus?.spread, nexus?.serverBusy, nexus?.unitsPerSecond],
      [undefined, undefined, undefined, undefined, 1_000_000],
    );
  });

  const unchecked: readonly [string, Scenario, readonly Row[], string][] = [
    ['the router is missing', SCENARIO, [row('bare-ws', 1, 1)], 'the router did not take part'],
    ['nexus is missing', JOIN, [row('expressway', 1, 1)], 'needs --url nexus=ws://…'],
    ['the yardstick is missing', SCENARIO, [row('expressway', 1, 1)], 'needs bare-ws in the run'],
    ['nothing was measured', LATENCY, [row('expressway', 1, 1)], 'it could not be measured'],
    [
      'there is no bound',
      { ...SCENARIO, bounds: { of: 'ratio', against: 'bare-ws' } },
      [row('expressway', 1, 1), row('bare-ws', 1, 1)],
      'no bound is set',
    ],
  ];
  for (const [when, scenario, rows, reason] of unchecked) {
    it(`checks nothing, and says why, when ${when}`, () => {
      const { verdict } = summarise(scenario, rows, 'full');
      assert.deepEqual([verdict.outcome, verdict.reason], ['unchecked', reason]);
    });
  }

  const sides: readonly [number, number, string][] = [
    [0.95, 0.3, 'server'],
    [0.3, 0.95, 'generator'],
    [0.92, 0.99, 'generator'],
    [0.5, 0.6, 'neither'],
  ];
  for (const [server, generator, expected] of sides) {
    it(`names ${expected} as the bottleneck at ${server} and ${generator}`, () => {
      const rows = [row('bare-ws', 1, server, { generatorCpuSeconds: generator })];
      assert.equal(summarise(SCENARIO, rows, 'full').contenders[0]?.bottleneck, expected);
    });
  }

  it('blames a generator that came late for the latency', () => {
    const rows = [row('bare-ws', 1, 0.5, { latencyMs: latency(40), generatorLagMs: 20 })];
    const summary = summarise(LATENCY, rows, 'full');
    assert.equal(summary.contenders[0]?.bottleneck, 'generator');
    assert.deepEqual(formatRemarks([summary]), [
      'The generator was the bottleneck of bare-ws in fan-out 100, window 8: rates there are lower bounds, latencies upper ones; CPU times stand.',
    ]);
  });
});

describe('formatScenario', () => {
  it('prints a line for each contender and the verdict', () => {
    const rows = [row('expressway', 1, 0.4), row('bare-ws', 1, 1, { generatorCpuSeconds: 0.5 })];
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

  it('prints the percentiles where the latency is measured', () => {
    const rows = [row('expressway', 1, 0.4, { latencyMs: latency(40), generatorLagMs: 0.3 })];
    const [, head, line, verdict] = formatScenario(summarise(LATENCY, rows, 'full')).split('\n');
    assert.match(head ?? '', /p99 ms +ratio +spread +p50 +p99\.9 +max +generator's lag/);
    assert.match(line ?? '', /40\.0 +\? +0 % +20\.0 +50\.0 +60\.0 +0\.3/);
    assert.equal(verdict, '  bound 50.0: met');
  });
});
