import { AuthorizationRules } from './auth/permissions/authorization-rules.js';
import { servePurge, serveRules } from './auth/permissions/authorization-procedures.js';
import { DynamicAuthorizer } from './auth/permissions/dynamic-authorizer.js';
import { RoleAuthorizer } from './auth/permissions/role-authorizer.js';
import type { HistoryConfig, RealmConfig, RoleConfig } from './config/config.js';
import type {
  HistoryRule,
  RealmOptions,
  RealmRole,
  Router,
  SessionProcedures,
} from './router/index.js';

/** A realm of the configuration, ready for a router. */
export interface ConfiguredRealm {
  readonly options: RealmOptions;
  /** To be called once the router has the realm: opens what its authorizer needs in it, if it needs anything. */
  readonly serve: (router: Router) => Promise<void>;
}

const AUTHORIZER_IDENTITY = { authid: 'authorizer', authrole: 'router' };

/**
 * A realm of the configuration as the router takes it, with the permissions of its roles and the procedures that it serves itself.
 * `authorizerMs`: for one answer of an authorizer.
 */
export function configuredRealm(
  realm: RealmConfig,
  served: SessionProcedures,
  authorizerMs: number,
): ConfiguredRealm {
  const permissions = new RoleAuthorizer({
    roles: new Map(realm.roles.map((role) => [role.name, role.permissions])),
  });
  const procedures = new Map<string, string>();
  for (const { name, authorizer } of realm.roles) {
    if (authorizer !== undefined) procedures.set(name, authorizer);
  }
  const rules = realm.thruway.authorization
    ? new AuthorizationRules(realm.roles.map(({ name }) => name))
    : undefined;
  // Nothing of it is in the way where nobody is to be asked.
  if (procedures.size === 0 && rules === undefined) {
    return {
      options: { ...rulesOf(realm, served), authorizer: permissions },
      serve: () => NOTHING,
    };
  }
  const { name } = realm;
  const options = { realm: name, permissions, rules, procedures, timeoutMs: authorizerMs };
  const authorizer = new DynamicAuthorizer(options);
  return {
    options: {
      ...rulesOf(realm, served),
      authorizer,
      onleft: (session) => {
        authorizer.forget(session);
      },
    },
    serve: async (router) => {
      const client = router.connectLocal(name, AUTHORIZER_IDENTITY);
      authorizer.connect(client);
      if (procedures.size > 0) await servePurge(client, authorizer);
      if (rules !== undefined) await serveRules(client, rules);
    },
  };
}

const NOTHING = Promise.resolve();

const rulesOf = (
  realm: RealmConfig,
  procedures: SessionProcedures,
): Omit<RealmOptions, 'authorizer'> => ({
  name: realm.name,
  roles: new Map(realm.roles.map((role) => [role.name, realmRole(role)])),
  disclosure: realm.disclosure,
  hasStrictUris: realm.uriCheck === 'strict',
  retention: {
    topics: realm.retention.topics,
    bytes: realm.retention.bytes,
    ...(realm.retention.ttlMs !== undefined && { ttlMs: realm.retention.ttlMs }),
  },
  history: realm.history.map(historyRule),
  waitingCalls: realm.callQueue,
  expiry: realm.expiry,
  procedures,
  allowsForceReregister: realm.forceReregister,
  ...thruwayOf(realm),
});

/** Routing pays nothing for what is off. */
function thruwayOf({ thruway }: RealmConfig): Pick<RealmOptions, 'thruway'> {
  const { stateHandlers, multiregister, replaceOrphanedSession, metaEvents } = thruway;
  const wishes = { stateHandlers, multiregister, replaceOrphanedSession, metaEvents };
  return Object.values(wishes).includes(true) ? { thruway: wishes } : {};
}

const realmRole = ({ limits, trustLevel }: RoleConfig): RealmRole => ({
  limits,
  ...(trustLevel !== undefined && { trustLevel }),
});

const historyRule = ({ uri, match, events, maxAgeMs }: HistoryConfig): HistoryRule => ({
  uri,
  match,
  events,
  ...(maxAgeMs !== undefined && { maxAgeMs }),
});
