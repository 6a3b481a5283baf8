import { nextRequestId, NO_REQUEST, type RequestId } from './protocol/id.js';
import type { Session } from './session.js';

/** A call between its INVOCATION and its answer. */
export interface PendingCall {
  readonly caller: Session;
  /** CALL.Request. */
  readonly request: RequestId;
  readonly callee: Session;
  /** INVOCATION.Request. */
  readonly invocation: RequestId;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** Whether a CANCEL of mode kill has interrupted the callee: another says nothing new. */
  isKilled: boolean;
}

interface SessionCalls {
  readonly made: Map<RequestId, PendingCall>;
  readonly received: Map<RequestId, PendingCall>;
  lastInvocation: RequestId;
}

/**
 * The calls of a realm that wait for an answer, by the caller's request and by the callee's invocation. Request ids repeat across
 * sessions, so each session has tables of its own.
 */
export class PendingCalls {
  readonly #timeoutMs: number;
  readonly #bySession = new Map<Session, SessionCalls>();

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** How many calls of this session wait. */
  countFrom(caller: Session): number {
    return this.#bySession.get(caller)?.made.size ?? 0;
  }

  /** Notes a call and numbers its invocation: 1, 2, 3 ... for each callee (WAMP 2.1.2). */
  add(caller: Session, request: RequestId, callee: Session): PendingCall {
    const calls = this.#of(callee);
    calls.lastInvocation = nextRequestId(calls.lastInvocation);
    const call: PendingCall = {
      caller,
      request,
      callee,
      invocation: calls.lastInvocation,
      deadline: Date.now() + this.#timeoutMs,
      isKilled: false,
    };
    calls.received.set(call.invocation, call);
    this.#of(caller).made.set(request, call);
    return call;
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

  /** Forgets an answered call. */
  remove(call: PendingCall): void {
    this.#bySession.get(call.caller)?.made.delete(call.request);
    this.#bySession.get(call.callee)?.received.delete(call.invocation);
  }

  /** Forgets a session; gives the calls that it made and those that it was to answer. */
  removeSession(session: Session): { made: PendingCall[]; received: PendingCall[] } {
    const calls = this.#bySession.get(session);
    const made = [...(calls?.made.values() ?? [])];
    const received = [...(calls?.received.values() ?? [])];
    for (const call of [...made, ...received]) this.remove(call);
    this.#bySession.delete(session);
    return { made, received };
  }

  /** Removes and gives the calls whose deadline has passed. */
  takeExpired(now: number): PendingCall[] {
    const expired: PendingCall[] = [];
    for (const { made } of this.#bySession.values()) {
      for (const call of made.values()) {
        // A session's calls stand in the order of their deadlines, since the timeout is the same for all.
        if (call.deadline > now) break;
        expired.push(call);
      }
    }
    for (const call of expired) this.remove(call);
    return expired;
  }

  #of(session: Session): SessionCalls {
    let calls = this.#bySession.get(session);
    if (calls === undefined) {
      calls = { made: new Map(), received: new Map(), lastInvocation: NO_REQUEST };
      this.#bySession.set(session, calls);
    }
    return calls;
  }
}
