/** An event that was committed together with the change it tells of. */
export interface OutboxEntry {
  readonly version: number;
  readonly topic: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/**
 * Committed events in the order of their versions, until each is marked sent (the "transactional outbox").
 * Every method rejects when the database cannot be reached.
 */
export interface Outbox {
  /**
   * True when this process is the one that publishes; it stays so until the process or its database connection ends.
   * Cheap when already true, so ask before each batch.
   */
  lead(): Promise<boolean>;
  /** The oldest entries not yet marked, oldest first. */
  pending(limit: number): Promise<readonly OutboxEntry[]>;
  /** Marks all entries up to this version, and forgets marked ones that are no longer of interest to anybody. */
  markSent(version: number): Promise<void>;
  /** Called, perhaps without need, when an entry was committed by this or another process, or when `lead` may have changed. */
  onentry: () => void;
}
