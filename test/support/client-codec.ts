import { Encoder } from 'cbor-x';
import { Packr } from 'msgpackr';
import type { List } from '../../src/router/protocol/message.js';
import { fromBytes, toBytes } from './wire.js';

/** How a client writes and reads messages, by libraries that the router does not use. */
export interface ClientCodec {
  readonly subprotocol: string;
  /** The number that stands for it in a RawSocket handshake; undefined when there is none. */
  readonly rawSocketNumber: number | undefined;
  readonly isBinary: boolean;
  readonly encode: (wire: List) => Buffer;
  /** Throws when `bytes` is not exactly one message, or one batch of one. */
  readonly decode: (bytes: Buffer) => List;
}

const packr = new Packr({ useRecords: false });
const cbor = new Encoder({ useRecords: false });

/** What most clients speak. */
export const JSON_CODEC: ClientCodec = {
  subprotocol: 'wamp.2.json',
  rawSocketNumber: 1,
  isBinary: false,
  encode: toBytes,
  decode: fromBytes,
};

const PLAIN: readonly ClientCodec[] = [
  JSON_CODEC,
  {
    subprotocol: 'wamp.2.msgpack',
    rawSocketNumber: 2,
    isBinary: true,
    encode: (wire) => packr.pack(wire),
    decode: (bytes) => packr.unpack(bytes) as List,
  },
  {
    subprotocol: 'wamp.2.cbor',
    rawSocketNumber: 3,
    isBinary: true,
    encode: (wire) => cbor.encode(wire),
    decode: (bytes) => cbor.decode(bytes) as List,
  },
];

/** WAMP 15.2: each message of JSON ends with 0x1e. */
const terminated = (codec: ClientCodec): ClientCodec => ({
  ...codec,
  subprotocol: `${codec.subprotocol}.batched`,
  rawSocketNumber: undefined,
  encode: (wire) => Buffer.concat([codec.encode(wire), Buffer.from([0x1e])]),
  decode: (bytes) => {
    if (bytes.indexOf(0x1e) !== bytes.length - 1) throw new TypeError('no batch of one');
    return codec.decode(bytes.subarray(0, -1));
  },
});

/** WAMP 15.2: each message of a binary serializer begins with its length. */
const prefixed = (codec: ClientCodec): ClientCodec => ({
  ...codec,
  subprotocol: `${codec.subprotocol}.batched`,
  rawSocketNumber: undefined,
  encode: (wire) => {
    const bytes = codec.encode(wire);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  },
  decode: (bytes) => {
    if (bytes.readUInt32BE() !== bytes.length - 4) throw new TypeError('no batch of one');
    return codec.decode(bytes.subarray(4));
  },
});

/** All that a client may speak. */
export const CLIENT_CODECS: readonly ClientCodec[] = [
  ...PLAIN,
  ...PLAIN.map((codec) => (codec.isBinary ? prefixed(codec) : terminated(codec))),
];
