import { randomBytes } from 'node:crypto';
import {
  AuthenticationRefused,
  Uri,
  type AuthenticationRequest,
  type Authenticator,
  type Principal,
} from '../../router/index.js';
import { isAuthid } from './authid.js';

/** What a {@link TrustedAuthenticator} needs. */
export interface TrustedAuthenticatorOptions {
  /** The role of whoever comes: `trusted.role`. */
  readonly authrole: string;
}

/**
 * Believes whoever comes through its listener, without a challenge: the trusted URL. The authid is the one of HELLO, `anonymous`
 * included, as Thruway's clients say, else a random one. The role is the configured one, whoever it is.
 */
export class TrustedAuthenticator implements Authenticator {
  readonly authmethod = undefined;
  readonly #authrole: string;

  constructor(options: TrustedAuthenticatorOptions) {
    this.#authrole = options.authrole;
  }

  authenticate(request: AuthenticationRequest): Promise<Principal> {
    const authid = request.details['authid'] ?? `trusted-${randomBytes(9).toString('base64url')}`;
    if (!isAuthid(authid)) {
      return Promise.reject(
        new AuthenticationRefused(
          Uri.authenticationDenied,
          'authid must be a plain string of 1 to 128 characters',
        ),
      );
    }
    return Promise.resolve({
      authid,
      authrole: this.#authrole,
      authmethod: 'trusted',
      authprovider: 'trusted-listener',
    });
  }
}
