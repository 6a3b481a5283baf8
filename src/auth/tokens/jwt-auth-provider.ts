import {
  AuthenticatorUnavailable,
  silentLogger,
  Uri,
  WampError,
  type CallResult,
  type Dict,
  type List,
  type LocalClient,
  type Logger,
} from '../../router/index.js';
import { REGISTER_METHOD } from '../providers/authmethod-registry.js';
import { InvalidToken } from './invalid-token.js';
import { LOGIN_KEY, PROOF_KEY, proofToWire, SCOPE_KEY } from '../providers/provider-principal.js';
import { proofOf, type TokenBearer, type TokenBearers } from './token-bearers.js';
import { toDict } from '../providers/wire-dict.js';

/** The authmethod that {@link JwtAuthProvider} answers for. */
export const JWT_AUTHMETHOD = 'jwt';

const ONHELLO = 'thruway.auth.jwt.onhello';
const ONAUTHENTICATE = 'thruway.auth.jwt.onauthenticate';

/** What a {@link JwtAuthProvider} needs. */
export interface JwtAuthProviderOptions {
  /** Its session in the auth realm, which it closes itself. */
  readonly client: Pick<LocalClient, 'register' | 'call' | 'closed' | 'close'>;
  readonly bearers: Pick<TokenBearers, 'identify'>;
  /** The realms that it answers for. Default all (`*`). */
  readonly realms?: readonly string[];
  readonly logger?: Logger;
}

/**
 * Answers for authmethod `jwt`: an ordinary provider of Thruway's kind, that lives in this process as an internal client. The
 * signature of AUTHENTICATE is the token; its user gives authid and role.
 */
export class JwtAuthProvider {
  /** Resolves with the reason when its session has ended. */
  readonly closed: Promise<string>;
  readonly #client: JwtAuthProviderOptions['client'];
  readonly #bearers: Pick<TokenBearers, 'identify'>;
  readonly #realms: readonly string[];
  readonly #logger: Logger;

  constructor(options: JwtAuthProviderOptions) {
    this.#client = options.client;
    this.closed = options.client.closed;
    this.#bearers = options.bearers;
    this.#realms = options.realms ?? ['*'];
    this.#logger = options.logger ?? silentLogger;
  }

  /** Registers its procedures and announces itself. Rejects when a registration or the announcement is refused. */
  async start(): Promise<void> {
    await this.#client.register(ONHELLO, onhello);
    await this.#client.register(ONAUTHENTICATE, async ({ args }) =>
      toResult(await this.#onauthenticate(args)),
    );
    const handlers = {
      onhello: ONHELLO,
      onauthenticate: ONAUTHENTICATE,
      challenge: CHALLENGE,
      hello_message: false,
    };
    const reply = await this.#client.call(REGISTER_METHOD, [
      JWT_AUTHMETHOD,
      handlers,
      this.#realms,
    ]);
    if (reply.args[0] === 'SUCCESS') return;
    throw new Error(`${REGISTER_METHOD} refused: ${String(reply.args[1])}`);
  }

  /** Leaves the auth realm; the authmethod goes with it. Idempotent. */
  close(): void {
    this.#client.close();
  }

  async #onauthenticate([proof]: List): Promise<List> {
    const signature = toDict(proof)?.['signature'];
    try {
      const bearer = await this.#bearers.identify(typeof signature === 'string' ? signature : '');
      return ['SUCCESS', toSuccess(bearer)];
    } catch (error) {
      // Nobody can say now whether it holds: whoever asks lets the client come back.
      if (error instanceof AuthenticatorUnavailable) {
        this.#logger.warn({ reason: error.message }, 'token cannot be judged now');
        throw new WampError(Uri.unavailable);
      }
      if (!(error instanceof InvalidToken)) throw error;
      return this.#refuse(error.code, { ...error.context, reason: error.detail });
    }
  }

  /** Tells the client no more than the class of what is wrong, and the log the rest. */
  #refuse(message: string, fields: object): List {
    this.#logger.info(fields, 'token refused');
    return ['FAILURE', { details: { message } }];
  }
}

/** The same for everybody: it says only that a token is wanted. */
const CHALLENGE = { challenge: {}, challenge_method: JWT_AUTHMETHOD };

const onhello = (): CallResult => toResult(['CHALLENGE', CHALLENGE]);

const toSuccess = ({ token, user }: TokenBearer): Dict => ({
  authid: user.username,
  authrole: user.role,
  authroles: user.roles,
  authprovider: 'jwt',
  authextra: { expires_at: token.expiresAt, refresh_at: token.refreshAt },
  [LOGIN_KEY]: token.login,
  [PROOF_KEY]: proofToWire(proofOf({ token, user })),
  [SCOPE_KEY]: token.scope,
});

const toResult = (args: List): CallResult => ({ args, kwargs: {} });
