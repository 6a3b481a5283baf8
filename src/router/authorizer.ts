import type { Principal } from './principal.js';
import type { MatchPolicy } from './protocol/uri.js';

/** What a session wants to do with a URI (WAMP 13.6). */
export type Action = 'publish' | 'subscribe' | 'call' | 'register';

/** Decides what the sessions of one realm may do. */
export interface Authorizer {
  /**
   * Whether `principal` may do `action` with `uri`. A boolean is an answer at once and costs the message no turn of the event
   * loop; a promise pauses that one session's inbox until it is settled. A throw or rejection is `wamp.error.authorization_failed`.
   *
   * With a `match` other than `exact`, `uri` is a pattern that a session wants to subscribe to or register: the answer must hold for each
   * URI that the pattern matches, or it opens what is closed one by one.
   */
  authorize(
    principal: Principal,
    action: Action,
    uri: string,
    match: MatchPolicy,
  ): boolean | Promise<boolean>;
}
