import type { AuthenticationRequest, Authenticator, Principal } from '../../router/index.js';
import type { UserProvider } from '../users/user-provider.js';
import type { DynamicAuthenticator } from './dynamic-authenticator.js';
import { DynamicUsers } from './dynamic-users.js';
import { InvalidProviderAnswer } from './provider-answer.js';

/** What {@link DynamicProofs} needs. */
export interface DynamicProofsOptions {
  readonly authmethod: string;
  readonly authenticator: DynamicAuthenticator;
  /** The method itself, which checks the proof against the user that it finds there. */
  readonly methodFor: (users: UserProvider) => Pick<Authenticator, 'authenticate'>;
}

/** A challenge-response method whose secrets or keys a dynamic authenticator tells: the proof itself is checked here. */
export class DynamicProofs implements Authenticator {
  readonly authmethod: string;
  readonly isFor: (realm: string) => boolean;
  readonly #options: DynamicProofsOptions;

  constructor(options: DynamicProofsOptions) {
    this.authmethod = options.authmethod;
    this.isFor = (realm) => options.authenticator.isFor(realm);
    this.#options = options;
  }

  authenticate(request: AuthenticationRequest): Promise<Principal> {
    const { authenticator } = this.#options;
    return authenticator.judge(() => this.#prove(request));
  }

  async #prove(request: AuthenticationRequest): Promise<Principal> {
    const { authenticator, methodFor } = this.#options;
    const users = new DynamicUsers(authenticator, request);
    const { authid } = await methodFor(users).authenticate(request);
    if (users.answer === undefined) throw new InvalidProviderAnswer('nobody was found');
    return authenticator.principalOf(users.answer, authid);
  }
}
