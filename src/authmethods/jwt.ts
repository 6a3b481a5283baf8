import { ProcedureAuthenticator } from '../auth/providers/procedure-authenticator.js';
import { JWT_AUTHMETHOD } from '../auth/tokens/jwt-auth-provider.js';
import { PresentedTokenAuthenticator } from '../auth/tokens/presented-token-authenticator.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** `jwt`: asks the JWT provider in the auth realm, as it would ask one from outside, about tokens in AUTHENTICATE and at the upgrade. */
export const jwtAuthenticator = (parts: AuthenticatorParts): Authenticator =>
  new PresentedTokenAuthenticator({
    authenticator: tokenAuthenticator(parts),
    queryToken: parts.config.auth.queryToken,
  });

/** The same for a token that is there already, whichever way it came. */
export const tokenAuthenticator = (parts: AuthenticatorParts): Authenticator =>
  new ProcedureAuthenticator({
    authmethod: JWT_AUTHMETHOD,
    registry: parts.registry,
    client: parts.client,
    roles: parts.grantableRoles,
    timeoutMs: parts.config.limits.authenticatorMs,
    logger: parts.logger,
  });
