import type { SequenceFaults } from './sequence-checker.js';

/**
 * Work kept in flight against one server, in a closed loop: a new event or call starts when an earlier one is wholly
 * done. Connections are made before it and last until `close()`; `start` and `stop` may alternate.
 */
export interface Load {
  /** Deliveries or calls finished and checked since the load was made. */
  readonly completed: number;
  /** Rejects when the load cannot go on: a connection ended, a message was not what it had to be. */
  readonly failed: Promise<never>;
  /** Fills the window. */
  start(): void;
  /** Starts nothing new and resolves when nothing is in flight. Rejects when that takes too long or faults were seen. */
  stop(): Promise<void>;
  /** Ends all connections. */
  close(): void;
}

const DRAIN_MS = 5_000;

/** What all loads share: how much is in flight, the end of a run, the first failure. */
export class InFlight {
  readonly failed: Promise<never>;
  /** Ends the load with a reason; only the first one counts. */
  readonly fail: (error: Error) => void;
  #count = 0;
  #isStopping = true;
  #ondrained: () => void = () => undefined;

  constructor() {
    let reject: (error: Error) => void = () => undefined;
    this.failed = new Promise<never>((_, rejectFailed) => {
      reject = rejectFailed;
    });
    this.fail = reject;
    // Whoever measures races against it; a failure between two runs is found by the next.
    this.failed.catch(() => undefined);
  }

  start(): void {
    this.#isStopping = false;
  }

  /** Notes that so many more are in flight. */
  begin(count = 1): void {
    this.#count += count;
  }

  /** Notes that one is done; true when another may start. */
  end(): boolean {
    this.#count -= 1;
    if (this.#count === 0) this.#ondrained();
    return !this.#isStopping;
  }

  /** Resolves when nothing is in flight and `faults` finds nothing wrong; see Load.stop. */
  async stop(faults: () => SequenceFaults, drainMs = DRAIN_MS): Promise<void> {
    this.#isStopping = true;
    let timer: NodeJS.Timeout | undefined;
    const drained = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, drainMs, false);
      this.#ondrained = () => {
        resolve(true);
      };
      if (this.#count === 0) resolve(true);
    });
    const isDrained = await Promise.race([drained, this.failed]).finally(() => {
      clearTimeout(timer);
    });
    const found = describeFaults(faults());
    if (!isDrained) throw new Error(`${this.#count} unfinished after ${drainMs / 1000} s${found}`);
    if (found !== '') throw new Error(`delivered wrongly${found}`);
  }
}

/** The sum of several streams' faults. */
export function sumFaults(all: readonly SequenceFaults[]): SequenceFaults {
  const sum = { lost: 0, reordered: 0, duplicated: 0, foreign: 0 };
  for (const faults of all) {
    sum.lost += faults.lost;
    sum.reordered += faults.reordered;
    sum.duplicated += faults.duplicated;
    sum.foreign += faults.foreign;
  }
  return sum;
}

function describeFaults(faults: SequenceFaults): string {
  const found = Object.entries(faults).filter(([, count]) => count !== 0);
  return found.map(([kind, count]) => `, ${String(count)} ${kind}`).join('');
}
