import { AnonymousAuthenticator } from '../auth/methods/anonymous-authenticator.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** `anonymous`: whoever offers it, in the role that `auth.anonymous.role` names. Throws when none is named. */
export function anonymousAuthenticator({ config }: AuthenticatorParts): Authenticator {
  const { role } = config.auth.anonymous;
  if (role === undefined) throw new Error('authmethod anonymous needs auth.anonymous.role');
  return new AnonymousAuthenticator({ authrole: role });
}
