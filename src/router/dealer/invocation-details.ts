import { callerDetails } from '../disclosure.js';
import { NO_DETAILS, type Dict } from '../protocol/message.js';
import { HIDDEN_CALL, NO_CALL_OPTIONS, type CallOptions } from './call-options.js';
import type { Callee, PendingCall } from './pending-call.js';

/** INVOCATION.Details of a call at one of its callees, `progress` excepted. */
export function invocationDetails(call: PendingCall, callee: Callee): Dict {
  const { options } = call;
  const isPlain =
    (options === NO_CALL_OPTIONS || options === HIDDEN_CALL) &&
    call.registration.match === 'exact' &&
    call.caller.trustLevel === undefined;
  const isDisclosed =
    options.isDisclosed ||
    (callee.disclosesCaller && (!options.isHidden || callee.session.isInternal));
  return isPlain && !isDisclosed ? NO_DETAILS : detailsOf(call, callee, isDisclosed);
}

function detailsOf(call: PendingCall, callee: Callee, isDisclosed: boolean): Dict {
  const { caller, options } = call;
  return {
    // WAMP, Pattern-based Registrations: only so does the callee learn what was called.
    ...(call.registration.match !== 'exact' && { procedure: call.procedure }),
    ...(isDisclosed && callerDetails(caller)),
    ...(caller.trustLevel !== undefined && { trustlevel: caller.trustLevel }),
    ...(takesProgress(options, callee) && { receive_progress: true }),
    ...(takesTimeout(options, callee) && { timeout: options.timeoutMs }),
    ...options.passthru,
  };
}

/** Whether the callee measures the timeout of this call itself (WAMP, Call Timeouts). */
export const takesTimeout = ({ timeoutMs }: CallOptions, callee: Callee): boolean =>
  timeoutMs > 0 && callee.forwardsTimeout;

/** Whether the callee is told to send progressive results: only if it could be interrupted in them (WAMP, Progressive Call Results). */
export const takesProgress = ({ receivesProgress }: CallOptions, { session }: Callee): boolean =>
  receivesProgress &&
  session.announces('callee.progressive_call_results') &&
  session.announces('callee.call_canceling');

/** Whether the callee has announced all that a call with these options needs. */
export function supports({ session }: Callee, options: CallOptions): boolean {
  if (options.passthru !== undefined && !session.announces('callee.payload_passthru_mode')) {
    return false;
  }
  // WAMP, Progressive Call Invocations: who cannot be interrupted counts as one who does not know them.
  return (
    !options.isProgressive ||
    (session.announces('callee.progressive_call_invocations') &&
      session.announces('callee.call_canceling'))
  );
}
