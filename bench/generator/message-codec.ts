import { decode as decodeMsgpack, encode as encodeMsgpack } from '@msgpack/msgpack';
import { decode as decodeCbor, encode as encodeCbor } from 'cbor2';
import type { SerializerName } from './peer.js';

/** How messages of one serializer look on a WebSocket. */
export interface MessageCodec {
  /** The subprotocol of WAMP 16.1 that stands for it. */
  readonly protocol: string;
  readonly isBinary: boolean;
  readonly encode: (message: readonly unknown[]) => string | Uint8Array;
  readonly decode: (bytes: Buffer) => unknown;
}

/** The libraries are not those of the router, so that they do not share its mistakes. */
const CODECS: Readonly<Record<SerializerName, MessageCodec>> = {
  json: {
    protocol: 'wamp.2.json',
    isBinary: false,
    encode: (message) => JSON.stringify(message),
    decode: (bytes): unknown => JSON.parse(bytes.toString('utf8')),
  },
  msgpack: {
    protocol: 'wamp.2.msgpack',
    isBinary: true,
    encode: (message) => encodeMsgpack(message),
    decode: (bytes) => decodeMsgpack(bytes),
  },
  cbor: {
    protocol: 'wamp.2.cbor',
    isBinary: true,
    encode: (message) => encodeCbor(message),
    decode: (bytes) => decodeCbor(bytes),
  },
};

/** The codec of that name. */
export function codecOf(name: SerializerName): MessageCodec {
  return CODECS[name];
}

/** Decodes one message. Throws for what is no list. */
export function parseMessage(
  serializer: SerializerName,
  buffer: Buffer,
  start: number,
  end: number,
): readonly unknown[] {
  const message = CODECS[serializer].decode(buffer.subarray(start, end));
  if (!Array.isArray(message)) throw new SyntaxError('the server sent what is no WAMP message');
  return message;
}
