import type { TokenKeyOptions } from '../auth/token-keys.js';
import type { SessionLimits } from '../router/index.js';
import type { AuthConfig, Config, LimitsConfig, RealmConfig, TrustedConfig } from './config.js';
import type { SessionLimitsInput } from './limits-schema.js';
import type { ConfigInput } from './schema.js';

/** What a configuration names and does not hold. */
export interface ResolvedValues {
  readonly keys: readonly TokenKeyOptions[];
  readonly sessionSecrets: readonly [string, ...string[]];
  /** The absolute path of `auth.session.file`. */
  readonly sessionFile: string | undefined;
  readonly production: boolean;
}

/** The configuration in the program's terms, frozen. */
export function buildConfig(input: ConfigInput, resolved: ResolvedValues): Config {
  const { public: open } = input;
  return deepFreeze({
    production: resolved.production,
    public: {
      host: open.host,
      port: open.port,
      wsPath: open.ws_path,
      allowedOrigins: open.allowed_origins,
      trustProxy: open.trust_proxy,
      requestIds: open.request_ids,
    },
    trusted: buildTrusted(input),
    realms: input.realms.map(buildRealm),
    auth: buildAuth(input, resolved),
    limits: buildLimits(input),
    expiry: { graceMs: input.expiry.grace, refreshAt: input.expiry.refresh_at },
    drain: { durationMs: input.drain.duration },
    log: { level: input.log.level },
  });
}

function buildTrusted({ trusted, limits }: ConfigInput): TrustedConfig {
  return {
    host: trusted.host,
    port: trusted.port,
    unix: trusted.unix ?? undefined,
    mode: Number.parseInt(trusted.mode, 8),
    role: trusted.role,
    requestIds: trusted.request_ids,
    allowedHosts: trusted.allowed_hosts,
    limits: {
      messageBytes: trusted.limits.message ?? limits.message,
      queueBytes: trusted.limits.queue ?? limits.queue,
      session: { ...sessionLimits(limits), ...definedLimits(trusted.limits) },
    },
  };
}

const buildRealm = ({ name, roles }: ConfigInput['realms'][number]): RealmConfig => ({
  name,
  roles: roles.map((role) => ({ ...role, limits: definedLimits(role.limits) })),
});

function buildAuth({ auth }: ConfigInput, resolved: ResolvedValues): AuthConfig {
  const { jwt, session, login } = auth;
  return {
    jwt: {
      issuer: jwt.issuer,
      audience: jwt.audience,
      ttlMs: jwt.ttl,
      maxTtlMs: jwt.max_ttl,
      clockToleranceMs: jwt.clock_tolerance,
      keys: resolved.keys,
    },
    session: {
      cookie: session.cookie,
      secrets: resolved.sessionSecrets,
      ttlMs: session.ttl,
      max: session.max,
      file: resolved.sessionFile,
    },
    login: {
      perIp: login.per_ip,
      perUser: login.per_user,
      windowMs: login.window,
      lockMs: login.lock,
      maxLockMs: login.max_lock,
    },
    order: auth.order,
  };
}

function buildLimits({ limits }: ConfigInput): LimitsConfig {
  return {
    helloMs: limits.hello,
    authMs: limits.auth,
    authenticatorMs: limits.authenticator,
    messageBytes: limits.message,
    queueBytes: limits.queue,
    depth: limits.depth,
    keys: limits.keys,
    tokenBytes: limits.token,
    uri: { length: limits.uri_length, components: limits.uri_components },
    pingMs: limits.ping,
    pongMs: limits.pong,
    unauthenticated: limits.unauthenticated,
    unauthenticatedPerIp: limits.per_ip_unauthenticated,
    sessions: limits.sessions,
    callTimeoutMs: limits.call_timeout,
    session: sessionLimits(limits),
  };
}

const sessionLimits = (limits: ConfigInput['limits']): SessionLimits => ({
  messagesPerSecond: limits.messages_per_second,
  burst: limits.burst,
  floodMs: limits.rate_cutoff,
  subscriptions: limits.subscriptions,
  registrations: limits.registrations,
  calls: limits.calls,
  sessionsPerUser: limits.sessions_per_user,
});

// What is undefined is left out, as it would hide what it is laid over.
function definedLimits(limits: SessionLimitsInput): Partial<SessionLimits> {
  const { messages_per_second, burst, rate_cutoff, sessions_per_user } = limits;
  const { subscriptions, registrations, calls } = limits;
  return {
    ...(messages_per_second !== undefined && { messagesPerSecond: messages_per_second }),
    ...(burst !== undefined && { burst }),
    ...(rate_cutoff !== undefined && { floodMs: rate_cutoff }),
    ...(subscriptions !== undefined && { subscriptions }),
    ...(registrations !== undefined && { registrations }),
    ...(calls !== undefined && { calls }),
    ...(sessions_per_user !== undefined && { sessionsPerUser: sessions_per_user }),
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
