import type { Permission } from '../auth/permissions/role-authorizer.js';
import type { JwksOptions } from '../auth/tokens/jwks.js';
import type { TokenKeyOptions } from '../auth/tokens/token-keys.js';
import type { Expiry, SessionLimits } from '../router/index.js';
import type { DynamicConfig } from './dynamic-config.js';
import type {
  ConnectionLimitsConfig,
  ListenerConfig,
  PublicConfig,
  TrustedConfig,
} from './listener-config.js';
import type { ProvidersConfig } from './provider-config.js';
import type { MethodConfig } from './method-config.js';
import type { TicketConfig } from './ticket-config.js';
import type { UsersConfig } from './users-config.js';
import type { WebAppConfig } from './web-app-config.js';

/** Limits of the public listener and of the router as a whole. */
export interface LimitsConfig extends ConnectionLimitsConfig {
  /** From the upgrade to HELLO. */
  readonly helloMs: number;
  /** From the upgrade to WELCOME. */
  readonly authMs: number;
  /** For one answer of an authenticator. */
  readonly authenticatorMs: number;
  /** For one answer of an authorizer. */
  readonly authorizerMs: number;
  /** Levels of nesting in a message. */
  readonly depth: number;
  /** Keys in one dict of a message. */
  readonly keys: number;
  /** Bytes of a token. */
  readonly tokenBytes: number;
  /** Bytes of a URI in UTF-8, and its components. */
  readonly uri: { readonly length: number; readonly components: number };
  readonly pingMs: number;
  readonly pongMs: number;
  /** Public connections without a session, all together and from one address. */
  readonly unauthenticated: number;
  readonly unauthenticatedPerIp: number;
  /** Steps of handshakes in one turn of the event loop. */
  readonly handshakesPerTurn: number;
  /** Connections that wait for their handshake to begin. */
  readonly waitingHandshakes: number;
  /** Connections to one listener that the system keeps until they are accepted. */
  readonly backlog: number;
  /** Connections of all listeners together, joined or not. */
  readonly sessions: number;
  /** For a call without a timeout of its own; 0: none. */
  readonly callTimeoutMs: number;
}

/** A role of a realm. */
export interface RoleConfig {
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** The procedure that is asked where no permission decides; undefined: then it is denied. */
  readonly authorizer: string | undefined;
  /** How far its publications and calls are to be trusted; undefined: that is not told to anybody (WAMP 10.3, 11.5). */
  readonly trustLevel: number | undefined;
  /** What differs from the limits of the listener. */
  readonly limits: Partial<SessionLimits>;
}

/** How much of retained events a realm keeps; the topic that was published to least recently gives way. */
export interface RetentionConfig {
  /** Topics with a retained event; 0: nothing is retained. */
  readonly topics: number;
  /** Bytes of their payloads. */
  readonly bytes: number;
  /** How long an event is retained; undefined: until it gives way. */
  readonly ttlMs: number | undefined;
}

/** A topic, or a pattern of topics, whose events are remembered. */
export interface HistoryConfig {
  readonly uri: string;
  readonly match: 'exact' | 'prefix' | 'wildcard';
  /** The latest so many. */
  readonly events: number;
  /** How long an event is remembered; undefined: until others push it out. */
  readonly maxAgeMs: number | undefined;
}

/** What a realm does as Thruway does it, beyond WAMP. */
export interface ThruwayConfig {
  /** `add_state_handler`: a new subscriber is given the state of its topic before the events. */
  readonly stateHandlers: boolean;
  /** `thruway_multiregister`: several callees, each of which takes one call at a time. */
  readonly multiregister: boolean;
  /** `replace_orphaned_session`: who registers takes the procedure from a holder that gives no sign of life. */
  readonly replaceOrphanedSession: boolean;
  /** The meta events under the names that they have in Thruway. */
  readonly metaEvents: boolean;
  /** `add_authorization_rule` and the other procedures by which rules change while the router runs. */
  readonly authorization: boolean;
}

/** A realm. */
export interface RealmConfig {
  readonly name: string;
  /** Whether publishers and callers are made known to who receives from them. */
  readonly disclosure: 'never' | 'on_request' | 'always';
  /** Which of the two URI rules holds (WAMP 2.1.1). */
  readonly uriCheck: 'loose' | 'strict';
  readonly retention: RetentionConfig;
  readonly history: readonly HistoryConfig[];
  /** Calls that wait for one registration all of whose callees are busy; 0: none waits. */
  readonly callQueue: number;
  /** Whether a callee may take a procedure from those who hold it. */
  readonly forceReregister: boolean;
  readonly thruway: ThruwayConfig;
  /** What differs from section `expiry`. */
  readonly expiry: Partial<Expiry>;
  readonly roles: readonly RoleConfig[];
}

/** How users prove who they are. */
export interface AuthConfig extends MethodConfig {
  readonly users: UsersConfig;
  readonly jwt: {
    readonly issuer: string;
    readonly audience: string;
    readonly ttlMs: number;
    readonly maxTtlMs: number;
    readonly clockToleranceMs: number;
    /** Each fit for its algorithm; at most one with `sign`. */
    readonly keys: readonly TokenKeyOptions[];
    /** Sets of keys that are fetched. */
    readonly jwks: readonly JwksOptions[];
  };
  readonly ticket: TicketConfig;
  readonly session: {
    readonly cookie: string;
    /** The first signs, all verify. */
    readonly secrets: readonly [string, ...string[]];
    readonly ttlMs: number;
    /** Web sessions at once. */
    readonly max: number;
    /** The file from which they come back after a restart; undefined: they end with the process. */
    readonly file: string | undefined;
    /** Undefined: only our own sessions count. */
    readonly webApp: WebAppConfig | undefined;
  };
  /** What is remembered of tokens that are void before they expire. */
  readonly revocation: {
    /** The file from which it comes back after a restart; undefined: it is forgotten with the process. */
    readonly file: string | undefined;
    /** Revocations at once. */
    readonly max: number;
  };
  /** The HTTP API. */
  readonly api: {
    /** The realm in which its users act. */
    readonly realm: string;
    /** `aud` of its tokens; undefined: as everywhere. */
    readonly audience: string | undefined;
  };
  /** Wrong passwords borne within the window, and for how long the next attempt is locked. */
  readonly login: {
    readonly perIp: number;
    /** Per user and address. */
    readonly perUser: number;
    readonly windowMs: number;
    readonly lockMs: number;
    readonly maxLockMs: number;
  };
  /** Whether a token may come in the query of an upgrade, as `?token=`. */
  readonly queryToken: boolean;
  /** Authmethods of the public listener, preferred first. */
  readonly order: readonly string[];
  readonly providers: ProvidersConfig;
  /** Procedures that decide who somebody is: one for each authmethod. */
  readonly dynamic: readonly DynamicConfig[];
}

/** The level below which nothing is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A whole, checked configuration. Durations in milliseconds. Frozen. */
export interface Config {
  /** Whether `NODE_ENV` is `production`. */
  readonly production: boolean;
  readonly public: PublicConfig;
  readonly trusted: TrustedConfig;
  /** The others, in the order of the file. */
  readonly listeners: readonly ListenerConfig[];
  readonly realms: readonly RealmConfig[];
  readonly auth: AuthConfig;
  readonly limits: LimitsConfig;
  readonly expiry: {
    /** How long a session outlives its token. */
    readonly graceMs: number;
    /** How it then ends. */
    readonly action: Expiry['action'];
    /** The fraction of a token's life after which a new one should be fetched. */
    readonly refreshAt: number;
  };
  readonly drain: { readonly durationMs: number };
  readonly log: { readonly level: LogLevel };
}
