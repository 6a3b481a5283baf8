import {
  silentLogger,
  type CallResult,
  type Dict,
  type List,
  type LocalClient,
  type Logger,
} from '../../router/index.js';
import { REGISTER_METHOD } from '../providers/authmethod-registry.js';
import type { EndedLogins } from '../revocation/ended-logins.js';
import { InvalidToken } from './invalid-token.js';
import { LOGIN_KEY } from '../providers/provider-principal.js';
import type { TokenVerifier, VerifiedToken } from './token.js';
import type { UserProvider } from '../users/user-provider.js';
import { toDict } from '../providers/wire-dict.js';

/** The authmethod that {@link JwtAuthProvider} answers for. */
export const JWT_AUTHMETHOD = 'jwt';

const ONHELLO = 'thruway.auth.jwt.onhello';
const ONAUTHENTICATE = 'thruway.auth.jwt.onauthenticate';

/** What a {@link JwtAuthProvider} needs. */
export interface JwtAuthProviderOptions {
  /** Its session in the auth realm, which it closes itself. */
  readonly client: Pick<LocalClient, 'register' | 'call' | 'closed' | 'close'>;
  readonly tokens: Pick<TokenVerifier, 'verify'>;
  readonly users: Pick<UserProvider, 'find'>;
  readonly endedLogins: Pick<EndedLogins, 'isEnded'>;
  /** The realms that it answers for. Default all (`*`). */
  readonly realms?: readonly string[];
  readonly logger?: Logger;
}

/**
 * Answers for authmethod `jwt`: an ordinary provider of Thruway's kind, that lives in this process as an internal client. The
 * signature of AUTHENTICATE is the token; authid comes from the token and the role from the user of that name.
 */
export class JwtAuthProvider {
  /** Resolves with the reason when its session has ended. */
  readonly closed: Promise<string>;
  readonly #client: JwtAuthProviderOptions['client'];
  readonly #tokens: Pick<TokenVerifier, 'verify'>;
  readonly #users: Pick<UserProvider, 'find'>;
  readonly #endedLogins: Pick<EndedLogins, 'isEnded'>;
  readonly #realms: readonly string[];
  readonly #logger: Logger;

  constructor(options: JwtAuthProviderOptions) {
    this.#client = options.client;
    this.closed = options.client.closed;
    this.#tokens = options.tokens;
    this.#users = options.users;
    this.#endedLogins = options.endedLogins;
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
    const token = this.#verify(typeof signature === 'string' ? signature : '');
    if (token instanceof InvalidToken) {
      return this.#refuse(token.code, { ...token.context, reason: token.detail });
    }
    const { authid, login } = token;
    const user = await this.#users.find(authid);
    if (user === undefined) {
      return this.#refuse('invalid_token', { authid, reason: 'user unknown or disabled' });
    }
    // After the wait: a log-out during it must not be missed.
    if (login !== undefined && this.#endedLogins.isEnded(login, token.issuedAt)) {
      return this.#refuse('invalid_token', { authid, reason: 'log-in ended' });
    }
    return ['SUCCESS', toSuccess(token, user.role)];
  }

  #verify(token: string): VerifiedToken | InvalidToken {
    try {
      return this.#tokens.verify(token);
    } catch (error) {
      if (error instanceof InvalidToken) return error;
      throw error;
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

const toSuccess = (token: VerifiedToken, authrole: string): Dict => ({
  authid: token.authid,
  authrole,
  authroles: [authrole],
  authprovider: 'jwt',
  authextra: { expires_at: token.expiresAt, refresh_at: token.refreshAt },
  ...(token.login === undefined ? {} : { [LOGIN_KEY]: token.login }),
});

const toResult = (args: List): CallResult => ({ args, kwargs: {} });
