import type { Authmethod } from '../config/listener-config.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';
import { jwtAuthenticator } from './jwt.js';
import { ticketAuthenticator } from './ticket.js';

/** How the authenticator of each authmethod is made. */
export const AUTHENTICATORS: Readonly<
  Record<Authmethod, (parts: AuthenticatorParts) => Authenticator>
> = {
  jwt: jwtAuthenticator,
  ticket: ticketAuthenticator,
};
