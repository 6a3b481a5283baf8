import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { RunningContender } from '../contender.js';
import type { Reading } from '../row.js';

/** Does the work and answers how long it took, what was done, and what both sides used for it. */
export async function metered(
  contender: RunningContender,
  units: () => number,
  work: () => Promise<unknown>,
): Promise<Reading> {
  const before = await now(contender, units);
  await work();
  const after = await now(contender, units);
  return {
    seconds: (after.wallMs - before.wallMs) / 1000,
    units: after.units - before.units,
    serverCpuSeconds:
      after.serverCpuSeconds === undefined || before.serverCpuSeconds === undefined
        ? undefined
        : after.serverCpuSeconds - before.serverCpuSeconds,
    generatorCpuSeconds: after.generatorCpuSeconds - before.generatorCpuSeconds,
  };
}

const LAG_RESOLUTION_MS = 1;

/** Does the work and answers by how much this thread itself came late meanwhile: the 99th percentile in milliseconds. */
export async function lagDuring(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS });
  delay.enable();
  try {
    await work();
  } finally {
    delay.disable();
  }
  // What is recorded is the time between two ticks of a timer, in nanoseconds.
  return Math.max(0, delay.percentile(99) / 1e6 - LAG_RESOLUTION_MS);
}

async function now(contender: RunningContender, units: () => number) {
  const serverCpuSeconds = await contender.cpuSeconds();
  const { user, system } = process.cpuUsage();
  return {
    wallMs: performance.now(),
    units: units(),
    serverCpuSeconds,
    generatorCpuSeconds: (user + system) / 1e6,
  };
}
