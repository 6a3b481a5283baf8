import { connectAudience } from '../connect-load.js';
import { closeAll, type Audience } from '../generator/audience.js';
import { PacedLoad } from '../generator/paced-load.js';
import { StormClients, type StormOutcome } from '../generator/storm-clients.js';
import type { Reading } from '../row.js';
import { underLoad } from './closed-loop.js';
import type { Entry, Measurement } from './entrant.js';
import { latencyOf } from './latency.js';
import { lagDuring, metered } from './metered.js';
import { requireOpenFiles } from './open-files.js';

/** Events before the cut, which find the server calm. */
const SETTLE_MS = 500;

/**
 * Many clients, cut and back at once, beside established sessions that get events at a fixed rate. Latencies are those of
 * the established ones from the cut until the last client is back.
 */
export const storm: Measurement = {
  isFresh: false,
  enter: async (entry) => {
    const { scenario, contender } = entry;
    const { endpoint } = contender;
    if (endpoint === undefined) throw new Error('its clients cannot live in a thread of their own');
    const sessions = scenario.sessions ?? 1;
    requireOpenFiles(2 * sessions + scenario.subscribersPerTopic);
    const audience = await connectAudience(scenario, contender);
    return {
      turn: async () => {
        // For one turn only: those of all contenders together would be more than a process may have open.
        const clients = await StormClients.connect(endpoint, sessions);
        try {
          return await turn(clients, audience, entry);
        } finally {
          clients.close();
        }
      },
      close: () => {
        closeAll(audience);
      },
    };
  },
};

async function turn(
  clients: StormClients,
  audience: Audience,
  { scenario, contender }: Entry,
): Promise<Reading> {
  const load = new PacedLoad(audience, scenario.eventsPerSecond ?? 1);
  load.start();
  await underLoad(load, SETTLE_MS);
  load.takeLatencies();
  let outcome: StormOutcome = { seconds: 0, refusals: 0 };
  let generatorLagMs = 0;
  const reading = await metered(
    contender,
    () => load.completed,
    async () => {
      generatorLagMs = await lagDuring(async () => {
        outcome = await Promise.race([clients.cut(), load.failed]);
      });
    },
  );
  await load.stop();
  return {
    ...reading,
    units: scenario.sessions ?? 1,
    latencyMs: latencyOf(load.takeLatencies()),
    recoverySeconds: outcome.seconds,
    refusals: outcome.refusals,
    generatorLagMs,
  };
}
