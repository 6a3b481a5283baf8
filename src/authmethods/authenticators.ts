import type { Authmethod } from '../config/listener-config.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';
import { jwtAuthenticator } from './jwt.js';
import { ticketAuthenticator } from './ticket.js';
import { providedAuthenticator } from './provided.js';

/** How the authenticator of each authmethod is made. */
export const AUTHENTICATORS: Readonly<
  Record<Authmethod, (parts: AuthenticatorParts) => Authenticator>
> = {
  jwt: jwtAuthenticator,
  ticket: ticketAuthenticator,
};

/** The authenticator of an authmethod: of a provider from outside if one is configured, else our own. Throws TypeError for an unknown one. */
export function authenticatorNamed(authmethod: string, parts: AuthenticatorParts): Authenticator {
  const provided = parts.config.auth.providers.methods.find(({ name }) => name === authmethod);
  if (provided !== undefined) return providedAuthenticator(parts, provided);
  if (!isOwn(authmethod)) throw new TypeError(`there is no authmethod ${authmethod}`);
  return AUTHENTICATORS[authmethod](parts);
}

const isOwn = (authmethod: string): authmethod is Authmethod =>
  Object.hasOwn(AUTHENTICATORS, authmethod);
