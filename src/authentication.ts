import { AuthmethodRegistry, AUTH_REALM } from './auth/providers/authmethod-registry.js';
import type { Revocations } from './auth/revocation/revocations.js';
import { SingleUseTickets } from './auth/tickets/single-use-tickets.js';
import { JWT_AUTHMETHOD, JwtAuthProvider } from './auth/tokens/jwt-auth-provider.js';
import { ProviderSupervisor } from './auth/providers/provider-supervisor.js';
import { TokenIssuer, TokenVerifier } from './auth/tokens/token.js';
import { REFRESH_PROCEDURE, SessionRefresh } from './auth/tokens/session-refresh.js';
import { TokenBearers } from './auth/tokens/token-bearers.js';
import { TokenKeys } from './auth/tokens/token-keys.js';
import type { UserEntry } from './auth/users/memory-users.js';
import type { UserProvider } from './auth/users/user-provider.js';
import type { AuthenticatorParts } from './authmethods/authenticator-parts.js';
import { AUTHENTICATORS } from './authmethods/authenticators.js';
import type { Config } from './config/config.js';
import type { Authmethod } from './config/listener-config.js';
import { startUsers } from './configured-users.js';
import type { Authenticator, Logger, Router, SessionProcedures } from './router/index.js';

/** What finding out who somebody is consists of. */
export interface Authentication {
  readonly users: UserProvider;
  /** The tickets that can be used once. */
  readonly tickets: SingleUseTickets;
  /** Tells whose a token is. */
  readonly bearers: TokenBearers;
  /** The roles that somebody may come in with. */
  readonly grantableRoles: readonly string[];
  /** Undefined: no key is configured to sign with, so tokens come from elsewhere. */
  readonly issuer: TokenIssuer | undefined;
  /** The ways in of these names, in this order. */
  readonly authenticatorsOf: (authmethods: readonly Authmethod[]) => readonly Authenticator[];
  /** What each realm serves its sessions, so that they prove themselves anew. */
  readonly procedures: SessionProcedures;
  close(): Promise<void>;
}

/** What {@link startAuthentication} builds on. */
export interface AuthenticationOptions {
  readonly config: Config;
  readonly users: readonly UserEntry[];
  readonly router: Router;
  readonly revocations: Revocations;
  readonly logger: Logger;
}

const ROUTER_IDENTITY = { authid: 'router', authrole: 'router' };
const PROVIDER_IDENTITY = { authid: 'jwt-auth-provider', authrole: 'provider' };

/**
 * Builds the auth realm and in it what the router asks: the registry of providers, and the JWT provider, an ordinary internal client of
 * that realm, kept alive by a supervisor. Throws for a key that cannot be used.
 */
export async function startAuthentication(options: AuthenticationOptions): Promise<Authentication> {
  const { config, router, logger, revocations } = options;
  const { jwt } = config.auth;
  const keys = new TokenKeys(jwt.keys);
  const refreshFraction = config.expiry.refreshAt;
  const tokens = new TokenVerifier({
    ...jwt,
    keys,
    refreshFraction,
    maxBytes: config.limits.tokenBytes,
    logger,
  });
  const users = await startUsers(options);
  const bearers = new TokenBearers({ tokens, users, revocations });
  const registry = addAuthRealm(router, logger);
  await registry.start();
  const supervisor = new ProviderSupervisor({
    name: JWT_AUTHMETHOD,
    logger,
    create: () => {
      const client = router.connectLocal(AUTH_REALM, PROVIDER_IDENTITY);
      return new JwtAuthProvider({ client, bearers, logger });
    },
  });
  await supervisor.start();
  const tickets = new SingleUseTickets({ ...config.auth.ticket, users, logger });
  const parts: AuthenticatorParts = {
    ...options,
    users,
    tokens,
    bearers,
    tickets,
    registry,
    client: router.connectLocal(AUTH_REALM, ROUTER_IDENTITY),
    grantableRoles: grantableRoles(config),
  };
  const refresh = new SessionRefresh({ bearers, roles: parts.grantableRoles, logger });
  const made = new Map<Authmethod, Authenticator>();
  const authenticatorOf = (authmethod: Authmethod): Authenticator => {
    const authenticator = made.get(authmethod) ?? AUTHENTICATORS[authmethod](parts);
    made.set(authmethod, authenticator);
    return authenticator;
  };
  return {
    users,
    tickets,
    bearers,
    grantableRoles: parts.grantableRoles,
    issuer: keys.signing && new TokenIssuer({ ...jwt, keys, refreshFraction }),
    authenticatorsOf: (authmethods) => authmethods.map(authenticatorOf),
    procedures: new Map([[REFRESH_PROCEDURE, refresh]]),
    close: () => {
      supervisor.close();
      return users.close();
    },
  };
}

function addAuthRealm(router: Router, logger: Logger): AuthmethodRegistry {
  // Only internal clients get in, and those are asked for no permission.
  router.addRealm({
    name: AUTH_REALM,
    isInternal: true,
    requestIds: 'lenient',
    authorizer: { authorize: () => false },
    roles: new Map(),
    onleft: (session) => {
      registry.removeProvider(session);
    },
  });
  const client = router.connectLocal(AUTH_REALM, ROUTER_IDENTITY);
  const registry = new AuthmethodRegistry({ client, methods: [JWT_AUTHMETHOD], logger });
  return registry;
}

/** A user may have any role but those that are kept for trusted listeners. */
function grantableRoles({ realms, trusted, listeners }: Config): string[] {
  const kept = [trusted.role];
  for (const { admission } of listeners) if (admission.isTrusted) kept.push(admission.role);
  return realms
    .flatMap(({ roles }) => roles.map(({ name }) => name))
    .filter((name) => !kept.includes(name));
}
