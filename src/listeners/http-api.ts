import { tokenPrincipal } from '../auth/tokens/token-principal.js';
import type { Authentication } from '../authentication/start-authentication.js';
import type { Config } from '../config/config.js';
import type { Entrance, Router } from '../router/index.js';
import type { WebApiOptions } from '../web/app.js';
import { UserClients } from '../web/user-clients.js';

/** What the HTTP API stands on. */
export interface HttpApiParts {
  readonly config: Config;
  readonly router: Router;
  readonly authentication: Pick<Authentication, 'bearers' | 'grantableRoles'>;
}

/** The HTTP API that a configuration asks for, if it does: its users act in sessions of their own, by their own permissions and limits. */
export function httpApi({
  config,
  router,
  authentication,
}: HttpApiParts): WebApiOptions | undefined {
  const path = config.public.apiPath;
  if (path === undefined) return undefined;
  const { realm, audience } = config.auth.api;
  const { bearers, grantableRoles } = authentication;
  const grantable = new Set(grantableRoles);
  // One for all, so that what a role's limits come to is worked out once.
  const entrance: Entrance = {
    authenticators: [],
    requestIds: 'strict',
    limits: config.limits.session,
  };
  const permissions = new Map(
    config.realms
      .find(({ name }) => name === realm)
      ?.roles.map((role) => [role.name, role.permissions]),
  );
  return {
    path,
    bearers,
    audience,
    clients: new UserClients({
      connect: (principal) => router.connectAs(realm, principal, entrance),
    }),
    principalOf: (bearer) => tokenPrincipal(bearer, grantable),
    permissionsOf: (roles) => roles.flatMap((role) => permissions.get(role) ?? []),
  };
}
