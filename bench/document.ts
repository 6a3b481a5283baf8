import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { drawBarPlot, type BarGroup } from './bar-plot.js';
import { BASELINE, CONTENDERS } from './contender.js';
import { environmentLines, type Environment } from './environment.js';
import { quantityOf, unitOf } from './quantity.js';
import { columnsOf, formatRemarks, formatVerdict } from './report.js';
import type { Row } from './row.js';
import type { Scenario } from './scenarios.js';
import type { ScenarioSummary } from './summary.js';

/** All that a run found out. */
export interface Findings {
  readonly environment: Environment;
  /** Those of the command line. */
  readonly arguments: readonly string[];
  readonly rows: readonly Row[];
  readonly summaries: readonly ScenarioSummary[];
  /** What went wrong with contenders that were left out, in words. */
  readonly failures: readonly string[];
}

const BEGIN = '<!-- measured: what follows is written by npm run bench -->';
const END = '<!-- measured: end -->';
const PLOT_FILE = 'performance.svg';

/**
 * Writes `performance.json` (the findings, every row of every repetition), `performance.svg` and, between the two marker
 * comments, the measured part of `performance.md`. Makes folder and document where there are none. Rejects when the
 * document has no markers.
 */
export async function writeDocuments(directory: string, findings: Findings): Promise<void> {
  mkdirSync(directory, { recursive: true });
  const document = join(directory, 'performance.md');
  const old = existsSync(document)
    ? readFileSync(document, 'utf8')
    : `# Performance\n\n${BEGIN}\n${END}\n`;
  const text = replaceMeasured(old, measuredPart(findings));
  const json = join(directory, 'performance.json');
  writeFileSync(document, await formatted(text, document));
  writeFileSync(json, await formatted(JSON.stringify(findings, undefined, 2), json));
  writeFileSync(join(directory, PLOT_FILE), plot(findings.summaries));
}

/** The text with `part` between its markers. Throws when they are missing or the wrong way round. */
export function replaceMeasured(text: string, part: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin < 0 || end < 0) {
    throw new Error(`the document has no place for what was measured: ${BEGIN} … ${END}`);
  }
  return `${text.slice(0, begin + BEGIN.length)}\n\n${part}\n\n${text.slice(end)}`;
}

/** What was measured, as Markdown. */
export function measuredPart(findings: Findings): string {
  const { environment, summaries, failures } = findings;
  const [versions, machine] = environmentLines(environment);
  const command = ['npm run bench', ...findings.arguments].join(' ').replace('bench ', 'bench -- ');
  const ratios = summaries.filter(({ scenario }) => hasRatio(scenario));
  const values = summaries.filter(({ scenario }) => !hasRatio(scenario));
  return [
    `${environment.startedAt.slice(0, 10)}, by \`${command}\`: ${versions}. ${machine}.`,
    ...(ratios.length === 0 ? [] : [ratioSection(ratios)]),
    ...(values.length === 0 ? [] : [valueSection(values)]),
    ...[...formatRemarks(summaries), ...failures],
    '### In detail',
    'Every repetition is in [performance.json](performance.json).',
    ...summaries.map(details),
  ].join('\n\n');
}

function ratioSection(summaries: readonly ScenarioSummary[]): string {
  return [
    `### CPU of the server, as a ratio to ${BASELINE}`,
    'Less is better.',
    `![CPU of each server as a ratio to ${BASELINE}](${PLOT_FILE})`,
    comparison(summaries),
  ].join('\n\n');
}

function valueSection(summaries: readonly ScenarioSummary[]): string {
  return [
    '### Sessions, memory, latency',
    'More sessions a second are better; of all else less is.',
    comparison(summaries, true),
  ].join('\n\n');
}

/** Contenders by scenarios: of each its ratio, or, with `isValue`, what the scenario measures. */
function comparison(summaries: readonly ScenarioSummary[], isValue = false): string {
  const names = namesIn(summaries);
  const rows = summaries.map((summary) => {
    const { scenario, contenders, verdict } = summary;
    const { format: formatValue, name: quantity } = quantityOf(scenario);
    const cells = names.map((name) => {
      const found = contenders.find(({ contender }) => contender === name);
      const number = found && (isValue ? found.value : found.ratio);
      if (number === undefined) return '-';
      return isValue ? formatValue(number) : number.toFixed(2);
    });
    const label = isValue ? `${scenario.title} (${quantity})` : scenario.title;
    const held = verdict.bound === undefined ? '-' : formatVerdict(scenario, verdict);
    return [label, ...cells, held];
  });
  return table([['scenario', ...names, 'held to'], ...rows]);
}

function details({ scenario, contenders }: ScenarioSummary): string {
  const columns = columnsOf(scenario);
  const rows = contenders.map((contender) => columns.map(([, text]) => text(contender)));
  return [
    `**${scenario.title}** (${unitOf(scenario)})`,
    table([columns.map(([heading]) => heading), ...rows]),
  ].join('\n\n');
}

function plot(summaries: readonly ScenarioSummary[]): string {
  const series = namesIn(summaries).filter((name) => name !== BASELINE);
  const groups = summaries
    .filter(({ scenario }) => hasRatio(scenario))
    .map(({ scenario, contenders }): BarGroup => {
      const { must, of } = scenario.bounds;
      const bars = contenders.flatMap(({ contender, ratio }) =>
        contender === BASELINE || ratio === undefined
          ? []
          : [{ series: series.indexOf(contender), value: ratio }],
      );
      return { label: scenario.title, bars, bound: of === 'ratio' ? must : undefined };
    });
  return drawBarPlot({
    title: `CPU time of the server, ratio to ${BASELINE}`,
    subtitle: `1 is a plain ws server that does no routing, in the same run; to the left is less. Logarithmic scale.`,
    series,
    groups,
    boundName: 'bound for expressway',
  });
}

/** Whether it belongs among those that compare CPU times with the baseline's. */
function hasRatio({ measure, bounds }: Scenario): boolean {
  return measure === 'cpu' && bounds.of === 'ratio' && bounds.against === BASELINE;
}

/** In the order in which they take turns; those given by URL come last. */
function namesIn(summaries: readonly ScenarioSummary[]): readonly string[] {
  const all = summaries.flatMap(({ contenders }) => contenders.map(({ contender }) => contender));
  const names = new Set([...CONTENDERS.map(({ name }) => name), ...all]);
  return [...names].filter((name) => all.includes(name));
}

function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...body] = rows;
  const rule = head.map((_, column) => (column === 0 ? '---' : '--:'));
  return [head, rule, ...body].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

async function formatted(text: string, path: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}
