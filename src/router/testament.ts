import type { Publish } from './protocol/message.js';

/** When a testament is published: without session resumption both come at the end of the session, `detached` first (WAMP, Session Testament). */
export type TestamentScope = 'detached' | 'destroyed';

/** What is published when a session ends. */
export type Testament = Publish;

/** Bounds of what one session may leave behind. */
export interface TestamentLimits {
  /** Testaments of both scopes, at most. */
  readonly count: number;
  /** Bytes of all of them, at most: topics, options and payloads. */
  readonly bytes: number;
}

/** The default bounds. */
export const DEFAULT_TESTAMENT_LIMITS: TestamentLimits = { count: 64, bytes: 256 * 1024 };
