/** One statement with its parameters. `$1`, `$2`, … stand in the text in ascending order. */
export interface Statement {
  readonly text: string;
  readonly values: readonly (string | number)[];
}

/** A row as the driver gives it: parse before use. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * A transaction as a generator: it yields statements and is given their rows. Written once, it is driven with `await` by
 * PostgreSQL and without by the embedded store, whose one connection must not be shared halfway through a transaction.
 */
export type Steps<T> = Generator<Statement, T, readonly Row[]>;

/** What the store needs from a database. */
export interface SqlDatabase {
  /** Runs the steps in one transaction: committed when they return, rolled back when they throw. */
  transaction<T>(steps: () => Steps<T>): Promise<T>;
  /** The same, and its commit calls `onannounced` in every process that shares the database. */
  announcedTransaction<T>(steps: () => Steps<T>): Promise<T>;
  /** See Outbox.lead. */
  lead(): Promise<boolean>;
  onannounced: () => void;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A statement from its text and parameters. */
export function sql(text: string, ...values: readonly (string | number)[]): Statement {
  return { text, values };
}
