import { Uri } from '../protocol/errors.js';
import { MessageType, type Dict } from '../protocol/message.js';
import type { Payload } from '../protocol/payload.js';
import type { Session } from '../session.js';
import { interrupt, sendError } from './call-answers.js';
import type { CallTimeouts } from './call-timeouts.js';
import { chooseCallee } from './callee-selection.js';
import { invocationDetails, supports, takesProgress, takesTimeout } from './invocation-details.js';
import type { ActiveRegistration, Callee, PendingCall } from './pending-call.js';
import type { PendingCalls } from './pending-calls.js';

/** Bounds of what is under way. */
export interface InvocationLimits {
  /** Calls that wait for a callee of one registration, at most. */
  readonly waitingCalls: number;
  /** Payloads of one registration that are kept in case that another callee must take the call, at most. */
  readonly keptPayloads: number;
  /** Invocations that one session has not answered, at most. */
  readonly invocations: number;
  /** A call begins to wait. */
  readonly oncongestion?: ((registration: ActiveRegistration) => void) | undefined;
}

/**
 * Brings pending calls to their callees: at once when one is free, in order when one becomes free, to another when one is not available.
 * Whoever ends a call, ends it here, so that nothing of it remains.
 */
export class Invocations {
  readonly #calls: PendingCalls;
  readonly #timeouts: CallTimeouts;
  readonly #limits: InvocationLimits;

  constructor(calls: PendingCalls, timeouts: CallTimeouts, limits: InvocationLimits) {
    this.#calls = calls;
    this.#timeouts = timeouts;
    this.#limits = limits;
  }

  /** Invokes a callee for a call that none has, or lets the call wait for one. */
  start(call: PendingCall, payload: Payload): void {
    const callee = chooseCallee(call.registration, call.tried);
    if (callee === undefined) this.#wait(call, payload);
    else this.#invoke(call, callee, payload);
  }

  /** Sends a further part of a progressive call to the callee that has the first (WAMP, Progressive Call Invocations). */
  continue(call: PendingCall, payload: Payload, isLast: boolean): void {
    const { callee } = call;
    if (callee === undefined) return;
    this.keep(call, undefined);
    call.isInputOpen = !isLast;
    if (this.#send(call, callee, payload)) return;
    interrupt(call, 'killnowait');
    this.fail(call, Uri.payloadSizeExceeded);
  }

  /** Gives a call whose callee is not available to one that was not tried yet (WAMP, Call Re-Routing). */
  reroute(call: PendingCall, unavailable: Session): void {
    const { payload } = call;
    this.keep(call, undefined);
    this.#calls.release(call);
    call.tried = (call.tried ?? new Set()).add(unavailable);
    if (payload === undefined) this.fail(call, Uri.noAvailableCallee);
    else this.start(call, payload);
    this.serve(call.registration);
  }

  /** Ends a call; false when it is over already. The callee is free for the next. */
  end(call: PendingCall): boolean {
    const { callee, registration } = call;
    if (!call.from.made.delete(call.request)) return false;
    if (call.place >= 0) this.#timeouts.stop(call);
    if (call.payload !== undefined) this.keep(call, undefined);
    if (callee === undefined) {
      registration.waiting?.delete(call);
    } else {
      this.#calls.release(call);
      if (registration.waiting !== undefined) this.serve(registration);
    }
    return true;
  }

  /** Ends a call with an ERROR of the router; nothing when it is over already. */
  fail(call: PendingCall, uri: string, explanation?: string): void {
    if (this.end(call)) sendError(call, uri, explanation);
  }

  /** Gives waiting calls to the callees that have become free, in order. */
  serve(registration: ActiveRegistration): void {
    const { waiting } = registration;
    if (waiting === undefined) return;
    for (const [call, payload] of waiting) {
      const callee = chooseCallee(registration, call.tried);
      if (callee === undefined) {
        // Only a call that was re-routed finds fewer callees than the ones behind it.
        if (call.tried === undefined) return;
        continue;
      }
      waiting.delete(call);
      this.#invoke(call, callee, payload);
    }
  }

  /** Ends the waiting calls that no callee can take any more, after one has left. */
  endHopeless(registration: ActiveRegistration): void {
    for (const call of registration.waiting?.keys() ?? []) {
      if (registration.members.length === 0) this.fail(call, Uri.canceled, 'the callees have left');
      else if (!hasUntried(call)) this.fail(call, Uri.noAvailableCallee);
    }
  }

  /** Keeps the payload for another callee, or drops it, when it is of no use any more. */
  keep(call: PendingCall, payload: Payload | undefined): void {
    call.registration.kept += Number(payload !== undefined) - Number(call.payload !== undefined);
    call.payload = payload;
  }

  #wait(call: PendingCall, payload: Payload): void {
    const { registration } = call;
    const waiting = (registration.waiting ??= new Map<PendingCall, Payload>());
    // The later parts of a progressive call would have to wait too: better tell its caller at once.
    const mayWait = !call.options.isProgressive && waiting.size < this.#limits.waitingCalls;
    if (!mayWait || !hasUntried(call)) {
      this.fail(call, Uri.noAvailableCallee);
      return;
    }
    waiting.set(call, payload);
    this.#limits.oncongestion?.(registration);
    if (call.options.timeoutMs > 0 && call.place < 0) this.#timeouts.start(call);
  }

  #invoke(call: PendingCall, callee: Callee, payload: Payload): void {
    const refusal = this.#refusal(call, callee);
    if (refusal !== undefined) {
      this.fail(call, refusal);
      return;
    }
    const { lastInvocation } = callee.calls;
    this.#calls.assign(call, callee);
    call.details = invocationDetails(call, callee);
    call.takesProgress = takesProgress(call.options, callee);
    if (!this.#send(call, callee, payload)) {
      this.#calls.release(call);
      // It was never issued.
      callee.calls.lastInvocation = lastInvocation;
      this.fail(call, Uri.payloadSizeExceeded);
      return;
    }
    if (call.options.timeoutMs > 0) this.#time(call, callee);
    if (this.#mayReroute(call.registration, callee)) this.keep(call, payload);
  }

  #refusal(call: PendingCall, callee: Callee): string | undefined {
    if (callee.calls.received.size >= this.#limits.invocations) return Uri.noAvailableCallee;
    return supports(callee, call.options) ? undefined : Uri.featureNotSupported;
  }

  #send(call: PendingCall, { session }: Callee, payload: Payload): boolean {
    const { invocation, registration } = call;
    const details: Dict = call.isInputOpen ? { ...call.details, progress: true } : call.details;
    const type = MessageType.Invocation;
    return session.send({
      type,
      request: invocation,
      registration: registration.id,
      details,
      payload,
    });
  }

  #time(call: PendingCall, callee: Callee): void {
    if (takesTimeout(call.options, callee)) this.#timeouts.stop(call);
    else if (call.place < 0) this.#timeouts.start(call);
  }

  #mayReroute({ invoke, kept }: ActiveRegistration, { session }: Callee): boolean {
    return (
      invoke !== 'single' &&
      kept < this.#limits.keptPayloads &&
      session.announces('callee.call_reroute')
    );
  }
}

/** Whether a callee is there that this call has not been to. */
const hasUntried = ({ registration, tried }: PendingCall): boolean =>
  tried === undefined || registration.members.some(({ session }) => !tried.has(session));
