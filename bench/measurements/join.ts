import type { Reading } from '../row.js';
import type { Entry, Measurement } from './entrant.js';
import { metered } from './metered.js';

/** Sessions that are made before it counts, or rounds if that takes too long. */
const WARM_UP_SESSIONS = 10_000;
const WARM_UP_ROUNDS = 8;

/** Sessions made and ended again: connect, upgrade, HELLO until WELCOME, the connection's end; so many at a time. */
export const join: Measurement = {
  isFresh: false,
  enter: async (entry) => {
    await warmUp(entry);
    return {
      turn: () => joinFor(entry, entry.timing.measureMs),
      close: () => undefined,
    };
  },
};

/** To join runs through more code than anything else, and it is quick only when all of that has been compiled for good. */
async function warmUp(entry: Entry): Promise<void> {
  let joined = 0;
  for (let round = 0; round < WARM_UP_ROUNDS && joined < WARM_UP_SESSIONS; round += 1) {
    joined += (await joinFor(entry, entry.timing.warmUpMs)).units;
  }
}

function joinFor({ scenario, contender }: Entry, milliseconds: number): Promise<Reading> {
  let joined = 0;
  const endMs = performance.now() + milliseconds;
  const joinAndLeave = async () => {
    do {
      (await contender.connect()).close();
      joined += 1;
    } while (performance.now() < endMs);
  };
  return metered(
    contender,
    () => joined,
    () => Promise.all(Array.from({ length: scenario.sessions ?? 1 }, joinAndLeave)),
  );
}
