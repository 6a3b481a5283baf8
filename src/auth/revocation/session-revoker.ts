import { Uri, type Logger, type Principal } from '../../router/index.js';
import type { Revocations } from './revocations.js';

/** Ends sessions for good; gives how many there were. */
export type EndSessions = (
  where: (principal: Principal) => boolean,
  reason: string,
  message: string,
) => number;

/** What a {@link SessionRevoker} needs. */
export interface SessionRevokerOptions {
  readonly revocations: Revocations;
  /** `router.endSessions`. */
  readonly endSessions: EndSessions;
  readonly logger: Logger;
}

/**
 * Revokes what sessions stand on: from then on it is refused at every way in, and the open sessions of it end with GOODBYE
 * `wamp.close.killed`, in all realms. Each method gives how many these were.
 */
export class SessionRevoker {
  readonly #options: SessionRevokerOptions;

  constructor(options: SessionRevokerOptions) {
    this.#options = options;
  }

  /** Revokes one token by its `jti`. `expiresAt` (Unix seconds): how long it has to be remembered, if that is known. */
  revokeToken(id: string, expiresAt?: number): number {
    this.#options.revocations.revokeToken(id, expiresAt);
    return this.#end({ token: id }, 'the token was revoked', ({ proof }) => proof?.id === id);
  }

  /**
   * Revokes all tokens of a user that were issued before `issuedBefore` (Unix seconds; left out: now), and the web log-ins and other
   * sessions of that user that began before. Throws RangeError for a time to come: who shall stay out is to be disabled.
   */
  revokeUser(userId: string, issuedBefore = Date.now() / 1000): number {
    if (!(issuedBefore <= Date.now() / 1000)) throw new RangeError('issuedBefore is yet to come');
    this.#options.revocations.revokeUsers([userId], issuedBefore);
    // What has no time of issue may be older.
    return this.#end(
      { user: userId },
      'the tokens of this user were revoked',
      ({ proof }) => proof?.subject === userId && (proof.issuedAt ?? -Infinity) < issuedBefore,
    );
  }

  /** Ends what came from one web log-in. */
  revokeLogin(login: string): number {
    this.#options.revocations.revokeLogin(login);
    return this.#end({}, 'logged out', (principal) => principal.login === login);
  }

  #end(what: object, message: string, where: (principal: Principal) => boolean): number {
    const sessions = this.#options.endSessions(where, Uri.killed, message);
    this.#options.logger.info({ ...what, sessions }, `revoked: ${message}`);
    return sessions;
  }
}
