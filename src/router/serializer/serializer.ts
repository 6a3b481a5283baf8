import type { ClientMessage, RouterMessage } from '../protocol/message.js';
import type { PayloadFormat } from '../protocol/payload.js';

/** Turns messages into bytes and back (WAMP 2.2). One object serves all connections: it keeps no state between calls. */
export interface Serializer {
  /** The WebSocket subprotocol, e.g. `wamp.2.json`. */
  readonly subprotocol: string;
  /** Whether its messages are binary rather than text messages of WebSocket (WAMP 2.3.1). */
  readonly isBinary: boolean;
  /** How it writes payloads. */
  readonly format: PayloadFormat;
  /** One message from `bytes`, wholly checked but for the payload's meaning. Throws ProtocolViolation. */
  decode(bytes: Buffer): ClientMessage;
  /** The bytes of a message, after room for whoever frames it. */
  encode(message: RouterMessage, headroom: Headroom): Buffer;
  /**
   * There for the batched subprotocols only (WAMP 15.2): the messages of a batch, each for {@link decode}. Throws ProtocolViolation for
   * an empty batch or broken framing. What `encode` gives is then a batch of one, and batches can be joined.
   */
  readonly split?: (bytes: Buffer) => readonly Buffer[];
}

/** How many bytes to leave free before a message of this many bytes. */
export type Headroom = (bytes: number) => number;

/** What a serializer refuses however well-formed it is, and what it overlooks. */
export interface SerializerLimits {
  /** Nested lists and dicts in a message, the message's own list included, at most. */
  readonly depth: number;
  /** Keys in one dict, at most. */
  readonly keys: number;
  /**
   * Whether an empty list counts as an empty dict wherever a dict is expected, for peers in PHP, which has one type for both. By
   * default it is a violation (WAMP 3).
   */
  readonly isLenient?: boolean;
}

/** The default bounds. */
export const DEFAULT_SERIALIZER_LIMITS: SerializerLimits = { depth: 64, keys: 10_000 };
