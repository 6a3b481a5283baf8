import type { ProtocolViolation } from '../protocol/errors.js';
import type { ClientMessage, RouterMessage } from '../protocol/message.js';
import type { CloseCode } from './close-codes.js';
import type { PresentedCredentials } from './presented-credentials.js';
import type { TlsPeer } from './tls-peer.js';

/** Where a connection came from, for authenticators and logs. */
export interface TransportDetails {
  readonly type: 'websocket' | 'rawsocket' | 'longpoll' | 'memory';
  /** The listener that accepted it: `public`, `trusted`; `internal` for a memory transport. */
  readonly listener: string;
  /** The peer's address as the socket has it, or as a trusted proxy reports it. */
  readonly peer: string;
  /** The subprotocol agreed upon. */
  readonly protocol: string;
  /** Header names in lower case, each with its values; subprotocols that are credentials are left out. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Path and query of the request that opened it, without `token` and `ticket`; empty where there was none. */
  readonly url: string;
  /** The proof that came with that request. Left out: none did. */
  readonly credentials?: PresentedCredentials | undefined;
  /** What TLS knows of the peer; left out where there is no TLS, or more than one connection. */
  readonly tls?: TlsPeer | undefined;
}

/** What a transport reports. At most one `onclose`, nothing after it. */
export interface TransportReceiver {
  readonly onmessage: (message: ClientMessage) => void;
  /** The peer sent what is no WAMP message. */
  readonly onviolation: (violation: ProtocolViolation, code: CloseCode) => void;
  /** The connection is over; `code` is the close code, 1006 when it was lost. Transports without close codes tell their own side's. */
  readonly onclose: (code: number) => void;
}

/** Carries checked messages between the router and one peer. Closing is idempotent; sending after it does nothing. */
export interface Transport {
  readonly details: TransportDetails;
  /** Names who hears what the peer sends, from now on. */
  open(receiver: TransportReceiver): void;
  /**
   * Queues a message. Never throws and never blocks; a peer that does not read is cut off at the queue's limit. False when the message is
   * longer than this peer said that it takes: it was not sent, and whoever waits for it must be told (WAMP 8, 15.1).
   */
  send(message: RouterMessage): boolean;
  /** Sends what is queued, then ends the connection with this code. Of `reason` the first 123 bytes of UTF-8 count. */
  close(code: CloseCode, reason: string): void;
  /** Stops reading from the peer; a few messages that were read already may still come. */
  pause(): void;
  /** Reads again. */
  resume(): void;
  /**
   * From now on a longer message, or batch, of the peer ends the connection with 1009; undefined: what its listener takes is taken. Not there on
   * a transport that has no bytes.
   */
  limitMessages?(bytes: number | undefined): void;
  /**
   * Asks the peer for a sign of life; whether one comes within `timeoutMs`. Not there on a transport that cannot ask: then the peer counts as
   * being there.
   */
  probe?(timeoutMs: number): Promise<boolean>;
}
