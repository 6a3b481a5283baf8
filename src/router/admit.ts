import { AuthenticationRefused, AuthenticatorUnavailable } from './authenticator.js';
import type { Entrance } from './entrance.js';
import type { Principal } from './principal.js';
import { Uri } from './protocol/errors.js';
import type { Realm } from './realm.js';
import { termsOf, type SessionTerms } from './session-terms.js';

/**
 * The terms of a session that may begin now. Throws AuthenticationRefused when the role is not of the realm or the principal was revoked
 * meanwhile, AuthenticatorUnavailable when the user has too many sessions.
 */
export function admit(
  principal: Principal,
  realm: Realm,
  entrance: Entrance,
  isRevoked: (principal: Principal) => boolean,
): SessionTerms {
  const role = realm.roles.get(principal.authrole);
  if (role === undefined) {
    throw new AuthenticationRefused(Uri.noSuchRole, 'the role does not exist in this realm');
  }
  const terms = termsOf(entrance.limits, role);
  if (isRevoked(principal)) {
    throw new AuthenticationRefused(Uri.authenticationDenied, 'revoked');
  }
  if (realm.countSessionsOf(principal.authid) >= terms.limits.sessionsPerUser) {
    throw new AuthenticatorUnavailable('this user has too many sessions');
  }
  return terms;
}
