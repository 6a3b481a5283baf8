import type { IncomingMessage } from 'node:http';
import type { Serializer } from '../serializer/serializer.js';
import type { HandshakeTurns } from './turns/handshake-turns.js';
import type { Transport } from './transport.js';
import type { UpgradeGuard } from './upgrade-guard.js';

/** What every listener is told, whatever transport it opens. */
export interface ListenerOptions {
  /** Its name in logs and in {@link Transport.details}. */
  readonly name: string;
  readonly serializers: readonly Serializer[];
  /** Takes over each connection. */
  readonly onconnection: (transport: Transport) => void;
  /** Whether one more connection from an address may come; all may by default. */
  readonly admits?: (address: string) => boolean;
  /** When connections may begin. Default turns of this listener's own. */
  readonly turns?: HandshakeTurns;
  /** Whether connections from one address that wait for their turn are limited too, not only those of all. Default true. */
  readonly limitsAddresses?: boolean;
  /** Bytes of one message, at most. Default 64 KiB. */
  readonly messageBytes?: number;
  /** Bytes that may be unsent to one peer. Default 1 MiB. */
  readonly queueBytes?: number;
  /** Hears of what was refused: the router's Logger will do. */
  readonly logger?: { readonly warn: (fields: object, message: string) => void };
}

/** What a listener on an http server is told besides. */
export interface HttpListenerOptions extends ListenerOptions {
  /** Where it is found, without a query and without a slash at its end unless that is all. */
  readonly path: string;
  /** Asked in order at every request; the first refusal stands. */
  readonly guards: readonly UpgradeGuard[];
  /** The client's address, where a trusted proxy reports it; the socket's own by default. */
  readonly addressOf?: (request: IncomingMessage) => string;
}
