import type { Address } from './address.js';
import { openLongPoll } from './longpoll-connection.js';
import { openRawSocket } from './rawsocket-connection.js';
import { openWebSocket } from './websocket-connection.js';
import type { WireFormat } from './wire-format.js';

/** What a peer sends and receives by. A connection is read from as soon as it is open; who opened it sets the two callbacks at once. */
export interface Connection {
  onmessage: (bytes: Buffer, isBinary: boolean) => void;
  /** Called once; `code` is that of a WebSocket's closing, or 1006 where there is none. */
  onclose: (code: number) => void;
  /** Sends one message or one batch. */
  readonly send: (bytes: Buffer, options?: SendOptions) => void;
  /** Lets everything that `action` sends leave in one piece, if the transport can. */
  readonly together: (action: () => void) => void;
  /** Ends the connection as a client does who has nothing more to say. */
  readonly close: () => void;
  /** Ends it as a broken wire does. */
  readonly cut: () => void;
  /** Reads no more, not even the end of the connection, until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
}

/** What only a WebSocket can do. */
export interface SendOptions {
  /** Text or binary, other than the format demands. */
  readonly binary?: boolean;
  /** Whether this ends the message, true if left out. */
  readonly fin?: boolean;
}

/** How to open a connection. */
export interface OpenOptions {
  readonly format: WireFormat;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** Opens a connection to a router. Rejects with SerializerRefused if the router does not speak the format there, with another error if nobody answers. */
export function openConnection(address: Address, options: OpenOptions): Promise<Connection> {
  switch (address.transport) {
    case 'websocket':
      return openWebSocket(address.url, options);
    case 'rawsocket':
      return openRawSocket(address, options);
    case 'longpoll':
      return openLongPoll(address.url, options);
  }
}
