import {
  interrupt,
  isInterruptible,
  sendCalleeError,
  sendError,
  sendResult,
} from './call-answers.js';
import { callOptions } from './call-options.js';
import { CallTimeouts } from './call-timeouts.js';
import { Enrolment } from './enrolment.js';
import { Invocations, type InvocationLimits } from './invocations.js';
import type { PendingCall } from './pending-call.js';
import { PendingCalls } from './pending-calls.js';
import type { RegisterRules } from './register-options.js';
import { Registrations } from './registrations.js';
import type { DisclosurePolicy } from '../disclosure.js';
import { checkPassthru, passthruDetails } from '../payload-passthru.js';
import { ProtocolViolation, Uri, WampError } from '../protocol/errors.js';
import {
  MessageType,
  NO_DETAILS,
  type Call,
  type Cancel,
  type Dict,
  type ErrorMessage,
  type Register,
  type Unregister,
  type Yield,
} from '../protocol/message.js';
import { Payload } from '../protocol/payload.js';
import type { Registration, RegistrationDirectory, RegistrationObserver } from './registration.js';
import { jsonFormat } from '../serializer/json-serializer.js';
import type { Session } from '../session.js';

/** What a WELCOME says of the dealer: only what is wholly there. */
export const DEALER_FEATURES = {
  call_canceling: true,
  call_reroute: true,
  call_timeout: true,
  call_trustlevels: true,
  caller_identification: true,
  pattern_based_registration: true,
  payload_passthru_mode: true,
  progressive_call_invocations: true,
  progressive_call_results: true,
  registration_revocation: true,
  shared_registration: true,
} as const;

/** What a dealer is made of. */
export interface DealerOptions extends Partial<RegisterRules>, Partial<InvocationLimits> {
  /** A call whose caller sets no timeout ends with `wamp.error.timeout` when no answer has come for so long; 0: never. */
  readonly callTimeoutMs: number;
  readonly observer?: RegistrationObserver;
  /** A call waits, as all callees of its registration are busy. */
  readonly oncongestion?: ((registration: Registration) => void) | undefined;
}

/**
 * Routes calls to a callee of their procedure in one realm, and the answers back (WAMP 6). Procedures are valid URIs and requests are
 * authorized when they come here. Throws WampError for what the session shall be told.
 */
export class Dealer {
  readonly #disclosure: DisclosurePolicy;
  readonly #registrations = new Registrations();
  readonly #calls: PendingCalls;
  readonly #timeouts: CallTimeouts;
  readonly #invocations: Invocations;
  readonly #enrolment: Enrolment;

  /**
   * By default callers are disclosed where they ask for it, 1,000 calls wait for a busy registration, which has 1,000 payloads kept, and
   * one session has 100,000 unanswered invocations; `force_reregister` is refused.
   */
  constructor(options: DealerOptions) {
    this.#disclosure = options.disclosure ?? 'on_request';
    this.#calls = new PendingCalls(options.callTimeoutMs);
    this.#timeouts = new CallTimeouts((call) => {
      this.#expire(call);
    });
    this.#invocations = new Invocations(this.#calls, this.#timeouts, {
      waitingCalls: options.waitingCalls ?? 1000,
      keptPayloads: options.keptPayloads ?? 1000,
      invocations: options.invocations ?? 100_000,
      oncongestion: options.oncongestion,
    });
    this.#enrolment = new Enrolment({
      registrations: this.#registrations,
      calls: this.#calls,
      invocations: this.#invocations,
      rules: {
        disclosure: this.#disclosure,
        allowsForceReregister: options.allowsForceReregister ?? false,
      },
      observer: options.observer,
    });
  }

  /** The registrations that there are. */
  get registrations(): RegistrationDirectory {
    return this.#registrations;
  }

  /** Registers a procedure or pattern; with a shared policy, one that others have too. */
  register(session: Session, message: Register): void {
    this.#enrolment.register(session, message);
  }

  /** Ends a registration of this session. Calls under way are still answered. */
  unregister(session: Session, message: Unregister): void {
    this.#enrolment.unregister(session, message);
  }

  /**
   * Takes a registration away from a session, which is told when it knows what that means (WAMP, Registration Revocation). False when the
   * session does not take part in it.
   */
  revoke(registration: Pick<Registration, 'id'>, session: Session, reason?: string): boolean {
    return this.#enrolment.revoke(registration, session, reason);
  }

  /** Invokes a callee of the procedure. `disclosure`: how the caller is made known, if not as the realm has it. */
  call(session: Session, message: Call, disclosure = this.#disclosure): void {
    checkAnnounced(session, message.options);
    const registration = this.#registrations.best(message.procedure);
    if (registration === undefined) throw new WampError(Uri.noSuchProcedure);
    const from = this.#calls.of(session);
    if (from.made.has(message.request)) {
      throw new ProtocolViolation('a call with this request id is under way');
    }
    if (from.made.size >= session.limits.calls) {
      throw new WampError(Uri.limitExceeded, ['too many calls under way in this session']);
    }
    const options = callOptions(message.options, disclosure);
    const call = this.#calls.add(from, message, registration, options);
    this.#invocations.start(call, message.payload);
  }

  /**
   * Passes a further part of a progressive call on (WAMP, Progressive Call Invocations). Options other than `progress` are those of the
   * first part. A call that is over is no fault of the caller, who may not know it yet.
   */
  continueCall(session: Session, message: Call): void {
    const call = this.#calls.findMade(session, message.request);
    if (call?.procedure !== message.procedure) return;
    if (!call.options.isProgressive) {
      throw new ProtocolViolation('a call with this request id is under way');
    }
    if (!call.isInputOpen || call.isKilled) return;
    this.#invocations.continue(call, message.payload, message.options['progress'] !== true);
  }

  /** Cancels a call of this session (WAMP, Call Canceling). One that is not under way any more is none. */
  cancel(session: Session, message: Cancel): void {
    const call = this.#calls.findMade(session, message.request);
    if (call === undefined) return;
    const mode = message.options['mode'] ?? 'killnowait';
    if (mode === 'kill' && isInterruptible(call)) {
      if (!call.isKilled) interrupt(call, 'kill');
      call.isKilled = true;
      return;
    }
    if (mode !== 'skip') interrupt(call, 'killnowait');
    this.#invocations.fail(call, Uri.canceled);
  }

  /** Passes a result to the caller, or a part of it. */
  yield(session: Session, message: Yield): void {
    const call = this.#findReceived(session, message);
    const passthru = passthruDetails(message.options);
    checkPassthru(session, 'callee', passthru);
    if (call === undefined) return;
    if (passthru !== undefined && !call.caller.announces('caller.payload_passthru_mode')) {
      this.#refusePassthru(session, call);
    } else if (message.options['progress'] === true) {
      this.#progress(call, message.payload, passthru);
    } else {
      this.#invocations.end(call);
      sendResult(call, passthru ?? NO_DETAILS, message.payload);
    }
  }

  /** Passes an error of the callee to the caller, unless another callee can take the call. */
  error(session: Session, message: ErrorMessage): void {
    const call = this.#findReceived(session, message);
    if (call === undefined) return;
    const { error, payload } = message;
    if (error === Uri.unavailable && session.announces('callee.call_reroute') && !call.isKilled) {
      this.#invocations.reroute(call, session);
      return;
    }
    this.#invocations.end(call);
    sendCalleeError(call, error, passthruDetails(message.details) ?? NO_DETAILS, payload);
  }

  /** Forgets a session that has left: its callees are interrupted, its callers told (WAMP 6.3, 6.4). */
  removeSession(session: Session): void {
    this.#enrolment.removeSession(session);
    const { made, received } = this.#calls.removeSession(session);
    this.#abandon(made, () => undefined);
    for (const call of received) this.#invocations.fail(call, Uri.canceled, 'the callee has left');
  }

  /**
   * Ends the calls without a timeout of their own whose time is over, by `performance.now()`. To be called now and then: a call's time
   * begins with the first time after the call, so that it may last that much longer, and never less.
   */
  expireCalls(now: number): void {
    this.#abandon(this.#calls.findExpired(now), (call) => {
      sendError(call, Uri.timeout);
    });
  }

  #expire(call: PendingCall): void {
    this.#abandon([call], () => {
      sendError(call, Uri.timeout);
    });
  }

  /** Ends calls for which nobody waits any more; those that wait themselves first, or they would be served before. */
  #abandon(calls: readonly PendingCall[], then: (call: PendingCall) => void): void {
    const waiting = calls.filter(({ callee }) => callee === undefined);
    const underWay = calls.filter(({ callee }) => callee !== undefined);
    for (const call of [...waiting, ...underWay]) {
      interrupt(call, 'killnowait');
      if (this.#invocations.end(call)) then(call);
    }
  }

  #progress(call: PendingCall, payload: Payload, passthru: Dict | undefined): void {
    // Not asked for: the final result will come.
    if (!call.takesProgress) return;
    // What has begun cannot begin anew elsewhere.
    this.#invocations.keep(call, undefined);
    if (call.place >= 0) this.#timeouts.start(call);
    else this.#calls.renew(call);
    if (sendResult(call, { ...passthru, progress: true }, payload)) return;
    interrupt(call, 'killnowait');
    this.#invocations.end(call);
  }

  /** The caller cannot read what its callee passes through (WAMP, Payload Passthru Mode). */
  #refusePassthru(callee: Session, call: PendingCall): void {
    this.#invocations.fail(call, Uri.featureNotSupported);
    callee.send({
      type: MessageType.Error,
      requestType: MessageType.Invocation,
      request: call.invocation,
      details: NO_DETAILS,
      error: Uri.featureNotSupported,
      payload: Payload.of(jsonFormat),
    });
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

/** Throws ProtocolViolation when a caller uses what it has not announced. */
function checkAnnounced(caller: Session, options: Dict): void {
  checkPassthru(caller, 'caller', passthruDetails(options));
  if (options['progress'] === true && !caller.announces('caller.progressive_call_invocations')) {
    throw new ProtocolViolation('progressive_call_invocations of the caller was not announced');
  }
}
