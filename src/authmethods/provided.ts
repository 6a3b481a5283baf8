import { ProcedureAuthenticator } from '../auth/providers/procedure-authenticator.js';
import type { ProvidedMethodConfig } from '../config/provider-config.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** An authmethod of `auth.providers.methods`: asks whoever has announced itself for it in the auth realm. */
export const providedAuthenticator = (
  parts: AuthenticatorParts,
  { name, realms, roles, timeoutMs }: ProvidedMethodConfig,
): Authenticator =>
  new ProcedureAuthenticator({
    authmethod: name,
    registry: parts.registry,
    client: parts.client,
    roles,
    realms,
    timeoutMs,
    logger: parts.logger,
  });
