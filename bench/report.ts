import { BASELINE } from './contender.js';
import { formatBounded, percent, quantityOf, unitOf, wholeNumber } from './quantity.js';
import type { Scenario } from './scenarios.js';
import type { ContenderSummary, ScenarioSummary, Verdict } from './summary.js';

/** A column's heading and its text for a contender; empty where there is nothing to say. */
export type Column = readonly [heading: string, text: (row: ContenderSummary) => string];

const UNKNOWN = '?';

/** One scenario as a table for people, with the verdict on the router below it. */
export function formatScenario(summary: ScenarioSummary): string {
  const { scenario, contenders, verdict } = summary;
  const columns = columnsOf(scenario);
  const cells = [
    columns.map(([heading]) => heading),
    ...contenders.map((row) => columns.map(([, text]) => text(row))),
  ];
  const lines = alignColumns(cells).map((line) => `  ${line}`);
  return [
    `${scenario.title} (${unitOf(scenario)})`,
    ...lines,
    `  ${formatVerdict(scenario, verdict)}`,
    '',
  ].join('\n');
}

/** The columns in which the scenario's contenders are compared. */
export function columnsOf(scenario: Scenario): readonly Column[] {
  const { heading, format } = quantityOf(scenario);
  return [
    ['contender', (row) => row.contender],
    [heading, (row) => known(row.value, format)],
    ['ratio', (row) => known(row.ratio, (ratio) => ratio.toFixed(2))],
    ['spread', (row) => known(row.spread, percent)],
    ...(scenario.measure === 'latency' ? LATENCY_COLUMNS : []),
    ['per second', (row) => wholeNumber(row.unitsPerSecond)],
    ['server', (row) => known(row.serverBusy, percent)],
    ['generator', (row) => percent(row.generatorBusy)],
    ['bottleneck', (row) => row.bottleneck],
  ];
}

const LATENCY_COLUMNS: readonly Column[] = [
  ['p50', (row) => milliseconds(row.latencyMs?.p50)],
  ['p99.9', (row) => milliseconds(row.latencyMs?.p999)],
  ['max', (row) => milliseconds(row.latencyMs?.max)],
  ["generator's lag", (row) => milliseconds(row.generatorLagMs)],
];

/** Bound, aim and outcome in one line. */
export function formatVerdict(scenario: Scenario, verdict: Verdict): string {
  const { bound, aim, outcome, reason } = verdict;
  const words = { met: 'met', missed: 'MISSED', unchecked: `not checked, ${reason ?? ''}` };
  const { of, against } = scenario.bounds;
  const suffix = of === 'ratio' && against !== BASELINE ? ` x ${against}` : '';
  const numbers = [
    ...(bound === undefined ? [] : [`bound ${formatBounded(scenario, bound)}${suffix}`]),
    ...(aim === undefined ? [] : [`aim ${formatBounded(scenario, aim)}${suffix}`]),
  ];
  return [numbers.join(', '), words[outcome]].filter((part) => part !== '').join(': ');
}

/** What a reader must know of the whole run: where the generator was the bottleneck, which bounds were missed. */
export function formatRemarks(summaries: readonly ScenarioSummary[]): readonly string[] {
  const slow = summaries.flatMap(({ scenario, contenders }) =>
    contenders
      .filter(({ bottleneck }) => bottleneck === 'generator')
      .map(({ contender }) => `${contender} in ${scenario.title}`),
  );
  const missed = summaries.filter(({ verdict }) => verdict.outcome === 'missed');
  return [
    ...(slow.length === 0
      ? []
      : [
          `The generator was the bottleneck of ${slow.join('; ')}: rates there are lower bounds, latencies upper ones; CPU times stand.`,
        ]),
    ...missed.map(({ scenario }) => `Bound missed: ${scenario.title}.`),
  ];
}

/** The first column to the left, all others to the right. */
function alignColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function known(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? UNKNOWN : format(value);
}

function milliseconds(value: number | undefined): string {
  return known(value, (ms) => ms.toFixed(1));
}
