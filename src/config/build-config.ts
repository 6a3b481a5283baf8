import type { JwksOptions } from '../auth/tokens/jwks.js';
import type { TokenKeyOptions } from '../auth/tokens/token-keys.js';
import { buildLimits, roleLimits } from './build-limits.js';
import { buildListeners, buildPublic, buildTrusted } from './build-listeners.js';
import type { AuthConfig, Config, RealmConfig } from './config.js';
import type { TlsConfig } from './listener-config.js';
import { buildProviders } from './provider-config.js';
import { buildDynamic } from './dynamic-config.js';
import { buildMethods } from './method-config.js';
import type { ConfigInput } from './schema.js';
import { buildTicket } from './ticket-config.js';
import type { UsersConfig } from './users-config.js';
import { buildWebApp } from './web-app-config.js';

/** What a configuration names and does not hold. */
export interface ResolvedValues {
  readonly users: UsersConfig;
  readonly keys: readonly TokenKeyOptions[];
  /** `auth.ticket.backend_key`. */
  readonly ticketKey: string | undefined;
  readonly sessionSecrets: readonly [string, ...string[]];
  /** The absolute path of `auth.session.file`. */
  readonly sessionFile: string | undefined;
  /** The absolute path of `auth.revocation.file`. */
  readonly revocationFile: string | undefined;
  /** The certificate of each of `listeners`, in its place. */
  readonly tls: readonly (TlsConfig | undefined)[];
  readonly production: boolean;
}

/** The configuration in the program's terms, frozen. */
export function buildConfig(input: ConfigInput, resolved: ResolvedValues): Config {
  return deepFreeze({
    production: resolved.production,
    public: buildPublic(input),
    trusted: buildTrusted(input),
    listeners: buildListeners(input, resolved.tls),
    realms: input.realms.map(buildRealm),
    auth: buildAuth(input, resolved),
    limits: buildLimits(input),
    expiry: {
      graceMs: input.expiry.grace,
      action: input.expiry.action,
      refreshAt: input.expiry.refresh_at,
    },
    drain: { durationMs: input.drain.duration },
    log: { level: input.log.level },
  });
}

const buildRealm = (realm: ConfigInput['realms'][number]): RealmConfig => ({
  name: realm.name,
  disclosure: realm.disclosure,
  uriCheck: realm.uri_check,
  retention: {
    topics: realm.retention.topics,
    bytes: realm.retention.bytes,
    ttlMs: realm.retention.ttl,
  },
  history: realm.history.map(({ uri, match, events, max_age }) => ({
    uri,
    match,
    events,
    maxAgeMs: max_age,
  })),
  callQueue: realm.call_queue,
  forceReregister: realm.force_reregister,
  thruway: {
    stateHandlers: realm.thruway.state_handlers,
    multiregister: realm.thruway.multiregister,
    replaceOrphanedSession: realm.thruway.replace_orphaned_session,
    metaEvents: realm.thruway.meta_events,
    authorization: realm.thruway.authorization,
  },
  expiry: {
    ...(realm.expiry.grace !== undefined && { graceMs: realm.expiry.grace }),
    ...(realm.expiry.action !== undefined && { action: realm.expiry.action }),
  },
  roles: realm.roles.map(({ name, trust_level, permissions, authorizer, limits }) => ({
    name,
    authorizer,
    trustLevel: trust_level,
    permissions,
    limits: roleLimits(limits),
  })),
});

function buildAuth({ auth, limits, realms }: ConfigInput, resolved: ResolvedValues): AuthConfig {
  const { jwt, session, login } = auth;
  return {
    users: resolved.users,
    jwt: {
      issuer: jwt.issuer,
      audience: jwt.audience,
      ttlMs: jwt.ttl,
      maxTtlMs: jwt.max_ttl,
      clockToleranceMs: jwt.clock_tolerance,
      keys: resolved.keys,
      jwks: jwt.jwks.map(buildJwks),
    },
    ticket: buildTicket(auth, resolved.ticketKey),
    ...buildMethods(auth),
    session: {
      cookie: session.cookie,
      secrets: resolved.sessionSecrets,
      ttlMs: session.ttl,
      max: session.max,
      file: resolved.sessionFile,
      webApp: buildWebApp(auth),
    },
    revocation: { file: resolved.revocationFile, max: auth.revocation.max },
    api: {
      realm: auth.api.realm ?? realms[0]?.name ?? '',
      audience: auth.api.audience ?? undefined,
    },
    login: {
      perIp: login.per_ip,
      perUser: login.per_user,
      windowMs: login.window,
      lockMs: login.lock,
      maxLockMs: login.max_lock,
    },
    queryToken: auth.query_token,
    order: auth.order,
    providers: buildProviders(auth.providers, limits.authenticator),
    dynamic: buildDynamic(auth.dynamic, limits.authenticator),
  };
}

const buildJwks = ({
  cache,
  cooldown,
  timeout,
  ...set
}: ConfigInput['auth']['jwt']['jwks'][number]): JwksOptions => ({
  ...set,
  cacheMs: cache,
  cooldownMs: cooldown,
  timeoutMs: timeout,
});

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
