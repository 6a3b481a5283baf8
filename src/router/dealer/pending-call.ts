import type { RequestId } from '../protocol/id.js';
import type { Dict } from '../protocol/message.js';
import type { Payload } from '../protocol/payload.js';
import type { Registration } from './registration.js';
import type { Session } from '../session.js';
import type { CallOptions } from './call-options.js';

/** The calls of one session that wait for an answer. Request ids repeat across sessions, so each has tables of its own. */
export interface SessionCalls {
  readonly session: Session;
  /** By CALL.Request, the longest waiting first. */
  readonly made: Map<RequestId, PendingCall>;
  /** By INVOCATION.Request. */
  readonly received: Map<RequestId, PendingCall>;
  lastInvocation: RequestId;
}

/** A session's part in a registration. */
export interface Callee {
  readonly session: Session;
  /** Where its invocations are noted. */
  readonly calls: SessionCalls;
  /** REGISTER.Options.disclose_caller. */
  readonly disclosesCaller: boolean;
  /** Whether it measures the timeouts of calls itself. */
  readonly forwardsTimeout: boolean;
  /** Invocations for this registration that it takes at a time. */
  readonly concurrency: number;
  /** Those that it has. */
  inFlight: number;
}

/** A registration with what the dealer needs to know of its callees. */
export interface ActiveRegistration extends Registration {
  /** In the order in which they registered. */
  readonly members: readonly Callee[];
  /** The place of the member whose turn it is. */
  turn: number;
  /** Calls under way whose payloads are kept, since another member may have to take them over. */
  kept: number;
  /** Calls for which no member was free, the first to be served first; undefined until there is one. */
  waiting: Map<PendingCall, Payload> | undefined;
}

/** The time from one look at the deadlines to the next: calls that began in it share it, so that none needs a clock of its own. */
export interface Span {
  /** In milliseconds of `performance.now()`; Infinity until then. */
  endedAt: number;
}

/** A call that has not got its final answer. */
export interface PendingCall {
  readonly caller: Session;
  /** The caller's table, in which it stands. */
  readonly from: SessionCalls;
  /** CALL.Request. */
  readonly request: RequestId;
  readonly procedure: string;
  readonly registration: ActiveRegistration;
  readonly options: CallOptions;
  /** Undefined while the call waits for one. */
  callee: Callee | undefined;
  /** INVOCATION.Request. */
  invocation: RequestId;
  /** INVOCATION.Details, `progress` excepted. */
  details: Dict;
  /** Whether the callee was told that the caller takes progressive results. */
  takesProgress: boolean;
  /** Whether the caller may send further parts. */
  isInputOpen: boolean;
  /** Whether a CANCEL of mode kill has interrupted the callee: another says nothing new. */
  isKilled: boolean;
  /** When it began to wait for its next answer. */
  since: Span;
  /** When it ends unanswered by the timeout of its own, in milliseconds of `performance.now()`. */
  deadline: number;
  /** Its place among the calls with a timeout of their own; -1 when it is not among them. */
  place: number;
  /** Kept while another callee may have to take the call over. */
  payload: Payload | undefined;
  /** The callees that were not available. */
  tried: Set<Session> | undefined;
}
