import {
  AuthenticationRefused,
  AuthenticatorUnavailable,
  silentLogger,
  Uri,
  WampError,
  type AuthenticationRequest,
  type Authenticator,
  type Dict,
  type List,
  type LocalClient,
  type Logger,
  type Principal,
  withDeadline,
} from '../../router/index.js';
import { checkClaimedAuthid } from '../methods/claimed-authid.js';
import type { AuthmethodRegistry, RegisteredProvider } from './authmethod-registry.js';
import { toHelloMessage } from './hello-message.js';
import { fromOutside } from './outside-success.js';
import {
  InvalidProviderAnswer,
  parseAuthenticateAnswer,
  parseHelloAnswer,
  type HelloAnswer,
  type ProviderVerdict,
} from './provider-answer.js';
import { toPrincipal } from './provider-principal.js';

/** What a {@link ProcedureAuthenticator} needs. */
export interface ProcedureAuthenticatorOptions {
  readonly authmethod: string;
  readonly registry: AuthmethodRegistry;
  /** An internal client in the auth realm. */
  readonly client: Pick<LocalClient, 'call'>;
  /** The roles that the provider may grant; no other. */
  readonly roles: readonly string[];
  /** The realms that a provider from outside of this process may let somebody into. Left out: it is one inside, which may all. */
  readonly realms?: readonly string[];
  /** How long the provider may take for each answer. Default 5 s. */
  readonly timeoutMs?: number;
  readonly logger?: Logger;
}

/** Errors of a call that say: there was nobody to decide. */
const NOBODY_THERE: ReadonlySet<string> = new Set([
  Uri.noSuchProcedure,
  Uri.canceled,
  Uri.timeout,
  Uri.unavailable,
]);

/**
 * Asks the provider that is registered for one authmethod, by CALL in the auth realm, in Thruway's provider protocol.
 * Fails closed: without a provider, or when it does not answer in time, with AuthenticatorUnavailable, so that the client comes
 * back; when it refuses, with its reason; when it fails, with `wamp.error.authentication_failed` and no further words.
 */
export class ProcedureAuthenticator implements Authenticator {
  readonly authmethod: string;
  readonly #registry: AuthmethodRegistry;
  readonly #client: Pick<LocalClient, 'call'>;
  readonly #roles: ReadonlySet<string>;
  readonly #timeoutMs: number;
  readonly #logger: Logger;
  readonly #isOutside: boolean;
  readonly isFor?: (realm: string) => boolean;

  constructor(options: ProcedureAuthenticatorOptions) {
    this.authmethod = options.authmethod;
    this.#registry = options.registry;
    this.#client = options.client;
    this.#roles = new Set(options.roles);
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.#logger = options.logger ?? silentLogger;
    const { realms } = options;
    this.#isOutside = realms !== undefined;
    if (realms !== undefined) this.isFor = (realm) => realms.includes(realm);
  }

  async authenticate(request: AuthenticationRequest): Promise<Principal> {
    const provider = this.#registry.find(this.authmethod);
    if (provider === undefined) {
      throw new AuthenticatorUnavailable(`no provider for ${this.authmethod}`);
    }
    if (!provider.covers(request.realm)) {
      throw new AuthenticationRefused(
        Uri.noMatchingAuthMethod,
        `${this.authmethod} is not for this realm`,
      );
    }
    try {
      const proven = await this.#prove(provider, request);
      const success = this.#isOutside ? fromOutside(proven, this.#roles) : proven;
      const principal = toPrincipal(success, this.authmethod, this.#roles);
      // A provider that names nobody has found nobody else either.
      if (success['authid'] !== undefined) {
        checkClaimedAuthid(request.details['authid'], principal);
      }
      return principal;
    } catch (error) {
      if (!(error instanceof InvalidProviderAnswer)) throw error;
      this.#logger.error({ authmethod: this.authmethod, reason: error.message }, 'provider failed');
      throw failed();
    }
  }

  /** The details of the provider's SUCCESS or NOCHALLENGE. */
  async #prove(provider: RegisteredProvider, request: AuthenticationRequest): Promise<Dict> {
    const greeting = provider.challenge ?? (await this.#greet(provider, request));
    if (greeting.kind !== 'challenge') return toSuccess(greeting);
    const authenticate = await request.challenge(greeting.method, greeting.extra);
    const proof = {
      extra: { challenge_details: greeting.extra },
      authid: request.details['authid'] ?? null,
      challenge: greeting.extra['challenge'] ?? null,
      signature: authenticate.signature,
      authmethod: this.authmethod,
      ...(provider.wantsHello && { hello_message: toHelloMessage(request) }),
    };
    return toSuccess(
      parseAuthenticateAnswer(await this.#ask(provider.onauthenticate, [proof], request)),
    );
  }

  async #greet(
    { onhello }: RegisteredProvider,
    request: AuthenticationRequest,
  ): Promise<HelloAnswer> {
    const about = { sessionId: request.session, realm: request.realm };
    return parseHelloAnswer(await this.#ask(onhello, [toHelloMessage(request), about], request));
  }

  async #ask(procedure: string, args: List, request: AuthenticationRequest): Promise<List> {
    // Another process may never answer: its call must not wait for the dealer's own limit.
    const abandoned = this.#isOutside ? new AbortController() : undefined;
    try {
      const call = this.#client.call(
        procedure,
        args,
        {},
        abandoned && { signal: abandoned.signal },
      );
      return (await withDeadline(call, this.#timeoutMs)).args;
    } catch (error) {
      abandoned?.abort();
      // The client has gone meanwhile: nobody is left to be told.
      if (request.signal.aborted) throw error;
      const isError = error instanceof WampError;
      const uri = isError ? error.uri : 'no answer in time';
      this.#logger.error({ authmethod: this.authmethod, procedure, error: uri }, 'provider failed');
      if (isError && !NOBODY_THERE.has(error.uri)) throw failed();
      throw new AuthenticatorUnavailable(`provider for ${this.authmethod}: ${uri}`);
    }
  }
}

function toSuccess(verdict: ProviderVerdict): Dict {
  if (verdict.kind === 'success') return verdict.details;
  throw new AuthenticationRefused(verdict.reason, verdict.message, verdict.details);
}

const failed = (): AuthenticationRefused =>
  new AuthenticationRefused(Uri.authenticationFailed, 'authentication_failed');
