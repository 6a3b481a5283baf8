import type { Reading } from '../row.js';
import type { Entry, Measurement } from './entrant.js';
import { metered } from './metered.js';

/** Sessions made and ended again: connect, upgrade, HELLO until WELCOME, the connection's end; so many at a time. */
export const join: Measurement = {
  isFresh: false,
  enter: async (entry) => {
    await joinFor(entry, entry.timing.warmUpMs);
    return {
      turn: () => joinFor(entry, entry.timing.measureMs),
      close: () => undefined,
    };
  },
};

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
