import { CertificateAuthenticator } from '../auth/methods/certificate-authenticator.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** `tls`: users by their certificates. */
export const tlsAuthenticator = ({ config, proofs }: AuthenticatorParts): Authenticator =>
  new CertificateAuthenticator({ ...config.auth.tls, proofs });
