import { nextRequestId, NO_REQUEST, type RequestId } from '../protocol/id.js';
import { NO_DETAILS, type Call } from '../protocol/message.js';
import type { Session } from '../session.js';
import type { CallOptions } from './call-options.js';
import type {
  ActiveRegistration,
  Callee,
  PendingCall,
  SessionCalls,
  Span,
} from './pending-call.js';

/** The calls of a realm that wait for an answer, by the caller's request and by the callee's invocation. */
export class PendingCalls {
  readonly #timeoutMs: number;
  readonly #bySession = new Map<Session, SessionCalls>();
  #span: Span = { endedAt: Infinity };

  /**
   * `timeoutMs`: how long a call without a timeout of its own may wait for its next answer; 0: for good. It counts from the first
   * {@link findExpired} after the call began to wait.
   */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs > 0 ? timeoutMs : Infinity;
  }

  /** The tables of a session, made when it has none. */
  of(session: Session): SessionCalls {
    let calls = this.#bySession.get(session);
    if (calls === undefined) {
      calls = { session, made: new Map(), received: new Map(), lastInvocation: NO_REQUEST };
      this.#bySession.set(session, calls);
    }
    return calls;
  }

  /** The call that a session made with this request. */
  findMade(caller: Session, request: RequestId): PendingCall | undefined {
    return this.#bySession.get(caller)?.made.get(request);
  }

  /** The call that a session was invoked for. */
  findReceived(callee: Session, invocation: RequestId): PendingCall | undefined {
    return this.#bySession.get(callee)?.received.get(invocation);
  }

  /** Whether a session was ever sent an invocation with this id: they are sequential. */
  wasIssued(callee: Session, invocation: RequestId): boolean {
    return invocation <= (this.#bySession.get(callee)?.lastInvocation ?? NO_REQUEST);
  }

  /** Notes a call. No callee has it yet. */
  add(
    from: SessionCalls,
    message: Call,
    registration: ActiveRegistration,
    options: CallOptions,
  ): PendingCall {
    const call: PendingCall = {
      caller: from.session,
      from,
      request: message.request,
      procedure: message.procedure,
      registration,
      options,
      callee: undefined,
      invocation: NO_REQUEST,
      details: NO_DETAILS,
      takesProgress: false,
      isInputOpen: options.isProgressive,
      isKilled: false,
      since: this.#span,
      deadline: Infinity,
      place: -1,
      payload: undefined,
      tried: undefined,
    };
    from.made.set(call.request, call);
    return call;
  }

  /** Gives a call to a callee and numbers the invocation: 1, 2, 3 ... for each session (WAMP 2.1.2). */
  assign(call: PendingCall, callee: Callee): void {
    const { calls } = callee;
    calls.lastInvocation = nextRequestId(calls.lastInvocation);
    call.callee = callee;
    call.invocation = calls.lastInvocation;
    calls.received.set(call.invocation, call);
    callee.inFlight += 1;
  }

  /** Takes a call from its callee again. */
  release(call: PendingCall): void {
    const { callee } = call;
    if (callee === undefined) return;
    callee.calls.received.delete(call.invocation);
    callee.inFlight -= 1;
    call.callee = undefined;
  }

  /** The call goes on: whoever set no timeout of its own waits anew. */
  renew(call: PendingCall): void {
    const { made } = call.from;
    call.since = this.#span;
    // To the end: a session's calls stand in the order in which they began to wait.
    made.delete(call.request);
    made.set(call.request, call);
  }

  /** Forgets a session; gives the calls that it made and those that it was to answer, which still stand in the tables of others. */
  removeSession(session: Session): { made: PendingCall[]; received: PendingCall[] } {
    const calls = this.#bySession.get(session);
    this.#bySession.delete(session);
    return {
      made: [...(calls?.made.values() ?? [])],
      received: [...(calls?.received.values() ?? [])],
    };
  }

  /** The calls without a timeout of their own that have waited for the whole of it, by `performance.now()`: never too early. */
  findExpired(now: number): PendingCall[] {
    const expired: PendingCall[] = [];
    this.#span.endedAt = now;
    this.#span = { endedAt: Infinity };
    for (const { made } of this.#bySession.values()) {
      for (const call of made.values()) {
        if (call.options.timeoutMs > 0) continue;
        // The timeout is the same for all others, so those behind have waited for less.
        if (call.since.endedAt + this.#timeoutMs > now) break;
        expired.push(call);
      }
    }
    return expired;
  }
}
