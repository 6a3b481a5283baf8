import { formatName } from './wire-format.js';
import type { SerializerName } from './wire-format.js';

/** The kinds of frames (WAMP 15.1). */
export const FRAME = { message: 0, ping: 1, pong: 2 } as const;

/** The number of a serializer in the handshake. */
export const SERIALIZER_NUMBER = { json: 1, msgpack: 2, cbor: 3 } as const;

/** The largest length that the 24 bits of a prefix can hold; one octet more takes the X bit. */
const LONGEST = 2 ** 24 - 1;

/** The four octets with which a client begins; it takes messages of up to 2^(9 + `length`) octets. */
export const handshake = (serializer: SerializerName, length = 15): Buffer =>
  Buffer.of(0x7f, (length << 4) | SERIALIZER_NUMBER[formatName(serializer)], 0, 0);

/** The prefix of a frame of this kind. */
export function framePrefix(kind: number, length: number): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length > LONGEST ? 0x0800_0000 : length);
  prefix[0] = (prefix[0] ?? 0) | kind;
  return prefix;
}

/** A whole frame. */
export const frame = (kind: number, content: Uint8Array): Buffer =>
  Buffer.concat([framePrefix(kind, content.length), content]);

/** What a prefix says: the first octet without the X bit, and the length. */
export function readPrefix(prefix: Buffer): { readonly kind: number; readonly length: number } {
  const first = prefix.readUInt8(0);
  const isLongest = (first & 0x08) !== 0;
  return { kind: first & ~0x08, length: isLongest ? 2 ** 24 : prefix.readUIntBE(1, 3) };
}
