import type { Action } from './action.js';
import type { Answer, Authorizer } from './authorizer.js';
import { withDeadline } from './deadline.js';
import type { DisclosurePolicy } from './disclosure.js';
import type { Logger } from './logger.js';
import { Uri, WampError } from './protocol/errors.js';
import {
  MessageType,
  NO_DETAILS,
  type Call,
  type Dict,
  type Publish,
  type Register,
  type Subscribe,
} from './protocol/message.js';
import { matchOf } from './protocol/options.js';
import { isReservedUri, isUriPattern, type MatchPolicy, type UriLimits } from './protocol/uri.js';
import type { Session } from './session.js';

/** What a realm's rules need. */
export interface AuthorizationOptions {
  /** Names the realm in the log. */
  readonly realm: string;
  readonly authorizer: Authorizer;
  /** Whether publishers and callers are made known, as far as the authorizer says nothing of it. */
  readonly disclosure: DisclosurePolicy;
  /** How long an answer of the authorizer may take. */
  readonly authorizerMs: number;
  readonly uriLimits: UriLimits;
  /** Procedures that everybody may call; undefined: none. */
  readonly openProcedures?: ReadonlySet<string> | undefined;
  readonly logger: Logger;
}

/** A message that needs a permission. */
export type AuthorizedMessage = Publish | Subscribe | Call | Register;

/** What a URI is for good. */
interface UriFacts {
  readonly isReserved: boolean;
  /** Whether everybody may call it. */
  readonly isOpen: boolean;
}

/** URIs of which the facts are kept, at most. */
const KNOWN_URIS = 10_000;

/** What meta procedures ask about has no message of its own. */
const OPTIONS: Readonly<Record<MatchPolicy, Dict>> = {
  exact: NO_DETAILS,
  prefix: { match: 'prefix' },
  wildcard: { match: 'wildcard' },
};

/** The rules of one realm: which URIs there may be, and who may do what with them (WAMP 2.1.1, 13.6). */
export class Authorization {
  readonly #options: AuthorizationOptions;
  /** Of URIs that are no patterns: one look-up for each message, where they are found out by several. */
  readonly #facts = new Map<string, UriFacts>();

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  /**
   * Whether a session may do what its message asks for: at once, or when the authorizer has answered. Throws WampError `invalid_uri` for what
   * is no URI or pattern, and for what only the router may publish to or register.
   */
  authorizeMessage(
    session: Session,
    message: AuthorizedMessage,
    action: Action,
  ): Answer | Promise<Answer> {
    const { options } = message;
    const uri = 'topic' in message ? message.topic : message.procedure;
    const match = policyOf(message);
    const { isOpen } = this.#check(session, action, uri, match);
    if (session.isInternal || (isOpen && action === 'call')) return true;
    const { principal } = session;
    if (principal.scope?.covers(action, uri, match) === false) return false;
    try {
      const { authorizer } = this.#options;
      const answer = authorizer.authorize(principal, action, uri, match, session, options);
      return answer === true || !(answer instanceof Promise) ? answer : this.#await(answer);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** The same where a session wants to do `action` with `uri` by other means than a message of that kind. */
  authorize(
    session: Session,
    action: Action,
    uri: string,
    match: MatchPolicy,
  ): boolean | Promise<boolean> {
    const { isOpen } = this.#check(session, action, uri, match);
    if (isOpen && action === 'call') return true;
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
    const answer = this.answer(session, action, uri, match);
    return answer instanceof Promise ? answer.then(isAllowed) : isAllowed(answer);
  }

  /** The same with all that the authorizer says. */
  answer(
    session: Session,
    action: Action,
    uri: string,
    match: MatchPolicy,
  ): Answer | Promise<Answer> {
    if (session.isInternal) return true;
    const { principal } = session;
    if (principal.scope?.covers(action, uri, match) === false) return false;
    try {
      const { authorizer } = this.#options;
      const answer = authorizer.authorize(principal, action, uri, match, session, OPTIONS[match]);
      return answer === true || !(answer instanceof Promise) ? answer : this.#await(answer);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** How the sender of an authorized message is to be made known; undefined: as the realm has it. */
  disclosureOf(answer: Answer): DisclosurePolicy | undefined {
    if (typeof answer === 'boolean' || answer.disclose === undefined) return undefined;
    if (this.#options.disclosure === 'never') return undefined;
    return answer.disclose ? 'always' : 'never';
  }

  #check(session: Session, action: Action, uri: string, match: MatchPolicy): UriFacts {
    const facts = (match === 'exact' ? this.#facts.get(uri) : undefined) ?? this.#learn(uri, match);
    if (facts.isReserved && !session.isInternal && isWriting(action)) {
      throw new WampError(Uri.invalidUri, ['this URI is reserved']);
    }
    return facts;
  }

  #learn(uri: string, match: MatchPolicy): UriFacts {
    const { uriLimits, openProcedures } = this.#options;
    if (!isUriPattern(uri, match, uriLimits)) throw new WampError(Uri.invalidUri);
    const facts = { isReserved: isReservedUri(uri), isOpen: openProcedures?.has(uri) === true };
    if (match !== 'exact') return facts;
    if (this.#facts.size >= KNOWN_URIS) this.#facts.clear();
    this.#facts.set(uri, facts);
    return facts;
  }

  async #await(answer: Promise<Answer>): Promise<Answer> {
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

/** Whether an answer lets pass. */
export const isAllowed = (answer: Answer): boolean =>
  typeof answer === 'boolean' ? answer : answer.allow;

const isWriting = (action: Action): boolean => action === 'publish' || action === 'register';

/** How the URI of a message is to be matched: only subscriptions and registrations may have patterns. */
const policyOf = (message: AuthorizedMessage): MatchPolicy =>
  message.type === MessageType.Publish || message.type === MessageType.Call
    ? 'exact'
    : matchOf(message.options);
