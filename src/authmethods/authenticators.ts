import type { Authmethod } from '../config/listener-config.js';
import type { Authenticator } from '../router/index.js';
import { anonymousAuthenticator } from './anonymous.js';
import type { AuthenticatorParts } from './authenticator-parts.js';
import { cookieAuthenticator } from './cookie.js';
import { cryptosignAuthenticator } from './cryptosign.js';
import { dynamicAuthenticator } from './dynamic.js';
import { jwtAuthenticator } from './jwt.js';
import { providedAuthenticator } from './provided.js';
import { scramAuthenticator } from './scram.js';
import { ticketAuthenticator } from './ticket.js';
import { tlsAuthenticator } from './tls.js';
import { wampcraAuthenticator } from './wampcra.js';

/** How the authenticator of each authmethod is made. */
export const AUTHENTICATORS: Readonly<
  Record<Authmethod, (parts: AuthenticatorParts) => Authenticator>
> = {
  jwt: jwtAuthenticator,
  ticket: ticketAuthenticator,
  cookie: cookieAuthenticator,
  wampcra: wampcraAuthenticator,
  scram: scramAuthenticator('scram'),
  'wamp-scram': scramAuthenticator('wamp-scram'),
  cryptosign: cryptosignAuthenticator,
  tls: tlsAuthenticator,
  anonymous: anonymousAuthenticator,
};

/** The authenticator of an authmethod: of a provider or procedure from outside if one is configured, else our own. Throws TypeError for an unknown one. */
export function authenticatorNamed(authmethod: string, parts: AuthenticatorParts): Authenticator {
  const provided = parts.config.auth.providers.methods.find(({ name }) => name === authmethod);
  if (provided !== undefined) return providedAuthenticator(parts, provided);
  const dynamic = dynamicAuthenticator(authmethod, parts);
  if (dynamic !== undefined) return dynamic;
  if (!isOwn(authmethod)) throw new TypeError(`there is no authmethod ${authmethod}`);
  return AUTHENTICATORS[authmethod](parts);
}

const isOwn = (authmethod: string): authmethod is Authmethod =>
  Object.hasOwn(AUTHENTICATORS, authmethod);
