/** `npm run bench`: measures the router against a bare ws server and others; see docs/performance.md. */
import { writeFileSync } from 'node:fs';
import { ROUTER, type Contender } from './contender.js';
import { pinGenerator, type Cores } from './cores.js';
import { writeDocuments, type Findings } from './document.js';
import { describeEnvironment, environmentLines } from './environment.js';
import { installPeers } from './npm-peers.js';
import { helpText, parseOptions, UsageError, type BenchOptions } from './options.js';
import { formatRemarks } from './report.js';
import { runScenarios } from './run-scenarios.js';
import type { ScenarioSummary } from './summary.js';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options === undefined) {
      process.stdout.write(helpText());
      return 0;
    }
    return await run(options, args);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\nTry --help.\n`);
      return 2;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function run(options: BenchOptions, args: readonly string[]): Promise<number> {
  const cores = pinGenerator();
  const environment = describeEnvironment(cores, options.contenders);
  process.stdout.write(`${environmentLines(environment).join('\n')}\n\n`);
  if (options.contenders.some(({ isFromNpm }) => isFromNpm === true)) {
    await installPeers(() => {
      process.stderr.write('Installing the peers from npm in bench/peers, once …\n');
    });
  }
  const found = await runScenarios(options, (contender) => placement(contender, cores, options));
  await keep(options, { environment, arguments: args, ...found });
  return conclude(found.summaries);
}

async function keep(options: BenchOptions, findings: Findings): Promise<void> {
  const { jsonFile, outputDirectory } = options;
  if (jsonFile !== undefined) {
    writeFileSync(jsonFile, `${JSON.stringify(findings, undefined, 2)}\n`);
  }
  if (outputDirectory === undefined) return;
  await writeDocuments(outputDirectory, findings);
  process.stdout.write(`Written: performance.md, .svg and .json in ${outputDirectory}\n`);
}

function placement(contender: Contender, cores: Cores | undefined, options: BenchOptions) {
  const profileDirectory = contender.name === ROUTER ? options.profileDirectory : undefined;
  return { core: cores?.server, profileDirectory };
}

/** Says what a reader must know of the whole run and answers the exit code. */
function conclude(summaries: readonly ScenarioSummary[]): number {
  for (const remark of formatRemarks(summaries)) process.stdout.write(`${remark}\n`);
  return summaries.some(({ verdict }) => verdict.outcome === 'missed') ? 1 : 0;
}
