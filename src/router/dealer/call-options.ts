import { isDisclosed, type DisclosurePolicy } from '../disclosure.js';
import { passthruDetails } from '../payload-passthru.js';
import type { Dict } from '../protocol/message.js';

/** What a caller asks for beyond the call itself. */
export interface CallOptions {
  /** Whether it takes progressive results (WAMP, Progressive Call Results). */
  readonly receivesProgress: boolean;
  /** Whether further parts of the call follow (WAMP, Progressive Call Invocations). */
  readonly isProgressive: boolean;
  /** How long it waits for the next answer; 0 when it does not say. */
  readonly timeoutMs: number;
  /** The `ppt_*` attributes, if the payload is passed through. */
  readonly passthru: Dict | undefined;
  /** Whether it is made known to every callee (WAMP, Caller Identification), asked or not. */
  readonly isDisclosed: boolean;
  /** Whether it is made known to no callee, not even to one that registered so, the router's own excepted. */
  readonly isHidden: boolean;
}

/** What most calls ask for: one object for all, so that they are known by it. */
export const NO_CALL_OPTIONS: CallOptions = {
  receivesProgress: false,
  isProgressive: false,
  timeoutMs: 0,
  passthru: undefined,
  isDisclosed: false,
  isHidden: false,
};

/** The same of callers that no callee may know. */
export const HIDDEN_CALL: CallOptions = { ...NO_CALL_OPTIONS, isHidden: true };

const BY_POLICY: Readonly<Record<DisclosurePolicy, CallOptions>> = {
  always: { ...NO_CALL_OPTIONS, isDisclosed: true },
  on_request: NO_CALL_OPTIONS,
  never: HIDDEN_CALL,
};

/** Reads CALL.Options, whose known keys have the right types. Throws WampError for a disclosure that the realm forbids. */
export function callOptions(options: Dict, policy: DisclosurePolicy): CallOptions {
  if (isEmpty(options)) return BY_POLICY[policy];
  const timeout = options['timeout'];
  return {
    receivesProgress: options['receive_progress'] === true,
    isProgressive: options['progress'] === true,
    timeoutMs: typeof timeout === 'number' ? timeout : 0,
    passthru: passthruDetails(options),
    isDisclosed: isDisclosed(policy, options),
    isHidden: policy === 'never',
  };
}

function isEmpty(dict: Dict): boolean {
  for (const _key in dict) return false;
  return true;
}
