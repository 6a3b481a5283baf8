/** `npm run bench`: measures the router against a bare ws server; see docs/performance.md. */
import { writeFileSync } from 'node:fs';
import { ROUTER, type Contender } from './contender.js';
import { pinGenerator, type Cores } from './cores.js';
import { describeEnvironment, formatEnvironment } from './environment.js';
import { measureScenario, stepsOf } from './measurement.js';
import { helpText, parseOptions, UsageError, type BenchOptions } from './options.js';
import { ProgressBar } from './progress-bar.js';
import { formatScenario } from './report.js';
import type { Row } from './row.js';
import { summarise, type ScenarioSummary } from './summary.js';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === undefined) {
      process.stdout.write(helpText());
      return 0;
    }
    return await run(options);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\nTry --help.\n`);
      return 2;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function run(options: BenchOptions): Promise<number> {
  const cores = pinGenerator();
  const environment = describeEnvironment(cores);
  process.stdout.write(`${formatEnvironment(environment)}\n`);
  const rows: Row[] = [];
  const summaries: ScenarioSummary[] = [];
  const steps = options.scenarios
    .map((scenario) => stepsOf({ ...options, scenario }))
    .reduce((sum, count) => sum + count, 0);
  const progress = new ProgressBar(steps);
  try {
    for (const scenario of options.scenarios) {
      const measured = await measureScenario({
        scenario,
        contenders: options.contenders,
        timing: options.timing,
        placementOf: (contender) => placement(contender, cores, options),
        onstep: (what) => {
          progress.step(what);
        },
      });
      rows.push(...measured);
      const summary = summarise(scenario, measured, options.mode);
      summaries.push(summary);
      progress.end();
      process.stdout.write(`${formatScenario(summary)}\n`);
    }
  } finally {
    progress.end();
  }
  if (options.jsonFile !== undefined) {
    const report = { environment, arguments: process.argv.slice(2), rows, summaries };
    writeFileSync(options.jsonFile, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return conclude(summaries);
}

function placement(contender: Contender, cores: Cores | undefined, options: BenchOptions) {
  const profileDirectory = contender.name === ROUTER ? options.profileDirectory : undefined;
  return { core: cores?.server, profileDirectory };
}

/** Says what a reader must know of the whole run and answers the exit code. */
function conclude(summaries: readonly ScenarioSummary[]): number {
  const slow = summaries.flatMap(({ scenario, contenders }) =>
    contenders
      .filter(({ bottleneck }) => bottleneck === 'generator')
      .map(({ contender }) => `${contender} in ${scenario.title}`),
  );
  if (slow.length > 0) {
    process.stdout.write(
      `The generator was the bottleneck of ${slow.join('; ')}: these could go faster; their CPU times stand.\n`,
    );
  }
  const missed = summaries.filter(({ isMet }) => isMet === false);
  for (const { scenario } of missed) process.stdout.write(`Bound missed: ${scenario.title}.\n`);
  return missed.length === 0 ? 0 : 1;
}
