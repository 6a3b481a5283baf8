import { decodeCbor, encodeCbor } from './cbor.js';
import { decodeMsgPack, encodeMsgPack } from './msgpack.js';

/** The serializers of WAMP, those that put several messages in one piece included. */
export const SERIALIZERS = [
  'json',
  'msgpack',
  'cbor',
  'json.batched',
  'msgpack.batched',
  'cbor.batched',
] as const;

/** One of them. */
export type SerializerName = (typeof SERIALIZERS)[number];

/** How messages are written on a wire. */
export interface WireFormat {
  readonly name: SerializerName;
  readonly subprotocol: string;
  /** Whether a WebSocket has to carry it in binary messages. */
  readonly isBinary: boolean;
  readonly isBatched: boolean;
  /** One message, without the framing of a batch. */
  readonly encode: (message: unknown) => Buffer;
  /** Throws for what is not one message and nothing else. */
  readonly decode: (bytes: Buffer) => unknown;
  /** An encoded message as it has to be sent: a batch of one, or as it is. */
  readonly frame: (message: Buffer) => Buffer;
  /** The encoded messages of a batch, or of what is none the one. Throws for an empty or damaged batch. */
  readonly split: (bytes: Buffer) => readonly Buffer[];
}

type Codec = Pick<WireFormat, 'encode' | 'decode'>;
type Framing = Pick<WireFormat, 'frame' | 'split'>;

const TERMINATOR = 0x1e;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const CODECS: Readonly<Record<'json' | 'msgpack' | 'cbor', Codec>> = {
  json: {
    encode: (message) => Buffer.from(JSON.stringify(message)),
    decode: (bytes): unknown => JSON.parse(utf8.decode(bytes)),
  },
  msgpack: { encode: encodeMsgPack, decode: decodeMsgPack },
  cbor: { encode: encodeCbor, decode: decodeCbor },
};

const single: Framing = { frame: (message) => message, split: (bytes) => [bytes] };

/** Each message ends with the byte 1e (WAMP 15.2). */
const terminated: Framing = {
  frame: (message) => Buffer.concat([message, Buffer.of(TERMINATOR)]),
  split: (bytes) => {
    if (bytes.at(-1) !== TERMINATOR) throw new RangeError('the last byte of the batch is not 1e');
    const messages: Buffer[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = bytes.indexOf(TERMINATOR, start);
      messages.push(bytes.subarray(start, end));
      start = end + 1;
    }
    return messages;
  },
};

/** Each message begins with its length in four bytes (WAMP 15.2). */
const prefixed: Framing = {
  frame: (message) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message.length);
    return Buffer.concat([length, message]);
  },
  split: (bytes) => {
    if (bytes.length === 0) throw new RangeError('an empty batch');
    const messages: Buffer[] = [];
    for (let start = 0; start < bytes.length;) {
      const end = start + 4 + bytes.readUInt32BE(start);
      if (end > bytes.length) throw new RangeError('a length beyond the batch');
      messages.push(bytes.subarray(start + 4, end));
      start = end;
    }
    return messages;
  },
};

/** The format of a serializer. */
export function formatOf(name: SerializerName): WireFormat {
  const isBatched = name.endsWith('.batched');
  const codec = formatName(name);
  return {
    name,
    subprotocol: `wamp.2.${name}`,
    isBinary: codec !== 'json',
    isBatched,
    ...CODECS[codec],
    ...(isBatched ? (codec === 'json' ? terminated : prefixed) : single),
  };
}

/** What a serializer writes, batched or not. */
export function formatName(name: SerializerName): 'json' | 'msgpack' | 'cbor' {
  switch (name) {
    case 'json':
    case 'json.batched':
      return 'json';
    case 'msgpack':
    case 'msgpack.batched':
      return 'msgpack';
    case 'cbor':
    case 'cbor.batched':
      return 'cbor';
  }
}
