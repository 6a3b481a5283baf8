import type { Principal } from './principal.js';

/** What a session wants to do with a URI (WAMP 13.6). */
export type Action = 'publish' | 'subscribe' | 'call' | 'register';

/** Decides what the sessions of one realm may do. */
export interface Authorizer {
  /**
   * Whether `principal` may do `action` with `uri`. A boolean is an answer at once and costs the message no turn of the event
   * loop; a promise pauses that one session's inbox until it is settled. A throw or rejection is `wamp.error.authorization_failed`.
   */
  authorize(principal: Principal, action: Action, uri: string): boolean | Promise<boolean>;
}
