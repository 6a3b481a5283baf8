import { randomFillSync } from 'node:crypto';

declare const kind: unique symbol;
type Id<Kind extends string> = number & { readonly [kind]: Kind };

/** Identifies a session on the whole router. Global scope, drawn at random (WAMP 2.1.2). */
export type SessionId = Id<'session'>;
/** Identifies a publication. Global scope, drawn at random (WAMP 2.1.2). */
export type PublicationId = Id<'publication'>;
/** Identifies a subscription of a broker. Router scope. */
export type SubscriptionId = Id<'subscription'>;
/** Identifies a registration of a dealer. Router scope. */
export type RegistrationId = Id<'registration'>;
/** Numbers the requests of one session in one direction. Session scope, 1, 2, 3 ... (WAMP 2.1.2). */
export type RequestId = Id<'request'>;

/** The largest id, inclusive. `Number.isSafeInteger` is false for it, hence {@link isId}. */
export const MAX_ID = 2 ** 53;

/** Whether a value from the wire is an id: an integer from 1 to 2^53 inclusive (WAMP 2.1.2). */
export const isId = (value: unknown): value is number =>
  typeof value === 'number' && value >= 1 && value <= MAX_ID && Math.floor(value) === value;

/** Draws a session id. */
export const newSessionId = (): SessionId => randomId() as SessionId;

/** Draws a publication id. */
export const newPublicationId = (): PublicationId => randomId() as PublicationId;

let lastRouterScopeId = 0;

/** Gives the next subscription id. Router-scope ids may be counted (WAMP 2.1.2). */
export const newSubscriptionId = (): SubscriptionId => ++lastRouterScopeId as SubscriptionId;

/** Gives the next registration id. */
export const newRegistrationId = (): RegistrationId => ++lastRouterScopeId as RegistrationId;

/** Marks a checked number as the id of a request; see {@link isId}. */
export const toRequestId = (value: number): RequestId => value as RequestId;

/** Marks a checked number as the id of a subscription. */
export const toSubscriptionId = (value: number): SubscriptionId => value as SubscriptionId;

/** Marks a checked number as the id of a registration. */
export const toRegistrationId = (value: number): RegistrationId => value as RegistrationId;

/** The request id before the first one: `nextRequestId(NO_REQUEST)` is 1. */
export const NO_REQUEST = 0 as RequestId;

/** The id after `id` in session scope; 1 follows 2^53 (WAMP 2.1.2). */
export const nextRequestId = (id: RequestId): RequestId =>
  (id === MAX_ID ? 1 : id + 1) as RequestId;

// Filling a pool now and then costs a fraction of one call into crypto for each id.
const pool = new Uint32Array(512);
let used = pool.length;

/** A random integer from 1 to 2^53 - 1: 2^53 itself would be sent as a float by some serializers. */
function randomId(): number {
  for (;;) {
    if (used >= pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const high = (pool[used++] ?? 0) >>> 11;
    const low = pool[used++] ?? 0;
    const id = high * 2 ** 32 + low;
    if (id !== 0) return id;
  }
}
