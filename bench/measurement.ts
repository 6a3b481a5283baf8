import { ContenderFailure } from './contender-failure.js';
import type { Contender, Placement, RunningContender } from './contender.js';
import { closedLoop } from './measurements/closed-loop.js';
import type { Entrant, Measurement, Timing } from './measurements/entrant.js';
import { idle } from './measurements/idle.js';
import { join } from './measurements/join.js';
import { openLoop } from './measurements/open-loop.js';
import { storm } from './measurements/storm.js';
import type { Row } from './row.js';
import type { Scenario } from './scenarios.js';

/** What to measure, and where. */
export interface Plan {
  readonly scenario: Scenario;
  readonly contenders: readonly Contender[];
  readonly timing: Timing;
  readonly placementOf: (contender: Contender) => Placement;
  /** Called before each step; there are as many as `stepsOf` says. */
  readonly onstep: (what: string) => void;
}

const MEASUREMENTS: Readonly<Record<Scenario['kind'], Measurement>> = {
  'fan-out': closedLoop,
  rpc: closedLoop,
  join,
  idle,
  'open-loop': openLoop,
  storm,
};

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

/** How many steps `measureScenario` has: a warm-up for each start of a server, and the turns. */
export function stepsOf({
  scenario,
  contenders,
  timing,
}: Pick<Plan, 'scenario' | 'contenders' | 'timing'>): number {
  const turns = repetitionsOf(scenario, timing);
  const starts = MEASUREMENTS[scenario.kind].isFresh ? turns : 1;
  return entrantsOf(scenario, contenders).length * (starts + turns);
}

/**
 * Lets the contenders take turns (A B C A B C …), one at a time under load. Their servers are started before, with all
 * connections, and warmed up; or, where memory is measured, for each turn anew. Rejects when a message is lost, late,
 * doubled or wrong.
 */
export function measureScenario(plan: Plan): Promise<readonly Row[]> {
  return MEASUREMENTS[plan.scenario.kind].isFresh ? measureFresh(plan) : measureWarm(plan);
}

async function measureWarm(plan: Plan): Promise<readonly Row[]> {
  const running: Running[] = [];
  try {
    for (const contender of entrantsOf(plan.scenario, plan.contenders)) {
      running.push(await start(plan, contender));
    }
    const rows: Row[] = [];
    for (const repetition of repetitions(plan)) {
      for (const entrant of running) rows.push(await measure(plan, entrant, repetition));
    }
    return rows;
  } finally {
    await Promise.all(running.map(stop));
  }
}

async function measureFresh(plan: Plan): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const repetition of repetitions(plan)) {
    for (const contender of entrantsOf(plan.scenario, plan.contenders)) {
      const running = await start(plan, contender);
      try {
        rows.push(await measure(plan, running, repetition));
      } finally {
        await stop(running);
      }
    }
  }
  return rows;
}

/** 1, 2, 3, … */
function repetitions({ scenario, timing }: Plan): readonly number[] {
  return Array.from({ length: repetitionsOf(scenario, timing) }, (_, index) => index + 1);
}

interface Running {
  readonly contender: RunningContender;
  readonly entrant: Entrant;
}

async function start(plan: Plan, entry: Contender): Promise<Running> {
  const { scenario, timing } = plan;
  plan.onstep(`${scenario.title}: ${entry.name}, warm-up`);
  const contender = await entry.start(plan.placementOf(entry));
  try {
    const entrant = await MEASUREMENTS[scenario.kind].enter({ scenario, contender, timing });
    return { contender, entrant };
  } catch (error) {
    await contender.stop();
    throw explained(error, contender);
  }
}

async function stop({ contender, entrant }: Running): Promise<void> {
  entrant.close();
  await contender.stop();
}

async function measure(
  plan: Plan,
  { contender, entrant }: Running,
  repetition: number,
): Promise<Row> {
  const scenario = plan.scenario.name;
  plan.onstep(`${plan.scenario.title}: ${contender.name}`);
  try {
    const reading = await entrant.turn();
    return { scenario, contender: contender.name, repetition, ...reading };
  } catch (error) {
    throw explained(error, contender);
  }
}

/** The failure with the contender's name and what its server said of it. */
function explained(error: unknown, { name, errorOutput }: RunningContender): Error {
  return new ContenderFailure(name, error, errorOutput());
}
