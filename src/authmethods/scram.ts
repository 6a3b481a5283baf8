import { ScramAuthenticator, type ScramAuthmethod } from '../auth/methods/scram-authenticator.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** `scram` and `wamp-scram`: users by their password, which stays with them. */
export const scramAuthenticator =
  (authmethod: ScramAuthmethod) =>
  ({ config, proofs, decoy }: AuthenticatorParts): Authenticator =>
    new ScramAuthenticator({ ...config.auth.scram, authmethod, proofs, decoy });
