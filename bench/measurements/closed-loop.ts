import { setTimeout as sleep } from 'node:timers/promises';
import { connectLoad } from '../connect-load.js';
import type { Load } from '../generator/load.js';
import type { Reading } from '../row.js';
import type { Entry, Measurement } from './entrant.js';
import { metered } from './metered.js';

/** Between the load's start and the first reading, so that the window has found its rhythm. */
const SETTLE_MS = 200;

/** So many units are done before it counts, or so many rounds made: until then compiling takes more than what is compiled. */
const WARM_UNITS = 50_000;
const WARM_ROUNDS = 8;

/** Deliveries or calls, a fixed number of them in flight. */
export const closedLoop: Measurement = {
  isFresh: false,
  enter: async (entry) => {
    const load = await connectLoad(entry.scenario, entry.contender);
    await warmUp(load, entry.timing.warmUpMs);
    return {
      turn: () => turn(load, entry),
      close: () => {
        load.close();
      },
    };
  },
};

/** Keeps a load running until what it runs through is compiled, and stops it. */
export async function warmUp(load: Load, milliseconds: number): Promise<void> {
  load.start();
  for (let round = 0; round < WARM_ROUNDS && load.completed < WARM_UNITS; round += 1) {
    await underLoad(load, milliseconds);
  }
  await load.stop();
}

/** Lets a started load run for so long. Rejects when it fails. */
export async function underLoad(load: Load, milliseconds: number): Promise<void> {
  await Promise.race([sleep(milliseconds), load.failed]);
}

async function turn(load: Load, { contender, timing }: Entry): Promise<Reading> {
  load.start();
  await underLoad(load, SETTLE_MS);
  const reading = await metered(
    contender,
    () => load.completed,
    () => underLoad(load, timing.measureMs),
  );
  await load.stop();
  return reading;
}
