import { RoleAuthorizer } from './auth/permissions/role-authorizer.js';
import type { HistoryConfig, RealmConfig, RoleConfig } from './config/config.js';
import type { HistoryRule, RealmOptions, RealmRole, SessionProcedures } from './router/index.js';

/** A realm of the configuration as the router takes it, with the permissions of its roles and the procedures that it serves itself. */
export const configuredRealm = (
  realm: RealmConfig,
  procedures: SessionProcedures,
): RealmOptions => ({
  name: realm.name,
  authorizer: new RoleAuthorizer({
    roles: new Map(realm.roles.map((role) => [role.name, role.permissions])),
  }),
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
  // Routing pays nothing for what is off.
  ...(Object.values(realm.thruway).includes(true) && { thruway: realm.thruway }),
});

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
