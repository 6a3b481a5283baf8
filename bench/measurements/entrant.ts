import type { RunningContender } from '../contender.js';
import type { Reading } from '../row.js';
import type { Scenario } from '../scenarios.js';

/** How long and how often to measure. */
export interface Timing {
  /** At least this; several times as long until 50,000 units are done, since a cold compiler is not to be measured. */
  readonly warmUpMs: number;
  readonly measureMs: number;
  readonly repetitions: number;
}

/** What a kind of measurement starts from. */
export interface Entry {
  readonly scenario: Scenario;
  readonly contender: RunningContender;
  readonly timing: Timing;
}

/** A contender that is connected and warm, and waits for its turns. */
export interface Entrant {
  /** Measures once. Rejects when a message is lost, late, doubled or wrong, or a connection ends. */
  readonly turn: () => Promise<Reading>;
  /** Ends all connections. */
  readonly close: () => void;
}

/** A kind of measurement. */
export interface Measurement {
  /** Whether each turn needs a server that has done nothing before. */
  readonly isFresh: boolean;
  readonly enter: (entry: Entry) => Promise<Entrant>;
}
