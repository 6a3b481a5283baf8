import type { SessionLimits } from '../router/index.js';
import type { AUTHMETHODS, SERIALIZERS } from './listener-schema.js';

/** A serializer by its name in the configuration: its subprotocol without `wamp.2.`. */
export type SerializerName = (typeof SERIALIZERS)[number];

/** A way in that needs no provider from outside, by its name. */
export type Authmethod = (typeof AUTHMETHODS)[number];

/** Bounds of one connection and the session on it. */
export interface ConnectionLimitsConfig {
  /** Bytes of one message. */
  readonly messageBytes: number;
  /** Bytes that may be unsent to one peer. */
  readonly queueBytes: number;
  readonly session: SessionLimits;
}

/** Where a listener listens: a port of an address (0: chosen by the system), or a Unix socket with its file mode, such as 0o660. */
export type ListenAddress =
  | { readonly host: string; readonly port: number }
  | { readonly unix: string; readonly mode: number };

/** The listener for everybody. */
export interface PublicConfig {
  readonly host: string;
  /** 0: chosen by the system. */
  readonly port: number;
  readonly wsPath: string;
  /** The base path of the HTTP long-poll transport (WAMP 15.3); undefined: there is none. */
  readonly longPollPath: string | undefined;
  /** The status with which its send and close are answered: 202 as specified, or 204 as autobahn-js and Crossbar have it. */
  readonly longPollStatus: 202 | 204;
  /** The base path of the HTTP API; undefined: there is none. */
  readonly apiPath: string | undefined;
  readonly serializers: readonly SerializerName[];
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
  readonly serializers: readonly SerializerName[];
  readonly requestIds: 'strict' | 'lenient';
  /** Names accepted in the Host header besides those of the loopback. */
  readonly allowedHosts: readonly string[];
  /** What programs may send as their Origin that are no browsers. */
  readonly allowedOrigins: readonly string[];
  /** The limits of this listener's sessions; where `trusted.limits` is silent, those of `limits`. */
  readonly limits: ConnectionLimitsConfig;
}

/** A certificate with those that vouch for it, and its key; both in PEM, and the one fits the other. */
export interface TlsConfig {
  readonly cert: string;
  readonly key: string;
  /** What clients are asked for; undefined: they are asked for no certificate. */
  readonly client: ClientCertificateConfig | undefined;
}

/** The certificates by which clients may show who they are. */
export interface ClientCertificateConfig {
  /** Those who may vouch for them, in PEM. */
  readonly ca: string;
  /** Whether a client without such a certificate is turned away in TLS already. */
  readonly isRequired: boolean;
}

/** Who gets in through a listener: programs that are believed and have this role, or whoever proves himself by an authmethod. */
export type AdmissionConfig =
  | {
      readonly isTrusted: true;
      readonly role: string;
      readonly allowedHosts: readonly string[];
      readonly allowedOrigins: readonly string[];
    }
  | {
      readonly isTrusted: false;
      /** Preferred first; at least one. */
      readonly authmethods: readonly string[];
      readonly allowedOrigins: readonly string[];
    };

/** A listener besides those two. */
export interface ListenerConfig {
  readonly name: string;
  readonly type: 'websocket' | 'rawsocket';
  readonly address: ListenAddress;
  /** The path of its upgrades; of no meaning to a RawSocket. */
  readonly path: string;
  /** Between the PINGs of a RawSocket; undefined: none are sent. Of no meaning to a WebSocket, which is pinged by `limits.ping`. */
  readonly pingMs: number | undefined;
  readonly admission: AdmissionConfig;
  readonly requestIds: 'strict' | 'lenient';
  readonly serializers: readonly SerializerName[];
  /** Undefined: plain. */
  readonly tls: TlsConfig | undefined;
  readonly limits: ConnectionLimitsConfig;
}
