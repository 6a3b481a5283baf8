import { BASELINE, ROUTER } from './contender.js';
import type { Row } from './row.js';
import type { Scenario } from './scenarios.js';
import { median, spread } from './statistics.js';

/** A contender's medians in one scenario. */
export interface ContenderSummary {
  readonly contender: string;
  /** Server CPU seconds per million deliveries or calls. */
  readonly cpuPerMillion: number;
  /** (largest - smallest) / median of the above over the repetitions. */
  readonly spread: number;
  /** Median of the ratios to bare `ws` within each repetition, so that the machine's drift falls out. */
  readonly ratio: number;
  readonly unitsPerSecond: number;
  /** CPU time over wall time. */
  readonly serverBusy: number;
  readonly generatorBusy: number;
  readonly bottleneck: 'server' | 'generator' | 'neither';
}

/** One scenario's outcome. `isMet` is undefined when the router did not take part. */
export interface ScenarioSummary {
  readonly scenario: Scenario;
  readonly contenders: readonly ContenderSummary[];
  readonly bound: number;
  readonly isMet: boolean | undefined;
}

/** A process that uses its core for this share of the time cannot go faster. */
const BUSY = 0.9;

/** Condenses the rows of one scenario. Throws RangeError when the baseline or a whole contender is missing. */
export function summarise(
  scenario: Scenario,
  rows: readonly Row[],
  mode: 'quick' | 'full',
): ScenarioSummary {
  const baseline = rows.filter(({ contender }) => contender === BASELINE);
  const names = [...new Set(rows.map(({ contender }) => contender))];
  const contenders = names.map((name) =>
    summariseContender(
      rows.filter(({ contender }) => contender === name),
      baseline,
    ),
  );
  const bound =
    (mode === 'quick' ? scenario.bounds.quick : undefined) ?? scenario.bounds.must ?? Infinity;
  const router = contenders.find(({ contender }) => contender === ROUTER);
  const isMet = router === undefined ? undefined : router.ratio <= bound;
  return { scenario, contenders, bound, isMet };
}

function summariseContender(rows: readonly Row[], baseline: readonly Row[]): ContenderSummary {
  const costs = rows.map(cost);
  const ratios = rows.map((row) => {
    const turn = baseline.find(({ repetition }) => repetition === row.repetition);
    if (turn === undefined) throw new RangeError(`no ${BASELINE} in repetition ${row.repetition}`);
    return cost(row) / cost(turn);
  });
  const serverBusy = median(rows.map((row) => (row.serverCpuSeconds ?? NaN) / row.seconds));
  const generatorBusy = median(rows.map((row) => row.generatorCpuSeconds / row.seconds));
  return {
    contender: rows[0]?.contender ?? '',
    cpuPerMillion: median(costs),
    spread: spread(costs),
    ratio: median(ratios),
    unitsPerSecond: median(rows.map((row) => row.units / row.seconds)),
    serverBusy,
    generatorBusy,
    bottleneck: bottleneck(serverBusy, generatorBusy),
  };
}

function cost(row: Row): number {
  return ((row.serverCpuSeconds ?? NaN) / row.units) * 1e6;
}

function bottleneck(server: number, generator: number): ContenderSummary['bottleneck'] {
  if (Math.max(server, generator) < BUSY) return 'neither';
  return generator > server ? 'generator' : 'server';
}
