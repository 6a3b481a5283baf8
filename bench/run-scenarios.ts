import { BASELINE, ROUTER, type Contender, type Placement } from './contender.js';
import { ContenderFailure } from './contender-failure.js';
import { measureScenario, stepsOf } from './measurement.js';
import type { BenchOptions } from './options.js';
import { ProgressBar } from './progress-bar.js';
import { formatScenario } from './report.js';
import type { Row } from './row.js';
import { summarise, type ScenarioSummary } from './summary.js';

/** What all scenarios showed. */
export interface Outcome {
  readonly rows: readonly Row[];
  readonly summaries: readonly ScenarioSummary[];
  /** Who failed where, and how. */
  readonly failures: readonly string[];
}

type PlacementOf = (contender: Contender) => Placement;

/**
 * Measures one scenario after the other, with a progress bar, and prints each as soon as it is known. A contender that
 * fails in a scenario is left out of it, and what it did is told; a failure of the router or of the yardstick ends the run.
 */
export async function runScenarios(
  options: BenchOptions,
  placementOf: PlacementOf,
): Promise<Outcome> {
  const rows: Row[] = [];
  const summaries: ScenarioSummary[] = [];
  const failures: string[] = [];
  const steps = options.scenarios.map((scenario) => stepsOf({ ...options, scenario }));
  const progress = new ProgressBar(steps.reduce((sum, count) => sum + count, 0));
  try {
    for (const scenario of options.scenarios) {
      const plan = { ...options, scenario, placementOf, onstep: progress.step.bind(progress) };
      const measured = await measureThoseThatCan(plan, failures);
      rows.push(...measured);
      const summary = summarise(scenario, measured, options.mode);
      summaries.push(summary);
      progress.end();
      process.stdout.write(`${formatScenario(summary)}\n`);
    }
  } finally {
    progress.end();
  }
  for (const failure of failures) process.stdout.write(`${failure}\n`);
  return { rows, summaries, failures };
}

type Plan = Parameters<typeof measureScenario>[0];

async function measureThoseThatCan(plan: Plan, failures: string[]): Promise<readonly Row[]> {
  try {
    return await measureScenario(plan);
  } catch (error) {
    const failed = error instanceof ContenderFailure ? error.contender : ROUTER;
    if (failed === ROUTER || failed === BASELINE) throw error;
    failures.push(`${failed} failed in ${plan.scenario.title}: ${firstLine(error)}`);
    const contenders = plan.contenders.filter(({ name }) => name !== failed);
    return measureThoseThatCan({ ...plan, contenders }, failures);
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1).join();
}
