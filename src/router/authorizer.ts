import type { Action } from './action.js';
import type { Principal } from './principal.js';
import type { SessionId } from './protocol/id.js';
import type { Dict } from './protocol/message.js';
import type { MatchPolicy } from './protocol/uri.js';
import type { TransportDetails } from './transport/transport.js';

/** Whose wish it is, for an authorizer that looks at more than the principal. */
export interface AuthorizedSession {
  readonly id: SessionId;
  /** Who it acts for now: another one once its proof is renewed. */
  readonly principal: Principal;
  readonly transport: TransportDetails;
  readonly isOpen: boolean;
}

/** An answer of more than one word. */
export interface AuthorizationAnswer {
  readonly allow: boolean;
  /**
   * Whether who publishes or calls is made known: unasked, or not at all. Left out: as the realm has it. A realm that discloses nobody
   * stays so.
   */
  readonly disclose?: boolean | undefined;
}

/** Whether a session may, and perhaps more. */
export type Answer = boolean | AuthorizationAnswer;

/** Decides what the sessions of one realm may do. */
export interface Authorizer {
  /**
   * Whether `principal` may do `action` with `uri`. A boolean is an answer at once and costs the message no turn of the event
   * loop; a promise pauses that one session's inbox until it is settled. A throw or rejection is `wamp.error.authorization_failed`.
   *
   * With a `match` other than `exact`, `uri` is a pattern that a session wants to subscribe to or register: the answer must hold for each
   * URI that the pattern matches, or it opens what is closed one by one.
   *
   * `session` is the one that the principal speaks through, `options` those of its message.
   */
  authorize(
    principal: Principal,
    action: Action,
    uri: string,
    match: MatchPolicy,
    session: AuthorizedSession,
    options: Dict,
  ): Answer | Promise<Answer>;
}
