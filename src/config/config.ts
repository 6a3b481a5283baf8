import type { Permission } from '../auth/role-authorizer.js';
import type { TokenKeyOptions } from '../auth/token-keys.js';
import type { SessionLimits } from '../router/index.js';

/** Bounds of one connection and the session on it. */
export interface ConnectionLimitsConfig {
  /** Bytes of one message. */
  readonly messageBytes: number;
  /** Bytes that may be unsent to one peer. */
  readonly queueBytes: number;
  readonly session: SessionLimits;
}

/** Limits of the public listener and of the router as a whole. */
export interface LimitsConfig extends ConnectionLimitsConfig {
  /** From the upgrade to HELLO. */
  readonly helloMs: number;
  /** From the upgrade to WELCOME. */
  readonly authMs: number;
  /** For one answer of an authenticator. */
  readonly authenticatorMs: number;
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
  /** Connections of all listeners together, joined or not. */
  readonly sessions: number;
  readonly callTimeoutMs: number;
}

/** The listener for everybody. */
export interface PublicConfig {
  readonly host: string;
  /** 0: chosen by the system. */
  readonly port: number;
  readonly wsPath: string;
  /** Origins other than our own whose pages may connect and fetch tokens. */
  readonly allowedOrigins: readonly string[];
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustProxy: readonly string[];
  readonly requestIds: 'strict' | 'lenient';
}

/** The listener for programs on this machine, which need not prove who they are. */
export interface TrustedConfig {
  /** A loopback address. */
  readonly host: string;
  /** 0: chosen by the system. */
  readonly port: number;
  /** The path of a Unix socket to listen on instead of host and port. */
  readonly unix: string | undefined;
  /** File mode of the Unix socket, such as 0o660. */
  readonly mode: number;
  /** The role of every session through this listener. */
  readonly role: string;
  readonly requestIds: 'strict' | 'lenient';
  /** Names accepted in the Host header besides those of the loopback. */
  readonly allowedHosts: readonly string[];
  /** The limits of this listener's sessions; where `trusted.limits` is silent, those of `limits`. */
  readonly limits: ConnectionLimitsConfig;
}

/** A role of a realm. */
export interface RoleConfig {
  readonly name: string;
  readonly permissions: readonly Permission[];
  /** What differs from the limits of the listener. */
  readonly limits: Partial<SessionLimits>;
}

/** A realm. */
export interface RealmConfig {
  readonly name: string;
  readonly roles: readonly RoleConfig[];
}

/** How users prove who they are. */
export interface AuthConfig {
  readonly jwt: {
    readonly issuer: string;
    readonly audience: string;
    readonly ttlMs: number;
    readonly maxTtlMs: number;
    readonly clockToleranceMs: number;
    /** Each fit for its algorithm; at most one with `sign`. */
    readonly keys: readonly TokenKeyOptions[];
  };
  readonly session: {
    readonly cookie: string;
    /** The first signs, all verify. */
    readonly secrets: readonly [string, ...string[]];
    readonly ttlMs: number;
    /** Web sessions at once. */
    readonly max: number;
    /** The file from which they come back after a restart; undefined: they end with the process. */
    readonly file: string | undefined;
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
  /** Authmethods of the public listener, preferred first. */
  readonly order: readonly 'jwt'[];
}

/** The level below which nothing is logged. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** A whole, checked configuration. Durations in milliseconds. Frozen. */
export interface Config {
  /** Whether `NODE_ENV` is `production`. */
  readonly production: boolean;
  readonly public: PublicConfig;
  readonly trusted: TrustedConfig;
  readonly realms: readonly RealmConfig[];
  readonly auth: AuthConfig;
  readonly limits: LimitsConfig;
  readonly expiry: {
    /** How long a session outlives its token. */
    readonly graceMs: number;
    /** The fraction of a token's life after which a new one should be fetched. */
    readonly refreshAt: number;
  };
  readonly drain: { readonly durationMs: number };
  readonly log: { readonly level: LogLevel };
}
