import type { Serializer } from '../../serializer/serializer.js';

/** Bytes of a request and of its reply. */
export const HANDSHAKE_BYTES = 4;

/** Why a request is refused, as an error reply says it (WAMP 15.1). Lengths are never refused: whatever a client takes will do. */
export const HandshakeError = {
  serializerUnsupported: 1,
  reservedBits: 3,
  connectionCount: 4,
} as const;

/** One of {@link HandshakeError}'s numbers. */
export type HandshakeError = (typeof HandshakeError)[keyof typeof HandshakeError];

/** What a router makes of the octets with which a client begins. */
export type HandshakeVerdict =
  | { readonly kind: 'incomplete' }
  /** No request of RawSocket: the connection is failed without a word. */
  | { readonly kind: 'illegal' }
  | { readonly kind: 'refused'; readonly error: HandshakeError }
  | {
      readonly kind: 'accepted';
      readonly serializer: Serializer;
      /** Bytes of a message that the client takes, at most. */
      readonly peerBytes: number;
      /** To be sent to the client. */
      readonly reply: Buffer;
    };

/** What the router agrees to. */
export interface HandshakeTerms {
  readonly serializers: readonly Serializer[];
  /** Bytes of a message of the client, at most: a number that {@link announceableBytes} gave. */
  readonly messageBytes: number;
}

const MAGIC = 0x7f;
/** A length L stands for 2^(9+L) bytes. */
const SHORTEST_EXPONENT = 9;
const LONGEST_EXPONENT = 24;
/** The serializers that the handshake has numbers for, by the subprotocols that they have on WebSocket. */
const SUBPROTOCOLS = new Map([
  [1, 'wamp.2.json'],
  [2, 'wamp.2.msgpack'],
  [3, 'wamp.2.cbor'],
]);

/** Judges a client's request: its first octets, and perhaps more after them (WAMP 15.1). */
export function judgeHandshake(bytes: Buffer, terms: HandshakeTerms): HandshakeVerdict {
  const [magic, lengthAndSerializer, ...reserved] = bytes.subarray(0, HANDSHAKE_BYTES);
  if (magic !== undefined && magic !== MAGIC) return { kind: 'illegal' };
  if (lengthAndSerializer === undefined) return { kind: 'incomplete' };
  const number = lengthAndSerializer & 0x0f;
  if (number === 0) return { kind: 'illegal' };
  if (bytes.length < HANDSHAKE_BYTES) return { kind: 'incomplete' };
  if (reserved.some((octet) => octet !== 0)) {
    return { kind: 'refused', error: HandshakeError.reservedBits };
  }
  const subprotocol = SUBPROTOCOLS.get(number);
  const serializer = terms.serializers.find((each) => each.subprotocol === subprotocol);
  if (serializer === undefined) {
    return { kind: 'refused', error: HandshakeError.serializerUnsupported };
  }
  const length = exponentOf(terms.messageBytes) - SHORTEST_EXPONENT;
  return {
    kind: 'accepted',
    serializer,
    peerBytes: 2 ** (SHORTEST_EXPONENT + (lengthAndSerializer >> 4)),
    reply: Buffer.from([MAGIC, (length << 4) | number, 0, 0]),
  };
}

/** The reply that refuses a request. */
export const errorReply = (error: HandshakeError): Buffer => Buffer.from([MAGIC, error << 4, 0, 0]);

/**
 * The limit that is announced and kept where messages of `bytes` bytes are to be accepted: a reply can name powers of two from 512 to
 * 2^24 only, so it is the largest that is not above `bytes`, but never less than 512.
 */
export const announceableBytes = (bytes: number): number => 2 ** exponentOf(bytes);

function exponentOf(bytes: number): number {
  const most = Math.min(bytes, 2 ** LONGEST_EXPONENT);
  return Math.max(SHORTEST_EXPONENT, 31 - Math.clz32(most));
}
