import { CONTENDERS, ROUTER } from './contender.js';
import { bottleneckOf, valueOf, type Bottleneck, type Latency, type Row } from './row.js';
import type { Scenario } from './scenarios.js';
import { median, spread } from './statistics.js';

/** A contender's medians in one scenario; undefined is what was not measured. */
export interface ContenderSummary {
  readonly contender: string;
  /** What the scenario measures: see `valueOf`. */
  readonly value: number | undefined;
  /** (largest - smallest) / median of the above over the repetitions. */
  readonly spread: number | undefined;
  /** Median of the ratios to `bounds.against` within each repetition, so that the machine's drift falls out. */
  readonly ratio: number | undefined;
  readonly unitsPerSecond: number;
  /** CPU time over wall time. */
  readonly serverBusy: number | undefined;
  readonly generatorBusy: number;
  readonly bottleneck: Bottleneck;
  readonly latencyMs: Latency | undefined;
  /** The 99th percentile of the generator's own delay. */
  readonly generatorLagMs: number | undefined;
}

/** What the router was held to and how it did. `unchecked` has a reason. */
export interface Verdict {
  readonly bound: number | undefined;
  readonly aim: number | undefined;
  readonly outcome: 'met' | 'missed' | 'unchecked';
  readonly reason: string | undefined;
}

/** One scenario's outcome. */
export interface ScenarioSummary {
  readonly scenario: Scenario;
  readonly contenders: readonly ContenderSummary[];
  readonly verdict: Verdict;
}

/** Condenses the rows of one scenario. */
export function summarise(
  scenario: Scenario,
  rows: readonly Row[],
  mode: 'quick' | 'full',
): ScenarioSummary {
  const names = [...new Set(rows.map(({ contender }) => contender))];
  const against = rows.filter(({ contender }) => contender === scenario.bounds.against);
  const contenders = names.map((name) => {
    const own = rows.filter(({ contender }) => contender === name);
    return summariseContender(scenario, own, against);
  });
  return { scenario, contenders, verdict: judge(scenario, contenders, mode) };
}

/** The number that the scenario's bounds are of. */
export function boundedNumber(
  { bounds }: Scenario,
  { ratio, value }: ContenderSummary,
): number | undefined {
  return bounds.of === 'ratio' ? ratio : value;
}

function summariseContender(
  scenario: Scenario,
  rows: readonly Row[],
  against: readonly Row[],
): ContenderSummary {
  const values = finite(rows.map((row) => valueOf(scenario, row)));
  const ratios = rows.map((row) => {
    const turn = against.find(({ repetition }) => repetition === row.repetition);
    return turn === undefined ? NaN : valueOf(scenario, row) / valueOf(scenario, turn);
  });
  const medianOf = (numberIn: (row: Row) => number | undefined) =>
    medianOrNone(rows.map((row) => numberIn(row) ?? NaN));
  const serverBusy = medianOf((row) => (row.serverCpuSeconds ?? NaN) / row.seconds);
  const generatorBusy = median(rows.map((row) => row.generatorCpuSeconds / row.seconds));
  const generatorLagMs = medianOf((row) => row.generatorLagMs);
  return {
    contender: rows[0]?.contender ?? '',
    value: medianOrNone(values),
    spread: values.length === 0 ? undefined : spread(values),
    ratio: medianOrNone(ratios),
    unitsPerSecond: median(rows.map((row) => row.units / row.seconds)),
    serverBusy,
    generatorBusy,
    bottleneck: bottleneckOf(scenario, {
      seconds: 1,
      units: 1,
      serverCpuSeconds: serverBusy,
      generatorCpuSeconds: generatorBusy,
      ...(generatorLagMs === undefined ? {} : { generatorLagMs }),
    }),
    latencyMs: latencyOf(medianOf),
    generatorLagMs,
  };
}

function latencyOf(
  medianOf: (numberIn: (row: Row) => number | undefined) => number | undefined,
): Latency | undefined {
  const p50 = medianOf(({ latencyMs }) => latencyMs?.p50);
  if (p50 === undefined) return undefined;
  const percentile = (name: keyof Latency) => medianOf(({ latencyMs }) => latencyMs?.[name]) ?? NaN;
  return {
    p50,
    p90: percentile('p90'),
    p99: percentile('p99'),
    p999: percentile('p999'),
    max: percentile('max'),
  };
}

function judge(
  scenario: Scenario,
  contenders: readonly ContenderSummary[],
  mode: 'quick' | 'full',
): Verdict {
  const { bounds, measure } = scenario;
  const bound = (mode === 'quick' ? bounds.quick : undefined) ?? bounds.must;
  const verdict = { bound, aim: bounds.aim };
  const router = contenders.find(({ contender }) => contender === ROUTER);
  const number = router && boundedNumber(scenario, router);
  if (bound === undefined || number === undefined) {
    const reason = reasonOf(scenario, contenders, bound);
    return { ...verdict, outcome: 'unchecked', reason };
  }
  const isMet = measure === 'rate' ? number >= bound : number <= bound;
  return { ...verdict, outcome: isMet ? 'met' : 'missed', reason: undefined };
}

/** Why nothing could be checked. */
function reasonOf(
  { bounds }: Scenario,
  contenders: readonly ContenderSummary[],
  bound: number | undefined,
): string {
  const names = contenders.map(({ contender }) => contender);
  if (bound === undefined) return 'no bound is set';
  if (!names.includes(ROUTER)) return 'the router did not take part';
  if (bounds.of === 'value' || names.includes(bounds.against)) return 'it could not be measured';
  const isOurs = CONTENDERS.some(({ name }) => name === bounds.against);
  return isOurs ? `needs ${bounds.against} in the run` : `needs --url ${bounds.against}=ws://…`;
}

function medianOrNone(values: readonly number[]): number | undefined {
  const known = finite(values);
  return known.length === 0 ? undefined : median(known);
}

/** A turn in which nothing came through, on a machine that stood still, has no cost a unit. */
function finite(values: readonly number[]): readonly number[] {
  return values.filter((value) => Number.isFinite(value));
}
