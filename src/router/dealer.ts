import { callerDetails } from './disclosure.js';
import { ProtocolViolation, Uri, WampError } from './protocol/errors.js';
import { newRegistrationId, type RegistrationId } from './protocol/id.js';
import {
  MessageType,
  NO_DETAILS,
  type Call,
  type Cancel,
  type ErrorMessage,
  type Register,
  type Unregister,
  type Yield,
} from './protocol/message.js';
import { Payload } from './protocol/payload.js';
import { PendingCalls, type PendingCall } from './pending-calls.js';
import { jsonFormat } from './serializer/json-serializer.js';
import type { Session } from './session.js';

/** What a WELCOME says of the dealer: only what is wholly there. */
export const DEALER_FEATURES = { call_canceling: true } as const;

interface Registration {
  readonly id: RegistrationId;
  readonly procedure: string;
  readonly callee: Session;
  readonly disclosesCaller: boolean;
}

/**
 * Routes calls to the callee of their procedure in one realm, and the answers back (WAMP 6). Procedures are valid URIs and requests are
 * authorized when they come here. Throws WampError for what the session shall be told.
 */
export class Dealer {
  readonly #byProcedure = new Map<string, Registration>();
  readonly #bySession = new Map<Session, Map<RegistrationId, Registration>>();
  readonly #calls: PendingCalls;

  /** `callTimeoutMs`: a call that is not answered by then ends with `wamp.error.timeout`. */
  constructor(callTimeoutMs: number) {
    this.#calls = new PendingCalls(callTimeoutMs);
  }

  /** Registers a procedure, which nobody else may have. */
  register(session: Session, message: Register): void {
    const { options, procedure } = message;
    if ((options['match'] ?? 'exact') !== 'exact' || (options['invoke'] ?? 'single') !== 'single') {
      throw new WampError(Uri.optionNotAllowed, ['this router has one callee for an exact URI']);
    }
    if (this.#byProcedure.has(procedure)) throw new WampError(Uri.procedureAlreadyExists);
    const held = this.#bySession.get(session) ?? new Map<RegistrationId, Registration>();
    if (held.size >= session.limits.registrations) {
      throw new WampError(Uri.limitExceeded, ['too many registrations in this session']);
    }
    const registration: Registration = {
      id: newRegistrationId(),
      procedure,
      callee: session,
      // Not announced as a feature yet: a client's callers stay unknown to it.
      disclosesCaller: session.isInternal && options['disclose_caller'] === true,
    };
    held.set(registration.id, registration);
    this.#bySession.set(session, held);
    this.#byProcedure.set(procedure, registration);
    session.send({
      type: MessageType.Registered,
      request: message.request,
      registration: registration.id,
    });
  }

  /** Ends a registration that this session holds. Calls under way are still answered. */
  unregister(session: Session, message: Unregister): void {
    const held = this.#bySession.get(session);
    const registration = held?.get(message.registration);
    if (held === undefined || registration === undefined) {
      throw new WampError(Uri.noSuchRegistration);
    }
    held.delete(registration.id);
    this.#byProcedure.delete(registration.procedure);
    session.send({ type: MessageType.Unregistered, request: message.request });
  }

  /** Invokes the procedure's callee. */
  call(session: Session, message: Call): void {
    const registration = this.#byProcedure.get(message.procedure);
    if (registration === undefined) throw new WampError(Uri.noSuchProcedure);
    if (this.#calls.findMade(session, message.request) !== undefined) {
      throw new ProtocolViolation('a call with this request id is under way');
    }
    if (this.#calls.countFrom(session) >= session.limits.calls) {
      throw new WampError(Uri.limitExceeded, ['too many calls under way in this session']);
    }
    const { callee } = registration;
    const call = this.#calls.add(session, message.request, callee);
    callee.send({
      type: MessageType.Invocation,
      request: call.invocation,
      registration: registration.id,
      details: registration.disclosesCaller ? callerDetails(session) : NO_DETAILS,
      payload: message.payload,
    });
  }

  /** Cancels a call of this session (WAMP, Call Canceling). One that is not under way any more is none. */
  cancel(session: Session, message: Cancel): void {
    const call = this.#calls.findMade(session, message.request);
    if (call === undefined) return;
    const mode = message.options['mode'] ?? 'killnowait';
    if (mode === 'kill' && call.callee.announces('callee.call_canceling')) {
      if (!call.isKilled) interrupt(call, 'kill');
      call.isKilled = true;
      return;
    }
    if (mode !== 'skip') interrupt(call, 'killnowait');
    this.#calls.remove(call);
    sendError(call, Uri.canceled);
  }

  /** Passes a result to the caller. */
  yield(session: Session, message: Yield): void {
    // Progress was not asked for, as it is not offered: the final result will come.
    if (message.options['progress'] === true) {
      this.#findReceived(session, message);
      return;
    }
    const call = this.#takeReceived(session, message);
    call?.caller.send({
      type: MessageType.Result,
      request: call.request,
      details: NO_DETAILS,
      payload: message.payload,
    });
  }

  /** Passes an error of the callee to the caller. */
  error(session: Session, message: ErrorMessage): void {
    const call = this.#takeReceived(session, message);
    call?.caller.send({
      type: MessageType.Error,
      requestType: MessageType.Call,
      request: call.request,
      details: NO_DETAILS,
      error: message.error,
      payload: message.payload,
    });
  }

  /** Forgets a session that has left: its callees are interrupted, its callers told (WAMP 6.3, 6.4). */
  removeSession(session: Session): void {
    const held = this.#bySession.get(session);
    this.#bySession.delete(session);
    for (const { procedure } of held?.values() ?? []) this.#byProcedure.delete(procedure);
    const { made, received } = this.#calls.removeSession(session);
    for (const call of made) interrupt(call, 'killnowait');
    for (const call of received) sendError(call, Uri.canceled, 'the callee has left');
  }

  /** Ends the calls whose time is over. */
  expireCalls(now: number): void {
    for (const call of this.#calls.takeExpired(now)) {
      interrupt(call, 'killnowait');
      sendError(call, Uri.timeout);
    }
  }

  #takeReceived(session: Session, message: Yield | ErrorMessage): PendingCall | undefined {
    const call = this.#findReceived(session, message);
    if (call !== undefined) this.#calls.remove(call);
    return call;
  }

  /** Undefined for an invocation that the router itself ended: its answer comes too late, which is nobody's fault. */
  #findReceived(session: Session, message: Yield | ErrorMessage): PendingCall | undefined {
    const call = this.#calls.findReceived(session, message.request);
    if (call === undefined && !this.#calls.wasIssued(session, message.request)) {
      throw new ProtocolViolation('there was no invocation with this id');
    }
    return call;
  }
}

function interrupt(call: PendingCall, mode: 'kill' | 'killnowait'): void {
  if (!call.callee.announces('callee.call_canceling')) return;
  call.callee.send({ type: MessageType.Interrupt, request: call.invocation, options: { mode } });
}

function sendError(call: PendingCall, uri: string, explanation?: string): void {
  call.caller.send({
    type: MessageType.Error,
    requestType: MessageType.Call,
    request: call.request,
    details: NO_DETAILS,
    error: uri,
    payload: Payload.of(jsonFormat, explanation === undefined ? [] : [explanation]),
  });
}
