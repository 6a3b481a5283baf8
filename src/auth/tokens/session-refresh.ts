import {
  silentLogger,
  Uri,
  WampError,
  type CallingSession,
  type List,
  type Logger,
  type Principal,
  type Proof,
  type SessionCall,
  type SessionProcedure,
} from '../../router/index.js';
import { InvalidToken } from './invalid-token.js';
import { proofOf, type TokenBearer, type TokenBearers } from './token-bearers.js';
import { tokenPrincipal } from './token-principal.js';

/** The URI of the procedure by which a session is given a new token. */
export const REFRESH_PROCEDURE = 'expressway.auth.refresh';

/** URIs of errors that only {@link SessionRefresh} answers with. */
export const RefreshError = {
  /** The session does not stand on a token, so there is none to replace. */
  notRefreshable: 'expressway.error.not_refreshable',
  /** The token is somebody else's. */
  subjectMismatch: 'expressway.error.subject_mismatch',
} as const;

/** What a {@link SessionRefresh} needs. */
export interface SessionRefreshOptions {
  readonly bearers: Pick<TokenBearers, 'identify'>;
  /** The roles that somebody may have by a token. */
  readonly roles: readonly string[];
  /** Calls of one session at once. Default 10. */
  readonly burst?: number;
  /** Calls of one session a second in the long run. Default 1. */
  readonly perSecond?: number;
  readonly logger?: Logger;
}

interface Allowance {
  readonly calls: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/**
 * `expressway.auth.refresh(token)`: the session goes on by a new token, of the same subject and with a later end. Role and scope are those
 * that a log-in by that token would have. Answers `{expires_at, refresh_at}` in Unix seconds. Nobody needs a permission for it: the token is
 * judged as at a log-in. What is refused leaves the session as it is.
 */
export class SessionRefresh implements SessionProcedure {
  readonly needsNoPermission = true;
  readonly answer = (call: SessionCall): Promise<List> => this.#refresh(call);
  readonly #bearers: Pick<TokenBearers, 'identify'>;
  readonly #roles: ReadonlySet<string>;
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #logger: Logger;
  readonly #allowances = new WeakMap<CallingSession, Allowance>();

  constructor(options: SessionRefreshOptions) {
    this.#bearers = options.bearers;
    this.#roles = new Set(options.roles);
    this.#burst = options.burst ?? 10;
    this.#perSecond = options.perSecond ?? 1;
    this.#logger = options.logger ?? silentLogger;
  }

  async #refresh({ session, args, kwargs }: SessionCall): Promise<List> {
    if (!isOfToken(session.principal)) {
      throw new WampError(RefreshError.notRefreshable, ['this session does not stand on a token']);
    }
    this.#spend(session);
    const text = args[0] ?? kwargs['token'];
    if (typeof text !== 'string') {
      throw new WampError(Uri.invalidArgument, ['argument 1 is a token']);
    }
    const bearer = await this.#identify(text);
    // After the wait: another refresh may have come first.
    const principal = this.#renewed(session.principal, bearer);
    if (!session.renew(principal)) throw new WampError(Uri.canceled);
    const { expiresAt, refreshAt } = bearer.token;
    return [{ expires_at: expiresAt, refresh_at: refreshAt }];
  }

  #spend(session: CallingSession): void {
    const now = Date.now();
    const before = this.#allowances.get(session) ?? { calls: this.#burst, at: now };
    const earned = (Math.max(0, now - before.at) / 1000) * this.#perSecond;
    const calls = Math.min(this.#burst, before.calls + earned) - 1;
    if (calls < 0) throw new WampError(Uri.limitExceeded, ['too many refreshes in this session']);
    this.#allowances.set(session, { calls, at: now });
  }

  /** Tells the client no more than the class of what is wrong, and the log the rest. */
  async #identify(text: string): Promise<TokenBearer> {
    try {
      return await this.#bearers.identify(text);
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      const fields = { ...error.context, reason: error.detail };
      this.#logger.info(fields, 'token refused at a refresh');
      throw new WampError(Uri.authenticationDenied, [error.code]);
    }
  }

  #renewed(before: Principal, bearer: TokenBearer): Principal {
    const { user, token } = bearer;
    if (!isSameSubject(before, proofOf(bearer)) || user.username !== before.authid) {
      this.#logger.warn({ authid: before.authid }, 'token of another subject at a refresh');
      throw new WampError(RefreshError.subjectMismatch, ['the token names another subject']);
    }
    const expiresAt = token.expiresAt * 1000;
    if (before.expiresAt !== undefined && expiresAt <= before.expiresAt) {
      throw new WampError(Uri.invalidArgument, ['the token ends no later than the one before']);
    }
    const renewed = tokenPrincipal(bearer, this.#roles);
    if (renewed === undefined) throw new WampError(Uri.noSuchRole);
    const { authmethod, authprovider, details, authextra } = before;
    return {
      ...renewed,
      ...{ authmethod, authprovider },
      details: { ...details, authroles: renewed.authroles ?? [renewed.authrole] },
      authextra: { ...authextra, expires_at: token.expiresAt, refresh_at: token.refreshAt },
      expiresAt,
    };
  }
}

/** A proof that does not say who made it was made here. */
const isSameSubject = ({ proof: before }: Principal, { subject, issuer }: Proof): boolean =>
  before?.subject === subject && (before.issuer === undefined || before.issuer === issuer);

/** Whether a session came by something that ends, and whose subject is known: a token, or a ticket that was given for one. */
const isOfToken = ({ proof, expiresAt }: Principal): boolean =>
  proof !== undefined && expiresAt !== undefined;
