import type { Authorizer } from './authorizer.js';
import type { DisclosurePolicy } from './disclosure.js';
import type { SessionId } from './protocol/id.js';
import type { MatchPolicy } from './protocol/uri.js';
import type { RequestIds } from './session.js';
import type { SessionProcedures } from './session-procedure.js';
import type { RoleTerms } from './session-terms.js';

/** What a realm is made of. */
export interface RealmOptions {
  readonly name: string;
  readonly authorizer: Authorizer;
  /** The roles that a session may have here. */
  readonly roles: ReadonlyMap<string, RealmRole>;
  /** A realm of the router's own clients: to everybody else there is no such realm. */
  readonly isInternal?: boolean;
  /** The listeners through which it can be joined: whoever comes in elsewhere finds no such realm. Default: all. */
  readonly listeners?: ReadonlySet<string>;
  /** How requests are numbered here, whatever the listener says. */
  readonly requestIds?: RequestIds;
  /** Whether publishers and callers are made known. Default `on_request`. */
  readonly disclosure?: DisclosurePolicy;
  /** Whether URIs must keep the strict rule of WAMP 2.1.1. Default: the loose one. */
  readonly hasStrictUris?: boolean;
  /** What retained events may take. */
  readonly retention?: RetentionLimits;
  /** The topics and patterns whose events are kept for `wamp.subscription.get_events`. Default: none. */
  readonly history?: readonly HistoryRule[];
  /** Whether a callee may take a procedure from those who hold it by `force_reregister`, as Crossbar has it. Default: no. */
  readonly allowsForceReregister?: boolean;
  /** Calls that wait for one registration all of whose callees are busy; 0: none waits, it is refused. Default 1,000. */
  readonly waitingCalls?: number;
  /** What is done as Thruway does it. Default: nothing. */
  readonly thruway?: ThruwayOptions;
  /** What becomes of sessions whose proof is over; what is left out is as the router has it. */
  readonly expiry?: Partial<Expiry>;
  /** Procedures that the realm serves by itself, beside the meta API. Default: none. */
  readonly procedures?: SessionProcedures;
  /** Hears of each session that has left. */
  readonly onleft?: (session: SessionId) => void;
}

/** What becomes of a session whose proof (a token) is over. */
export interface Expiry {
  /** Milliseconds for which it goes on. */
  readonly graceMs: number;
  /** Then: `close` its transport with 4401, so that the client comes back with another proof, or `goodbye`, so that it does not. */
  readonly action: 'close' | 'goodbye';
}

/** What the sessions of a role are given. */
export type RealmRole = RoleTerms;

/** Bounds of the retained events of a realm. */
export interface RetentionLimits {
  /** Topics with a retained event, at most; 0 switches retention off. */
  readonly topics: number;
  /** Bytes of all their payloads, at most. */
  readonly bytes: number;
  /** How long an event is kept when its publisher does not say; undefined: for good. */
  readonly ttlMs?: number;
}

/** The default bounds. */
export const DEFAULT_RETENTION: RetentionLimits = { topics: 10_000, bytes: 64 * 1024 * 1024 };

/** What holds where a realm's options say nothing. */
export const REALM_DEFAULTS = {
  disclosure: 'on_request',
  hasStrictUris: false,
  retention: DEFAULT_RETENTION,
  history: [],
  allowsForceReregister: false,
  waitingCalls: 1000,
} as const satisfies Partial<RealmOptions>;

/** A subscription whose events are kept, whether anybody holds it or not (WAMP, Event History). */
export interface HistoryRule {
  readonly uri: string;
  readonly match: MatchPolicy;
  /** Events that are kept, at most: the oldest give way. */
  readonly events: number;
  /** How long one is kept; undefined: until others take its place. */
  readonly maxAgeMs?: number;
}

/** What a realm does as Thruway does it, for those who come from there. Each is off unless it is switched on. */
export interface ThruwayOptions {
  /** The procedures `add_state_handler` and `remove_state_handler`, and publications marked `_thruway_restoring_state`. */
  readonly stateHandlers?: boolean | undefined;
  /** `invoke: "_thruway"` and `thruway_multiregister`: the least busy callee, one call at a time each. */
  readonly multiregister?: boolean | undefined;
  /** `replace_orphaned_session: "yes"`: a holder of the procedure that gives no sign of life loses it. */
  readonly replaceOrphanedSession?: boolean | undefined;
  /** The events `wamp.metaevent.session.on_join` and `.on_leave`, and `thruway.metaevent.procedure.congestion`. */
  readonly metaEvents?: boolean | undefined;
}
