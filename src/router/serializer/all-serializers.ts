import { batched } from './batched-serializer.js';
import { cborSerializer } from './cbor-serializer.js';
import { jsonSerializer } from './json-serializer.js';
import { msgpackSerializer } from './msgpack-serializer.js';
import type { Serializer, SerializerLimits } from './serializer.js';

/** Every serializer of the router: JSON, MessagePack and CBOR, each plain and batched (WAMP 2.2, 15.2). */
export function allSerializers(limits?: SerializerLimits): readonly Serializer[] {
  const plain = [jsonSerializer(limits), msgpackSerializer(limits), cborSerializer(limits)];
  return [...plain, ...plain.map((each) => batched(each))];
}
