import { randomBytes } from 'node:crypto';
import type { Authenticator, Principal } from '../../router/index.js';

/** What an {@link AnonymousAuthenticator} needs. */
export interface AnonymousAuthenticatorOptions {
  /** The role of whoever comes: `auth.anonymous.role`. */
  readonly authrole: string;
}

/**
 * Authmethod `anonymous`: lets in whoever offers it, without proof and without a name. The authid is random, whatever HELLO says: nobody may
 * take the name of a user here (catalogue AN-1).
 */
export class AnonymousAuthenticator implements Authenticator {
  readonly authmethod = 'anonymous';
  readonly #authrole: string;

  constructor(options: AnonymousAuthenticatorOptions) {
    this.#authrole = options.authrole;
  }

  authenticate(): Promise<Principal> {
    return Promise.resolve({
      authid: `anonymous-${randomBytes(9).toString('base64url')}`,
      authrole: this.#authrole,
      authmethod: 'anonymous',
      authprovider: 'anonymous',
    });
  }
}
