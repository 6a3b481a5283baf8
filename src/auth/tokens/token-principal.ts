import type { Principal } from '../../router/index.js';
import { scopeOf } from '../permissions/token-scope.js';
import { proofOf, type TokenBearer } from './token-bearers.js';

/**
 * Who the holder of a token is to the router: the user with those of the roles that are `grantable`, narrowed by the token. Undefined when the
 * user's first role is not among them. When the token ends is left to whoever checks it.
 */
export function tokenPrincipal(
  bearer: TokenBearer,
  grantable: ReadonlySet<string>,
): Principal | undefined {
  const { token, user } = bearer;
  if (!grantable.has(user.role)) return undefined;
  const authroles = user.roles.filter((role) => grantable.has(role));
  return {
    authid: user.username,
    authrole: user.role,
    ...(authroles.length > 1 && { authroles }),
    authmethod: 'jwt',
    authprovider: 'jwt',
    ...(token.login !== undefined && { login: token.login }),
    proof: proofOf(bearer),
    ...scopeOf(token.scope),
  };
}
