import type { ContenderSummary, ScenarioSummary } from './summary.js';

const COLUMNS = [
  ['contender', (row: ContenderSummary) => row.contender],
  ['CPU s/million', (row: ContenderSummary) => row.cpuPerMillion.toFixed(2)],
  ['ratio', (row: ContenderSummary) => row.ratio.toFixed(2)],
  ['spread', (row: ContenderSummary) => percent(row.spread)],
  ['per second', (row: ContenderSummary) => Math.round(row.unitsPerSecond).toLocaleString('en')],
  ['server', (row: ContenderSummary) => percent(row.serverBusy)],
  ['generator', (row: ContenderSummary) => percent(row.generatorBusy)],
  ['bottleneck', (row: ContenderSummary) => row.bottleneck],
] as const;

/** One scenario as a table for people, with the verdict on the router below it. */
export function formatScenario(summary: ScenarioSummary): string {
  const { scenario, contenders } = summary;
  const unit = scenario.kind === 'rpc' ? 'calls' : 'deliveries';
  const cells = [
    COLUMNS.map(([name]) => name as string),
    ...contenders.map((row) => COLUMNS.map(([, text]) => text(row))),
  ];
  const lines = alignColumns(cells).map((line) => `  ${line}`);
  return [`${scenario.title} (${unit})`, ...lines, `  ${verdict(summary)}`, ''].join('\n');
}

function verdict({ scenario, isMet, bound }: ScenarioSummary): string {
  const aim = `aim ${(scenario.bounds.aim ?? Infinity).toFixed(2)}`;
  if (isMet === undefined) return `bound ${bound.toFixed(2)}, ${aim}: the router did not take part`;
  return `bound ${bound.toFixed(2)}, ${aim}: ${isMet ? 'met' : 'MISSED'}`;
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

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
