import { setTimeout as sleep } from 'node:timers/promises';
import { connectAudience } from '../connect-load.js';
import { connectMany } from '../generator/connect-many.js';
import { closeAll, type Audience } from '../generator/audience.js';
import { FanOutLoad } from '../generator/fan-out-load.js';
import type { Reading } from '../row.js';
import type { Entrant, Entry, Measurement } from './entrant.js';
import { metered } from './metered.js';
import { requireOpenFiles } from './open-files.js';

/** Sessions that come and go first, so that compiled code and the heap's first growth are not billed to those that stay. */
const FIRST_SESSIONS = 500;

/** The memory is settled when so many samples, which span the warm-up's time, lie within 0.5 %. */
const CALM_SAMPLES = 4;
/** It is taken as it is after so many. */
const MAX_SAMPLES = 30;
const CALM = 0.005;

/**
 * Memory of sessions that do nothing, each subscribed to a topic of its own. Nobody asks the server to collect its garbage:
 * what counts is what it holds by itself once it had some seconds of rest. In the end each session gets an event, so none
 * was lost.
 */
export const idle: Measurement = {
  isFresh: true,
  enter: async (entry) => {
    requireOpenFiles(entry.scenario.topics);
    const first = Array.from({ length: Math.min(FIRST_SESSIONS, entry.scenario.topics) });
    for (const peer of await connectMany(first, () => entry.contender.connect())) peer.close();
    return new IdleSessions(entry);
  },
};

class IdleSessions implements Entrant {
  readonly #entry: Entry;
  #audience: Audience | undefined;

  constructor(entry: Entry) {
    this.#entry = entry;
  }

  readonly turn = async (): Promise<Reading> => {
    const { scenario, contender } = this.#entry;
    const before = await settledRss(this.#entry);
    let audience: Audience | undefined;
    const reading = await metered(
      contender,
      () => audience?.subscribers.length ?? 0,
      async () => {
        audience = await connectAudience(scenario, contender);
        this.#audience = audience;
      },
    );
    const after = await settledRss(this.#entry);
    if (audience !== undefined) await reachAll(audience, scenario.window);
    const rssBytesPerSession =
      before === undefined || after === undefined ? undefined : (after - before) / reading.units;
    return { ...reading, rssBytesPerSession };
  };

  readonly close = (): void => {
    if (this.#audience !== undefined) closeAll(this.#audience);
  };
}

/** The server's memory once it rests; undefined where it is unknown. */
async function settledRss({ contender, timing }: Entry): Promise<number | undefined> {
  let last = NaN;
  let calm = 0;
  for (let sample = 0; sample < MAX_SAMPLES && calm < CALM_SAMPLES; sample += 1) {
    await sleep(timing.warmUpMs / CALM_SAMPLES);
    const rss = await contender.rssBytes();
    if (rss === undefined) return undefined;
    calm = Math.abs(rss - last) <= last * CALM ? calm + 1 : 0;
    last = rss;
  }
  return last;
}

/** Publishes to each topic at least once. Rejects when an event does not arrive. */
async function reachAll(audience: Audience, window: number): Promise<void> {
  const load = new FanOutLoad(audience, window);
  load.start();
  while (load.completed < audience.topics.length) {
    await Promise.race([sleep(10), load.failed]);
  }
  await load.stop();
}
