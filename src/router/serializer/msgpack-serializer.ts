import type { PayloadFormat } from '../protocol/payload.js';
import { BinaryEncoder } from './binary-encoder.js';
import { MessageDecoder, type ElementReader } from './message-decoder.js';
import { MsgpackReader } from './msgpack-reader.js';
import {
  containerHeader,
  isMsgpackDict,
  isMsgpackList,
  MsgpackScanner,
} from './msgpack-scanner.js';
import { msgpackWriter } from './msgpack-writer.js';
import { DEFAULT_SERIALIZER_LIMITS, type Serializer, type SerializerLimits } from './serializer.js';
import { encodeValue } from './value-writer.js';

const reader = new MsgpackReader();
const decodeValue = (bytes: Buffer): unknown => reader.read(bytes);

/** Payloads as MessagePack, `str` and `bin` apart. Integers beyond 64 bits are written as floats. */
export const msgpackFormat: PayloadFormat = {
  name: 'msgpack',
  encode: (value) => encodeValue(value, msgpackWriter),
  decode: decodeValue,
  decodeExactly: decodeValue,
};

/**
 * WAMP messages as MessagePack (WAMP 2.2), payloads passed on as checked bytes. Ids are taken in whatever form a peer writes an integer,
 * a float among them, and always sent as integers.
 */
export function msgpackSerializer(
  limits: SerializerLimits = DEFAULT_SERIALIZER_LIMITS,
): Serializer {
  const decoder = new MessageDecoder(new MsgpackScanner(limits), elements, limits);
  const encoder = new BinaryEncoder(msgpackFormat, msgpackWriter);
  return {
    subprotocol: 'wamp.2.msgpack',
    isBinary: true,
    format: msgpackFormat,
    decode: (bytes) => decoder.decode(bytes),
    encode: (message, headroom) => encoder.encode(message, headroom),
  };
}

const elements: ElementReader = {
  format: msgpackFormat,
  valueAt: (bytes, start) => reader.read(bytes, start),
  isList: isMsgpackList,
  isDict: isMsgpackDict,
  isEmpty: (bytes, start, end) => containerHeader(bytes, start) === end,
};
