import { authRealm } from '../auth/providers/auth-realm.js';
import { AUTH_REALM, AuthmethodRegistry } from '../auth/providers/authmethod-registry.js';
import { ProviderSupervisor } from '../auth/providers/provider-supervisor.js';
import { JWT_AUTHMETHOD, JwtAuthProvider } from '../auth/tokens/jwt-auth-provider.js';
import type { TokenBearers } from '../auth/tokens/token-bearers.js';
import type { Config } from '../config/config.js';
import type { LocalClient, Logger, Router } from '../router/index.js';

/** What {@link startProviders} builds on. */
export interface ProvidersOptions {
  readonly config: Config;
  readonly router: Router;
  readonly logger: Logger;
}

/** The providers that decide who somebody is, and how they are asked. */
export interface Providers {
  /** Who answers for what. */
  readonly registry: AuthmethodRegistry;
  /** The router's own client in the auth realm. */
  readonly client: LocalClient;
  /** The router's own client in a realm of the configuration, made when it is first asked for. */
  readonly clientIn: (realm: string) => LocalClient;
  /** The authmethods for which a provider should answer and none does. */
  absent(): Promise<readonly string[]>;
  /** Ends our own. Idempotent. */
  close(): void;
}

const ROUTER_IDENTITY = { authid: 'router', authrole: 'router' };
const PROVIDER_IDENTITY = { authid: 'jwt-auth-provider', authrole: 'provider' };

/**
 * Builds the auth realm, opens it to the providers from outside that are configured, and starts our own for `jwt`, an internal client
 * that is kept alive by a supervisor, unless one from outside takes its place.
 */
export async function startProviders(
  options: ProvidersOptions,
  bearers: TokenBearers,
): Promise<Providers> {
  const { config, router, logger } = options;
  const inside = new Set<number>();
  const registry = addAuthRealm(options, inside);
  await registry.start();
  const supervisor = new ProviderSupervisor({
    name: JWT_AUTHMETHOD,
    logger,
    create: () => {
      const client = router.connectLocal(AUTH_REALM, PROVIDER_IDENTITY);
      inside.add(client.session);
      return new JwtAuthProvider({ client, bearers, logger });
    },
  });
  const clients = new Map<string, LocalClient>();
  const clientIn = (realm: string): LocalClient => {
    const client = clients.get(realm) ?? router.connectLocal(realm, ROUTER_IDENTITY);
    clients.set(realm, client);
    return client;
  };
  const outside = config.auth.providers.methods.map(({ name }) => name);
  const isOwn = !outside.includes(JWT_AUTHMETHOD);
  if (isOwn) await supervisor.start();
  return {
    registry,
    client: router.connectLocal(AUTH_REALM, ROUTER_IDENTITY),
    clientIn,
    absent: async () => [
      ...(isOwn && !supervisor.isReady ? [JWT_AUTHMETHOD] : []),
      ...outside.filter((authmethod) => registry.find(authmethod) === undefined),
      ...(await absentProcedures(config.auth.dynamic, clientIn)),
    ],
    close: () => {
      supervisor.close();
    },
  };
}

/** The authmethods for which a procedure should decide that nobody has registered where it should be. */
async function absentProcedures(
  dynamic: Config['auth']['dynamic'],
  clientIn: (realm: string) => LocalClient,
): Promise<readonly string[]> {
  const absent = new Set<string>();
  for (const { authmethod, procedure, realm, realms } of dynamic) {
    for (const name of realm === undefined ? realms : [realm]) {
      const found = await clientIn(name).call('wamp.registration.match', [procedure]);
      if (typeof found.args[0] !== 'number') absent.add(authmethod);
    }
  }
  return [...absent];
}

function addAuthRealm(
  { config, router, logger }: ProvidersOptions,
  inside: Set<number>,
): AuthmethodRegistry {
  const { listeners, roles, methods } = config.auth.providers;
  router.addRealm(
    authRealm({
      listeners,
      roles,
      limits: config.trusted.limits.session,
      methods: methods.map(({ name }) => name),
      onleft: (session) => {
        inside.delete(session);
        registry.removeProvider(session);
      },
    }),
  );
  const registry = new AuthmethodRegistry({
    client: router.connectLocal(AUTH_REALM, ROUTER_IDENTITY),
    methods: [JWT_AUTHMETHOD],
    outside: new Map(methods.map(({ name, realms }) => [name, realms])),
    isInside: (session) => inside.has(session),
    logger,
  });
  return registry;
}
