import { randomBytes } from 'node:crypto';
import type { AuthenticationRequest, Authenticator, Principal } from '../../router/index.js';
import type { DynamicAuthenticator } from './dynamic-authenticator.js';

/** Authmethod `anonymous` where a dynamic authenticator says who comes in, and as what. */
export class DynamicAnonymous implements Authenticator {
  readonly authmethod = 'anonymous';
  readonly isFor: (realm: string) => boolean;
  readonly #authenticator: DynamicAuthenticator;

  constructor(authenticator: DynamicAuthenticator) {
    this.#authenticator = authenticator;
    this.isFor = (realm) => authenticator.isFor(realm);
  }

  /** The authid is random unless the procedure gives one: what the client claims is no proof. */
  authenticate(request: AuthenticationRequest): Promise<Principal> {
    return this.#authenticator.decide(request, `anonymous-${randomBytes(9).toString('base64url')}`);
  }
}
