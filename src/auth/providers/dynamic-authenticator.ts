import {
  AuthenticationRefused,
  AuthenticatorUnavailable,
  isReservedUri,
  Uri,
  WampError,
  withDeadline,
  type AuthenticationRequest,
  type Dict,
  type List,
  type LocalClient,
  type Logger,
  type Principal,
} from '../../router/index.js';
import { isAuthid } from '../methods/authid.js';
import { parseDynamicAnswer, type DynamicAnswer } from './dynamic-answer.js';
import { InvalidProviderAnswer } from './provider-answer.js';
import { toPrincipal } from './provider-principal.js';
import { toSessionDetails } from './session-details.js';

/** What a {@link DynamicAuthenticator} needs. */
export interface DynamicAuthenticatorOptions {
  readonly authmethod: string;
  /** The procedure that decides. */
  readonly procedure: string;
  /** An internal client where that procedure is, for a client's realm; undefined: it decides for nobody there. */
  readonly clientFor: (realm: string) => Pick<LocalClient, 'call'> | undefined;
  /** The realms that it may let somebody into. */
  readonly realms: readonly string[];
  /** The roles that it may grant. */
  readonly roles: readonly string[];
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** Errors of a call that say: there was nobody to decide. */
const NOBODY_THERE: ReadonlySet<string> = new Set([
  Uri.noSuchProcedure,
  Uri.noAvailableCallee,
  Uri.canceled,
  Uri.timeout,
  Uri.unavailable,
]);

/** By which a procedure says that it knows nobody of this name. */
export const NO_SUCH_PRINCIPAL = 'wamp.error.no_such_principal';

/** Errors of WAMP by which a procedure refuses somebody; others of `wamp.` say that it has failed. */
const REFUSALS: ReadonlySet<string> = new Set([
  Uri.authenticationDenied,
  Uri.notAuthorized,
  Uri.noSuchRole,
  Uri.noSuchRealm,
  NO_SUCH_PRINCIPAL,
]);

const MAX_MESSAGE_LENGTH = 200;

/**
 * Asks a procedure of somebody's who a client is, in the shape of Crossbar's dynamic authenticators: `(realm, authid, details)` gives a role, or
 * `{role, authid?, realm?, extra?}`, or an error. Fails closed: AuthenticatorUnavailable when nobody answers in time, so that the client
 * comes back; a refusal with the error's URI; `wamp.error.authentication_failed` without words when the procedure has failed.
 */
export class DynamicAuthenticator {
  readonly #options: DynamicAuthenticatorOptions;
  readonly #roles: ReadonlySet<string>;
  readonly #realms: ReadonlySet<string>;

  constructor(options: DynamicAuthenticatorOptions) {
    this.#options = options;
    this.#roles = new Set(options.roles);
    this.#realms = new Set(options.realms);
  }

  /** Whether it lets anybody into this realm. */
  isFor(realm: string): boolean {
    return this.#realms.has(realm);
  }

  /** Asks, and gives who it is. `authid` is who the client is when the answer does not say. */
  async decide(request: AuthenticationRequest, authid: unknown, more?: Dict): Promise<Principal> {
    return this.judge(() => this.#accept(request, authid, more));
  }

  /** What the procedure says of a client, `more` told beside what is told of each. Rejects as {@link decide}, but for a wrong answer. */
  async ask(request: AuthenticationRequest, authid: unknown, more?: Dict): Promise<DynamicAnswer> {
    const { authmethod } = this.#options;
    const details = toSessionDetails(authmethod, request, more);
    const answer = await this.#call(request, [request.realm, authid ?? null, details]);
    return parseDynamicAnswer(answer, request.realm);
  }

  /** The principal that an answer makes. Throws InvalidProviderAnswer for what may not be granted. */
  principalOf(answer: DynamicAnswer, authid: unknown): Principal {
    const success = {
      authid: answer.authid ?? authid ?? undefined,
      authrole: answer.role,
      authprovider: 'dynamic',
      ...(answer.extra && { authextra: answer.extra }),
    };
    if (!isAuthid(success.authid)) throw new InvalidProviderAnswer('there is no authid');
    return toPrincipal(success, this.#options.authmethod, this.#roles);
  }

  /** Runs a step; a wrong answer in it is logged and refused without words. */
  async judge<Result>(step: () => Promise<Result>): Promise<Result> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof InvalidProviderAnswer)) throw error;
      const { authmethod, procedure, logger } = this.#options;
      logger.error(
        { authmethod, procedure, reason: error.message },
        'dynamic authenticator failed',
      );
      throw failed();
    }
  }

  async #accept(request: AuthenticationRequest, authid: unknown, more?: Dict): Promise<Principal> {
    return this.principalOf(await this.ask(request, authid, more), authid);
  }

  async #call(request: AuthenticationRequest, args: List): Promise<List> {
    const { procedure, timeoutMs, authmethod, clientFor } = this.#options;
    const client = this.isFor(request.realm) ? clientFor(request.realm) : undefined;
    if (client === undefined) {
      throw new AuthenticationRefused(
        Uri.noMatchingAuthMethod,
        `${authmethod} is not for this realm`,
      );
    }
    const abandoned = new AbortController();
    try {
      const call = client.call(procedure, args, {}, { signal: abandoned.signal });
      return (await withDeadline(call, timeoutMs)).args;
    } catch (error) {
      abandoned.abort();
      if (request.signal.aborted) throw error;
      throw this.#refusalFor(error);
    }
  }

  #refusalFor(error: unknown): Error {
    const { authmethod, procedure, logger } = this.#options;
    const uri = error instanceof WampError ? error.uri : 'no answer in time';
    if (error instanceof WampError && isRefusal(uri)) {
      logger.info({ authmethod, procedure, reason: uri }, 'dynamic authenticator refused');
      return new AuthenticationRefused(uri, messageOf(error));
    }
    logger.error({ authmethod, procedure, error: uri }, 'dynamic authenticator failed');
    if (error instanceof WampError && !NOBODY_THERE.has(uri)) return failed();
    return new AuthenticatorUnavailable(`dynamic authenticator for ${authmethod}: ${uri}`);
  }
}

/** What an application calls its own error is meant for the client. */
const isRefusal = (uri: string): boolean => REFUSALS.has(uri) || !isReservedUri(uri);

function messageOf({ args: [message] }: WampError): string {
  return typeof message === 'string' && message.length <= MAX_MESSAGE_LENGTH
    ? message
    : 'authentication_denied';
}

const failed = (): AuthenticationRefused =>
  new AuthenticationRefused(Uri.authenticationFailed, 'authentication_failed');
