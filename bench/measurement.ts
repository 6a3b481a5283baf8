import { setTimeout as sleep } from 'node:timers/promises';
import { connectLoad } from './connect-load.js';
import type { Contender, Placement, RunningContender } from './contender.js';
import type { Load } from './generator/load.js';
import type { Row } from './row.js';
import type { Scenario } from './scenarios.js';

/** How long and how often to measure. */
export interface Timing {
  /** At least this; up to three times as long until 50,000 units are done, since a cold compiler is not to be measured. */
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly repetitions: number;
}

/** What to measure, and where. */
export interface Plan {
  readonly scenario: Scenario;
  readonly contenders: readonly Contender[];
  readonly timing: Timing;
  readonly placementOf: (contender: Contender) => Placement;
  /** Called before each step; there are as many as `stepsOf` says. */
  readonly onstep: (what: string) => void;
}

interface Entrant {
  readonly contender: RunningContender;
  readonly load: Load;
}

interface Moment {
  readonly wallMs: number;
  readonly units: number;
  readonly serverCpuSeconds: number | undefined;
  readonly generatorCpuSeconds: number;
}

/** Between the load's start and the first reading, so that the window has found its rhythm. */
const SETTLE_MS = 200;

const WARM_UNITS = 50_000;

/** Those of the contenders that can take part in the scenario. */
export function entrantsOf<Entry extends { readonly name: string }>(
  scenario: Scenario,
  contenders: readonly Entry[],
): readonly Entry[] {
  return contenders.filter(({ name }) => scenario.contenders?.includes(name) ?? true);
}

/** How many turns each contender has in the scenario. */
export function repetitionsOf(scenario: Scenario, timing: Timing): number {
  return Math.min(timing.repetitions, scenario.maxRepetitions ?? Infinity);
}

/** How many steps `measureScenario` has. */
export function stepsOf({ scenario, contenders, timing }: Omit<Plan, 'onstep' | 'placementOf'>) {
  return entrantsOf(scenario, contenders).length * (repetitionsOf(scenario, timing) + 1);
}

/**
 * Starts every contender with its connections, warms each up, and lets them take turns (A B C A B C …), one at a time
 * under load. Rejects when a message is lost, late, doubled or wrong.
 */
export async function measureScenario(plan: Plan): Promise<readonly Row[]> {
  const entrants: Entrant[] = [];
  try {
    for (const contender of entrantsOf(plan.scenario, plan.contenders))
      entrants.push(await enter(plan, contender));
    const rows: Row[] = [];
    for (
      let repetition = 1;
      repetition <= repetitionsOf(plan.scenario, plan.timing);
      repetition += 1
    ) {
      for (const entrant of entrants) {
        plan.onstep(`${plan.scenario.title}: ${entrant.contender.name}`);
        rows.push(await measure(plan, entrant, repetition));
      }
    }
    return rows;
  } finally {
    for (const { load } of entrants) load.close();
    await Promise.all(entrants.map(({ contender }) => contender.stop()));
  }
}

async function enter(plan: Plan, entry: Contender): Promise<Entrant> {
  plan.onstep(`${plan.scenario.title}: ${entry.name}, warm-up`);
  const contender = await entry.start(plan.placementOf(entry));
  try {
    const load = await connectLoad(plan.scenario, contender);
    load.start();
    for (let round = 0; round < 3 && load.completed < WARM_UNITS; round += 1) {
      await underLoad(load, plan.timing.warmUpMs);
    }
    await load.stop();
    return { contender, load };
  } catch (error) {
    await contender.stop();
    throw explained(error, contender);
  }
}

async function measure(plan: Plan, entrant: Entrant, repetition: number): Promise<Row> {
  const { load, contender } = entrant;
  try {
    load.start();
    await underLoad(load, SETTLE_MS);
    const before = await now(entrant);
    await underLoad(load, plan.timing.measureMs);
    const after = await now(entrant);
    await load.stop();
    return {
      scenario: plan.scenario.name,
      contender: contender.name,
      repetition,
      seconds: (after.wallMs - before.wallMs) / 1000,
      units: after.units - before.units,
      serverCpuSeconds: difference(after.serverCpuSeconds, before.serverCpuSeconds),
      generatorCpuSeconds: after.generatorCpuSeconds - before.generatorCpuSeconds,
    };
  } catch (error) {
    throw explained(error, contender);
  }
}

async function now({ contender, load }: Entrant): Promise<Moment> {
  const serverCpuSeconds = await contender.cpuSeconds();
  const { user, system } = process.cpuUsage();
  return {
    wallMs: performance.now(),
    units: load.completed,
    serverCpuSeconds,
    generatorCpuSeconds: (user + system) / 1e6,
  };
}

function difference(after: number | undefined, before: number | undefined): number | undefined {
  return after === undefined || before === undefined ? undefined : after - before;
}

async function underLoad(load: Load, durationMs: number): Promise<void> {
  await Promise.race([sleep(durationMs), load.failed]);
}

/** The failure with the contender's name and what its server said of it. */
function explained(error: unknown, { name, errorOutput }: RunningContender): Error {
  const words = error instanceof Error ? error.message : String(error);
  return new Error(`${name}: ${words}\n${errorOutput()}`.trimEnd(), { cause: error });
}
