import { WampCraAuthenticator } from '../auth/methods/wampcra-authenticator.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** `wampcra`: users by their shared secret. */
export const wampcraAuthenticator = (parts: AuthenticatorParts): Authenticator =>
  new WampCraAuthenticator({
    ...parts.config.auth.wampcra,
    proofs: parts.proofs,
    decoy: parts.decoy,
    decoyRoles: parts.grantableRoles,
  });
