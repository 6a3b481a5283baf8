import type { SessionId } from './protocol/id.js';
import type { Authenticate, Dict } from './protocol/message.js';
import type { Principal } from './principal.js';
import type { TransportDetails } from './transport/transport.js';

/** What an authenticator learns about a client that said HELLO, and how it may ask back. */
export interface AuthenticationRequest {
  /** The id that the session will have if it is welcomed. */
  readonly session: SessionId;
  /** An existing realm. */
  readonly realm: string;
  /** HELLO.Details as sent; nothing in it is proven. */
  readonly details: Dict;
  readonly transport: TransportDetails;
  /** Aborted when the client has gone or the handshake's deadline has passed. */
  readonly signal: AbortSignal;
  /**
   * Sends CHALLENGE and gives the AUTHENTICATE that answers it. At most once for each HELLO. Rejects when the client
   * leaves, breaks the protocol or takes too long: let that rejection pass through.
   */
  readonly challenge: (method: string, extra: Dict) => Promise<Authenticate>;
}

/** One way of finding out who a client is. */
export interface Authenticator {
  /** The name looked up in HELLO.Details.authmethods; undefined: applies to whoever comes through its listener. */
  readonly authmethod: string | undefined;
  /**
   * Whether the connection brought proof of this kind with it (a cookie, a ticket in its URL): then this way is taken, whatever HELLO
   * offers, and a refusal is final. Left out: proof comes only in answer to a challenge.
   */
  readonly isPresented?: (transport: TransportDetails) => boolean;
  /** Whether there is no other proof of this kind than what {@link isPresented} sees. Default: false. */
  readonly isOnlyPresented?: boolean;
  /** Whether it lets anybody into this realm; if not, the next in the server's order is asked. Left out: it does, into all. */
  readonly isFor?: (realm: string) => boolean;
  /**
   * Gives the principal, or rejects: with {@link AuthenticationRefused} for an answer that the client shall hear (ABORT), with
   * {@link AuthenticatorUnavailable} when nobody can answer now (transport close 1013, so that the client comes back). Any other
   * error is a defect: ABORT `wamp.error.authentication_failed` without further words.
   */
  authenticate(request: AuthenticationRequest): Promise<Principal>;
}

/** The client is refused: ABORT with this reason and message. */
export class AuthenticationRefused extends Error {
  override readonly name = 'AuthenticationRefused';
  readonly code = 'ERR_AUTHENTICATION_REFUSED';
  readonly reason: string;
  readonly details: Dict;

  /** `details` go into ABORT.Details beside `message`. */
  constructor(reason: string, message: string, details: Dict = {}) {
    super(message);
    this.reason = reason;
    this.details = details;
  }
}

/** Nobody is there to decide: fail closed, but let the client come back (close 1013). */
export class AuthenticatorUnavailable extends Error {
  override readonly name = 'AuthenticatorUnavailable';
  readonly code = 'ERR_AUTHENTICATOR_UNAVAILABLE';
}
