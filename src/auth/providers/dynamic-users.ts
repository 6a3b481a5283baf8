import { AuthenticationRefused, type AuthenticationRequest } from '../../router/index.js';
import type { User, UserCredentials, UserProvider } from '../users/user-provider.js';
import type { DynamicAnswer } from './dynamic-answer.js';
import { NO_SUCH_PRINCIPAL, type DynamicAuthenticator } from './dynamic-authenticator.js';

/**
 * What a dynamic authenticator tells of the one user of one log-in, with the secret or keys against which the router checks the proof: for
 * the methods that check users. Who is unknown to it (`wamp.error.no_such_principal`) is unknown here.
 */
export class DynamicUsers implements UserProvider {
  readonly #authenticator: DynamicAuthenticator;
  readonly #request: AuthenticationRequest;
  #user: User | undefined;
  #answer: DynamicAnswer | undefined;

  constructor(authenticator: DynamicAuthenticator, request: AuthenticationRequest) {
    this.#authenticator = authenticator;
    this.#request = request;
  }

  /** What the procedure said; undefined before it was asked, and of who is unknown. */
  get answer(): DynamicAnswer | undefined {
    return this.#answer;
  }

  async find(username: string): Promise<User | undefined> {
    this.#answer = await this.#ask(username);
    this.#user = this.#answer && toUser(this.#answer, username);
    return this.#user;
  }

  findById(id: string): Promise<User | undefined> {
    return Promise.resolve(this.#user?.id === id ? this.#user : undefined);
  }

  /** The procedure is told the key in `authextra`, and no authid. */
  async findByPublicKey(key: string): Promise<User | undefined> {
    this.#answer = await this.#ask(null);
    if (this.#answer?.authid === undefined) return undefined;
    const user = toUser(this.#answer, this.#answer.authid);
    this.#user = user.credentials?.publicKeys?.includes(key) === true ? user : undefined;
    return this.#user;
  }

  verifyPassword(): Promise<User | undefined> {
    return Promise.resolve(undefined);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #ask(authid: string | null): Promise<DynamicAnswer | undefined> {
    try {
      return await this.#authenticator.ask(this.#request, authid);
    } catch (error) {
      if (error instanceof AuthenticationRefused && error.reason === NO_SUCH_PRINCIPAL) {
        return undefined;
      }
      throw error;
    }
  }
}

function toUser({ role, authid, principal }: DynamicAnswer, name: string): User {
  const username = authid ?? name;
  return { id: username, username, role, roles: [role], credentials: toCredentials(principal) };
}

/** `secret` with `salt`, `iterations` and `keylen` for WAMP-CRA; `pubkey` or `authorized_keys` for cryptosign. */
function toCredentials(principal: DynamicAnswer['principal']): UserCredentials {
  const { secret, salt, iterations, keylen, pubkey, authorized_keys: keys } = principal;
  const publicKeys = [pubkey, ...(Array.isArray(keys) ? (keys as unknown[]) : [])]
    .filter((key) => typeof key === 'string')
    .map((key) => key.toLowerCase());
  return {
    publicKeys,
    ...(typeof secret === 'string' && {
      wampcra: {
        secret,
        ...(typeof salt === 'string' && { salt }),
        ...(typeof iterations === 'number' && { iterations }),
        ...(typeof keylen === 'number' && { keylen }),
      },
    }),
  };
}
