import type { Action } from './action.js';
import type { Dict } from './protocol/message.js';
import type { MatchPolicy } from './protocol/uri.js';

/** Who a session acts for: what an authenticator vouches for. */
export interface Principal {
  readonly authid: string;
  /** Must be a role of the realm, else the router refuses with `wamp.error.no_such_role`. */
  readonly authrole: string;
  /** All the roles that it has, `authrole` among them; left out: only that one. */
  readonly authroles?: readonly string[];
  /** The method by which it was found out: `jwt`, `trusted`, ... */
  readonly authmethod: string;
  /** Who found it out. */
  readonly authprovider: string;
  /** Goes into WELCOME.Details.authextra. */
  readonly authextra?: Dict;
  /** Further keys for WELCOME.Details, as a provider of Thruway's kind returns them. */
  readonly details?: Dict;
  /** Milliseconds since the epoch at which the proof (a token) ends; the session ends a grace later. */
  readonly expiresAt?: number;
  /** Names the log-in that the proof came from, so that its sessions can be ended together. Never sent. */
  readonly login?: string;
  /** What it was found out by, so that sessions of it can be renewed or ended. Never sent. */
  readonly proof?: Proof;
  /** What the proof leaves of the rights of the roles; left out: all. Never sent. */
  readonly scope?: Scope;
}

/** Narrows what a principal may do: it never allows what the realm's authorizer does not. */
export interface Scope {
  /** Whether it lets this pass: all URIs of the pattern, where `match` is none of `exact`. */
  covers(action: Action, uri: string, match: MatchPolicy): boolean;
}

/** The proof that a principal came with. */
export interface Proof {
  /** Whom it names, as the provider of users knows them. */
  readonly subject: string;
  /** Its own id: `jti` of a token. */
  readonly id?: string | undefined;
  /** Who made it: `iss` of a token. */
  readonly issuer?: string | undefined;
  /** Unix seconds. */
  readonly issuedAt?: number | undefined;
}
