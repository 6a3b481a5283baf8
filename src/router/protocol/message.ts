import type { PublicationId, RegistrationId, RequestId, SessionId, SubscriptionId } from './id.js';
import type { Dict, Payload } from './payload.js';

export type { Dict, List } from './payload.js';

/** Details or options that say nothing: one object for all, so that serializers know it without looking into it. */
export const NO_DETAILS: Dict = Object.freeze({});

/** Message type codes (WAMP 3.5). */
export const MessageType = {
  Hello: 1,
  Welcome: 2,
  Abort: 3,
  Challenge: 4,
  Authenticate: 5,
  Goodbye: 6,
  Error: 8,
  Publish: 16,
  Published: 17,
  Subscribe: 32,
  Subscribed: 33,
  Unsubscribe: 34,
  Unsubscribed: 35,
  Event: 36,
  Call: 48,
  Cancel: 49,
  Result: 50,
  Register: 64,
  Registered: 65,
  Unregister: 66,
  Unregistered: 67,
  Invocation: 68,
  Interrupt: 69,
  Yield: 70,
} as const;
type Code = typeof MessageType;

/** `[HELLO, Realm|uri, Details|dict]`: a client opens a session. */
export interface Hello {
  readonly type: Code['Hello'];
  readonly realm: string;
  readonly details: Dict;
}

/** `[WELCOME, Session|id, Details|dict]`: the router accepts the session. */
export interface Welcome {
  readonly type: Code['Welcome'];
  readonly session: SessionId;
  readonly details: Dict;
}

/** `[ABORT, Details|dict, Reason|uri, Arguments|list, ArgumentsKw|dict]`: either side ends it at once, unanswered. */
export interface Abort {
  readonly type: Code['Abort'];
  readonly details: Dict;
  readonly reason: string;
}

/** `[CHALLENGE, AuthMethod|string, Extra|dict]`: the router asks for a proof. */
export interface Challenge {
  readonly type: Code['Challenge'];
  readonly method: string;
  readonly extra: Dict;
}

/** `[AUTHENTICATE, Signature|string, Extra|dict]`: the client's proof. */
export interface Authenticate {
  readonly type: Code['Authenticate'];
  readonly signature: string;
  readonly extra: Dict;
}

/** `[GOODBYE, Details|dict, Reason|uri]`: either side closes the session; answered once. */
export interface Goodbye {
  readonly type: Code['Goodbye'];
  readonly details: Dict;
  readonly reason: string;
}

/** `[ERROR, REQUEST.Type|int, REQUEST.Request|id, Details|dict, Error|uri, Arguments|list, ArgumentsKw|dict]` */
export interface ErrorMessage {
  readonly type: Code['Error'];
  readonly requestType: number;
  readonly request: RequestId;
  readonly details: Dict;
  readonly error: string;
  readonly payload: Payload;
}

/** `[PUBLISH, Request|id, Options|dict, Topic|uri, Arguments|list, ArgumentsKw|dict]` */
export interface Publish {
  readonly type: Code['Publish'];
  readonly request: RequestId;
  readonly options: Dict;
  readonly topic: string;
  readonly payload: Payload;
}

/** `[PUBLISHED, PUBLISH.Request|id, Publication|id]` */
export interface Published {
  readonly type: Code['Published'];
  readonly request: RequestId;
  readonly publication: PublicationId;
}

/** `[SUBSCRIBE, Request|id, Options|dict, Topic|uri]` */
export interface Subscribe {
  readonly type: Code['Subscribe'];
  readonly request: RequestId;
  readonly options: Dict;
  readonly topic: string;
}

/** `[SUBSCRIBED, SUBSCRIBE.Request|id, Subscription|id]` */
export interface Subscribed {
  readonly type: Code['Subscribed'];
  readonly request: RequestId;
  readonly subscription: SubscriptionId;
}

/** `[UNSUBSCRIBE, Request|id, SUBSCRIBED.Subscription|id]` */
export interface Unsubscribe {
  readonly type: Code['Unsubscribe'];
  readonly request: RequestId;
  readonly subscription: SubscriptionId;
}

/** `[UNSUBSCRIBED, UNSUBSCRIBE.Request|id]`, or `[UNSUBSCRIBED, 0, Details|dict]` when the router revokes (WAMP, Subscription Revocation). */
export interface Unsubscribed {
  readonly type: Code['Unsubscribed'];
  readonly request: RequestId;
  readonly details?: Dict;
}

/** `[EVENT, Subscription|id, Publication|id, Details|dict, PUBLISH.Arguments|list, PUBLISH.ArgumentsKw|dict]` */
export interface Event {
  readonly type: Code['Event'];
  readonly subscription: SubscriptionId;
  readonly publication: PublicationId;
  readonly details: Dict;
  readonly payload: Payload;
}

/** `[CALL, Request|id, Options|dict, Procedure|uri, Arguments|list, ArgumentsKw|dict]` */
export interface Call {
  readonly type: Code['Call'];
  readonly request: RequestId;
  readonly options: Dict;
  readonly procedure: string;
  readonly payload: Payload;
}

/** `[CANCEL, CALL.Request|id, Options|dict]` */
export interface Cancel {
  readonly type: Code['Cancel'];
  readonly request: RequestId;
  readonly options: Dict;
}

/** `[RESULT, CALL.Request|id, Details|dict, YIELD.Arguments|list, YIELD.ArgumentsKw|dict]` */
export interface Result {
  readonly type: Code['Result'];
  readonly request: RequestId;
  readonly details: Dict;
  readonly payload: Payload;
}

/** `[REGISTER, Request|id, Options|dict, Procedure|uri]` */
export interface Register {
  readonly type: Code['Register'];
  readonly request: RequestId;
  readonly options: Dict;
  readonly procedure: string;
}

/** `[REGISTERED, REGISTER.Request|id, Registration|id]` */
export interface Registered {
  readonly type: Code['Registered'];
  readonly request: RequestId;
  readonly registration: RegistrationId;
}

/** `[UNREGISTER, Request|id, REGISTERED.Registration|id]` */
export interface Unregister {
  readonly type: Code['Unregister'];
  readonly request: RequestId;
  readonly registration: RegistrationId;
}

/** `[UNREGISTERED, UNREGISTER.Request|id]`, or `[UNREGISTERED, 0, Details|dict]` when the router revokes (WAMP, Registration Revocation). */
export interface Unregistered {
  readonly type: Code['Unregistered'];
  readonly request: RequestId;
  readonly details?: Dict;
}

/** `[INVOCATION, Request|id, REGISTERED.Registration|id, Details|dict, CALL.Arguments|list, CALL.ArgumentsKw|dict]` */
export interface Invocation {
  readonly type: Code['Invocation'];
  readonly request: RequestId;
  readonly registration: RegistrationId;
  readonly details: Dict;
  readonly payload: Payload;
}

/** `[INTERRUPT, INVOCATION.Request|id, Options|dict]` */
export interface Interrupt {
  readonly type: Code['Interrupt'];
  readonly request: RequestId;
  readonly options: Dict;
}

/** `[YIELD, INVOCATION.Request|id, Options|dict, Arguments|list, ArgumentsKw|dict]` */
export interface Yield {
  readonly type: Code['Yield'];
  readonly request: RequestId;
  readonly options: Dict;
  readonly payload: Payload;
}

/** What a client may send in an open session. */
export type RoutedMessage =
  | Abort
  | Goodbye
  | ErrorMessage
  | Publish
  | Subscribe
  | Unsubscribe
  | Call
  | Cancel
  | Register
  | Unregister
  | Yield;

/** Whatever a client may send. */
export type ClientMessage = Hello | Authenticate | RoutedMessage;

/** Whatever the router sends. */
export type RouterMessage =
  | Welcome
  | Abort
  | Challenge
  | Goodbye
  | ErrorMessage
  | Published
  | Subscribed
  | Unsubscribed
  | Event
  | Result
  | Registered
  | Unregistered
  | Invocation
  | Interrupt;
