import { CryptosignAuthenticator } from '../auth/methods/cryptosign-authenticator.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** `cryptosign`: users by their Ed25519 keys. */
export const cryptosignAuthenticator = ({ proofs }: AuthenticatorParts): Authenticator =>
  new CryptosignAuthenticator({ proofs });
