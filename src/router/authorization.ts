import type { Action, Authorizer } from './authorizer.js';
import { withDeadline } from './deadline.js';
import type { Logger } from './logger.js';
import { Uri, WampError } from './protocol/errors.js';
import { isReservedUri, isUriPattern, type MatchPolicy, type UriLimits } from './protocol/uri.js';
import type { Session } from './session.js';

/** What a realm's rules need. */
export interface AuthorizationOptions {
  /** Names the realm in the log. */
  readonly realm: string;
  readonly authorizer: Authorizer;
  /** How long an answer of the authorizer may take. */
  readonly authorizerMs: number;
  readonly uriLimits: UriLimits;
  /** Procedures that everybody may call; undefined: none. */
  readonly openProcedures?: ReadonlySet<string> | undefined;
  readonly logger: Logger;
}

/** The rules of one realm: which URIs there may be, and who may do what with them (WAMP 2.1.1, 13.6). */
export class Authorization {
  readonly #options: AuthorizationOptions;

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  /**
   * Whether a session may do `action` with `uri`: at once, or when the authorizer has answered. Throws WampError `invalid_uri` for what is
   * no URI or pattern, and for what only the router may publish to or register.
   */
  authorize(
    session: Session,
    action: Action,
    uri: string,
    match: MatchPolicy,
  ): boolean | Promise<boolean> {
    if (!isUriPattern(uri, match, this.#options.uriLimits)) throw new WampError(Uri.invalidUri);
    if (!session.isInternal && isWriting(action) && isReservedUri(uri)) {
      throw new WampError(Uri.invalidUri, ['this URI is reserved']);
    }
    if (action === 'call' && this.#options.openProcedures?.has(uri) === true) return true;
    return this.ask(session, action, uri, match);
  }

  /**
   * The authorizer's answer alone. One that fails or is late becomes WampError `authorization_failed`, thrown or rejected with, and is
   * logged. The router's own clients may do everything.
   */
  ask(
    session: Session,
    action: Action,
    uri: string,
    match: MatchPolicy,
  ): boolean | Promise<boolean> {
    if (session.isInternal) return true;
    try {
      const answer = this.#options.authorizer.authorize(session.principal, action, uri, match);
      return typeof answer === 'boolean' ? answer : this.#await(answer);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  async #await(answer: Promise<boolean>): Promise<boolean> {
    try {
      return await withDeadline(answer, this.#options.authorizerMs);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  #failure(error: unknown): WampError {
    this.#options.logger.error({ error, realm: this.#options.realm }, 'the authorizer failed');
    return new WampError(Uri.authorizationFailed);
  }
}

const isWriting = (action: Action): boolean => action === 'publish' || action === 'register';
