import type { Dict, List } from './message.js';

/** URIs of errors and closings that the router itself sends (WAMP 8, 18.1 to 18.4). */
export const Uri = {
  invalidUri: 'wamp.error.invalid_uri',
  noSuchProcedure: 'wamp.error.no_such_procedure',
  procedureAlreadyExists: 'wamp.error.procedure_already_exists',
  noSuchRegistration: 'wamp.error.no_such_registration',
  noSuchSubscription: 'wamp.error.no_such_subscription',
  canceled: 'wamp.error.canceled',
  timeout: 'wamp.error.timeout',
  protocolViolation: 'wamp.error.protocol_violation',
  notAuthorized: 'wamp.error.not_authorized',
  authorizationFailed: 'wamp.error.authorization_failed',
  optionNotAllowed: 'wamp.error.option_not_allowed',
  disclosureNotAllowed: 'wamp.error.option_disallowed.disclose_me',
  invalidArgument: 'wamp.error.invalid_argument',
  noSuchSession: 'wamp.error.no_such_session',
  payloadSizeExceeded: 'wamp.error.payload_size_exceeded',
  featureNotSupported: 'wamp.error.feature_not_supported',
  noAvailableCallee: 'wamp.error.no_available_callee',
  noSuchRealm: 'wamp.error.no_such_realm',
  noSuchRole: 'wamp.error.no_such_role',
  noMatchingAuthMethod: 'wamp.error.no_matching_auth_method',
  authenticationDenied: 'wamp.error.authentication_denied',
  authenticationFailed: 'wamp.error.authentication_failed',
  authenticationRequired: 'wamp.error.authentication_required',
  runtimeError: 'wamp.error.runtime_error',
  unavailable: 'wamp.error.unavailable',
  limitExceeded: 'expressway.error.limit_exceeded',
  systemShutdown: 'wamp.close.system_shutdown',
  goodbyeAndOut: 'wamp.close.goodbye_and_out',
  killed: 'wamp.close.killed',
  tokenExpired: 'expressway.close.token_expired',
} as const;

/** What the initiator of a request is told: becomes an ERROR with `uri` (WAMP 6.2.5, 8). */
export class WampError extends Error {
  override readonly name = 'WampError';
  readonly code = 'ERR_WAMP';
  readonly uri: string;
  readonly args: List;
  readonly kwargs: Dict;

  constructor(uri: string, args: List = [], kwargs: Dict = {}) {
    super(typeof args[0] === 'string' ? `${uri}: ${args[0]}` : uri);
    this.uri = uri;
    this.args = args;
    this.kwargs = kwargs;
  }
}

/** The peer broke the protocol: ends its session with ABORT `wamp.error.protocol_violation` (WAMP 2.3.3). */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
  readonly code = 'ERR_PROTOCOL_VIOLATION';
}
