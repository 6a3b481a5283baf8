// The router's public names: the only file of router/ that the other folders may import.
export {
  AuthenticationRefused,
  AuthenticatorUnavailable,
  type AuthenticationRequest,
  type Authenticator,
} from './authenticator.js';
export type { Action } from './action.js';
export type { Answer, AuthorizationAnswer, AuthorizedSession, Authorizer } from './authorizer.js';
export type { Entrance } from './entrance.js';
export { withDeadline } from './deadline.js';
export {
  LocalClient,
  type LocalCallOptions,
  type LocalRegistration,
  type LocalSubscription,
} from './local-client/local-client.js';
export type {
  CallResult,
  LocalInvocation,
  LocalProcedure,
} from './local-client/local-invocations.js';
export type { LocalEvent, LocalHandler } from './local-client/local-subscriptions.js';
export { silentLogger, type Logger } from './logger.js';
export type { Payload, PayloadFormat } from './protocol/payload.js';
export type { DisclosurePolicy } from './disclosure.js';
export type { Principal, Proof, Scope } from './principal.js';
export { ProtocolViolation, Uri, WampError } from './protocol/errors.js';
export type { SessionId } from './protocol/id.js';
export {
  MessageType,
  type Authenticate,
  type ClientMessage,
  type Dict,
  type List,
  type RouterMessage,
} from './protocol/message.js';
export { checkOptions, isDict, optionRules } from './protocol/options.js';
export {
  DEFAULT_URI_LIMITS,
  isReservedUri,
  isUri,
  isUriPattern,
  type MatchPolicy,
  type UriLimits,
} from './protocol/uri.js';
export {
  DEFAULT_RETENTION,
  type Expiry,
  type HistoryRule,
  type RealmOptions,
  type RealmRole,
  type RetentionLimits,
  type ThruwayOptions,
} from './realm-options.js';
export { Router, type CloseMode, type RouterOptions } from './router.js';
export { allSerializers } from './serializer/all-serializers.js';
export { batched } from './serializer/batched-serializer.js';
export { cborSerializer } from './serializer/cbor-serializer.js';
export { jsonSerializer } from './serializer/json-serializer.js';
export { msgpackSerializer } from './serializer/msgpack-serializer.js';
export {
  DEFAULT_SERIALIZER_LIMITS,
  type Headroom,
  type Serializer,
  type SerializerLimits,
} from './serializer/serializer.js';
export { DEFAULT_SESSION_LIMITS, type SessionLimits } from './session-limits.js';
export type { RequestIds } from './session.js';
export type {
  CallingSession,
  SessionCall,
  SessionProcedure,
  SessionProcedures,
} from './session-procedure.js';
export { CloseCode } from './transport/close-codes.js';
export { HandshakeTurns, type HandshakeTurnsOptions } from './transport/turns/handshake-turns.js';
export {
  LongPollListener,
  type LongPollListenerOptions,
} from './transport/longpoll/longpoll-listener.js';
export {
  RawSocketListener,
  type RawSocketListenerOptions,
} from './transport/rawsocket/rawsocket-listener.js';
export type { PresentedCredentials } from './transport/presented-credentials.js';
export type { Transport, TransportDetails, TransportReceiver } from './transport/transport.js';
export {
  headGuard,
  originGuard,
  trustedGuard,
  type UpgradeGuard,
  type UpgradeRefusal,
} from './transport/upgrade-guard.js';
export {
  WebSocketListener,
  type WebSocketListenerOptions,
} from './transport/websocket/websocket-listener.js';
