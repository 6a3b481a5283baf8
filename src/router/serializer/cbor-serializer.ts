import type { PayloadFormat } from '../protocol/payload.js';
import { BinaryEncoder } from './binary-encoder.js';
import { CborReader } from './cbor-reader.js';
import { CborScanner, isCborDict, isCborEmpty, isCborList } from './cbor-scanner.js';
import { cborWriter } from './cbor-writer.js';
import { MessageDecoder, type ElementReader } from './message-decoder.js';
import { DEFAULT_SERIALIZER_LIMITS, type Serializer, type SerializerLimits } from './serializer.js';
import { encodeValue } from './value-writer.js';

const reader = new CborReader();
const decodeValue = (bytes: Buffer): unknown => reader.read(bytes);

/** Payloads as CBOR, text and byte strings apart. Integers of any size are exact, beyond 64 bits as bignums. */
export const cborFormat: PayloadFormat = {
  name: 'cbor',
  encode: (value) => encodeValue(value, cborWriter),
  decode: decodeValue,
  decodeExactly: decodeValue,
};

/**
 * WAMP messages as CBOR (WAMP 2.2), payloads passed on as checked bytes. Ids are taken in whatever form a peer writes an integer, a float
 * among them, and always sent as integers.
 */
export function cborSerializer(limits: SerializerLimits = DEFAULT_SERIALIZER_LIMITS): Serializer {
  const decoder = new MessageDecoder(new CborScanner(limits), elements, limits);
  const encoder = new BinaryEncoder(cborFormat, cborWriter);
  return {
    subprotocol: 'wamp.2.cbor',
    isBinary: true,
    format: cborFormat,
    decode: (bytes) => decoder.decode(bytes),
    encode: (message, headroom) => encoder.encode(message, headroom),
  };
}

const elements: ElementReader = {
  format: cborFormat,
  valueAt: (bytes, start) => reader.read(bytes, start),
  isList: isCborList,
  isDict: isCborDict,
  isEmpty: isCborEmpty,
};
