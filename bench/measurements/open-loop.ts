import { connectAudience } from '../connect-load.js';
import { closeAll, type Audience } from '../generator/audience.js';
import { FanOutLoad } from '../generator/fan-out-load.js';
import { PacedLoad } from '../generator/paced-load.js';
import type { Reading } from '../row.js';
import { underLoad, warmUp } from './closed-loop.js';
import type { Entry, Measurement } from './entrant.js';
import { latencyOf } from './latency.js';
import { lagDuring, metered } from './metered.js';

const SETTLE_MS = 200;
/** The share of its own maximum rate that is offered to a contender. */
const OFFERED_SHARE = 0.5;

/**
 * Latency at a fixed rate: half of what the contender reached in a closed loop just before. Each topic has one subscriber,
 * so every event is one message through the server and one write of it. With many subscribers the maximum, which lives
 * from joined writes, would lie beyond what single events allow, and half of it would measure queues; in a call the
 * generator's own answer as callee would be part of the time.
 */
export const openLoop: Measurement = {
  isFresh: false,
  enter: async (entry) => {
    const audience = await connectAudience(entry.scenario, entry.contender);
    await warmUp(new FanOutLoad(audience, entry.scenario.window), entry.timing.warmUpMs);
    return {
      turn: () => turn(audience, entry),
      close: () => {
        closeAll(audience);
      },
    };
  },
};

async function turn(audience: Audience, { scenario, contender, timing }: Entry): Promise<Reading> {
  const closed = new FanOutLoad(audience, scenario.window);
  const maximum = await maximumRate(closed, timing.warmUpMs);
  const copies = audience.subscribers.length / audience.topics.length;
  const load = new PacedLoad(audience, (maximum * OFFERED_SHARE) / copies);
  load.start();
  await underLoad(load, SETTLE_MS);
  load.takeLatencies();
  let generatorLagMs = 0;
  const reading = await metered(
    contender,
    () => load.completed,
    async () => {
      generatorLagMs = await lagDuring(() => underLoad(load, timing.measureMs));
    },
  );
  await load.stop();
  const latencyMs = latencyOf(load.takeLatencies());
  return { ...reading, latencyMs, offeredPerSecond: maximum * OFFERED_SHARE, generatorLagMs };
}

/** Deliveries per second in a closed loop. */
async function maximumRate(load: FanOutLoad, milliseconds: number): Promise<number> {
  load.start();
  await underLoad(load, SETTLE_MS);
  const [startMs, before] = [performance.now(), load.completed];
  await underLoad(load, milliseconds);
  const rate = (load.completed - before) / ((performance.now() - startMs) / 1000);
  await load.stop();
  return rate;
}
