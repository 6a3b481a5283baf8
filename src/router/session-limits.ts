/** Bounds of one session. A role may have its own. */
export interface SessionLimits {
  /** Messages a second that are read in the long run; a faster sender is read more slowly. */
  readonly messagesPerSecond: number;
  /** Messages that may come at once. */
  readonly burst: number;
  /** Milliseconds for which a sender may exceed its rate before it is cut off with 4429. */
  readonly floodMs: number;
  readonly subscriptions: number;
  readonly registrations: number;
  /** Calls that wait for their result. */
  readonly calls: number;
  /** Testaments of both scopes (WAMP, Session Testament). */
  readonly testaments: number;
  /** Bytes of all its testaments: topics, options and payloads. */
  readonly testamentBytes: number;
  /** Sessions with the same authid in one realm. */
  readonly sessionsPerUser: number;
  /** Bytes of a message, or of a batch of them, where its listener would take more. Default: what the listener takes. */
  readonly messageBytes?: number;
}

/** What an untrusted session may do unless its role says otherwise. */
export const DEFAULT_SESSION_LIMITS: SessionLimits = {
  messagesPerSecond: 100,
  burst: 200,
  floodMs: 30_000,
  subscriptions: 256,
  registrations: 256,
  calls: 128,
  testaments: 64,
  testamentBytes: 256 * 1024,
  sessionsPerUser: 20,
};

/** No limits: for the router's own clients. */
export const UNLIMITED_SESSION: SessionLimits = {
  messagesPerSecond: Infinity,
  burst: Infinity,
  floodMs: Infinity,
  subscriptions: Infinity,
  registrations: Infinity,
  calls: Infinity,
  testaments: Infinity,
  testamentBytes: Infinity,
  sessionsPerUser: Infinity,
};
