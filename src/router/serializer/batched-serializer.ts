import { ProtocolViolation } from '../protocol/errors.js';
import type { RouterMessage } from '../protocol/message.js';
import type { Headroom, Serializer } from './serializer.js';

/** Stands after every message of a JSON batch: no JSON text has it (WAMP 15.2). */
const TERMINATOR = 0x1e;
/** Bytes of the length before every message of a binary batch (WAMP 15.2). */
const PREFIX = 4;
/** More in one batch than a client has to say at once; each costs an object before the first is looked at. */
const MOST_MESSAGES = 4096;

/**
 * The batched form of a serializer (WAMP 15.2): `wamp.2.json.batched` ends each message with 0x1e, the binary ones begin each with its
 * length, an unsigned integer of 32 bits. CBOR, for which WAMP gives no framing, is framed as MessagePack is. A batch holds
 * `mostMessages` at most, 4096 by default.
 */
export function batched(serializer: Serializer, mostMessages = MOST_MESSAGES): Serializer {
  const framing = serializer.isBinary ? prefixed : terminated;
  return {
    subprotocol: `${serializer.subprotocol}.batched`,
    isBinary: serializer.isBinary,
    format: serializer.format,
    decode: (bytes) => serializer.decode(bytes),
    encode: (message, headroom) => framing.encode(serializer, message, headroom),
    split: (bytes) => {
      const messages: Buffer[] = [];
      for (let at = 0; at < bytes.length;) {
        if (messages.length === mostMessages) throw new ProtocolViolation('too long a batch');
        const [message, next] = framing.next(bytes, at);
        messages.push(message);
        at = next;
      }
      if (messages.length === 0) throw new ProtocolViolation('an empty batch');
      return messages;
    },
  };
}

interface Framing {
  /** The message that begins at `at`, and where the next one does. */
  readonly next: (bytes: Buffer, at: number) => readonly [message: Buffer, next: number];
  readonly encode: (serializer: Serializer, message: RouterMessage, headroom: Headroom) => Buffer;
}

const terminated: Framing = {
  next: (bytes, at) => {
    const end = bytes.indexOf(TERMINATOR, at);
    if (end === -1) throw new ProtocolViolation('a batch ends with 0x1e');
    return [bytes.subarray(at, end), end + 1];
  },
  encode: (serializer, message, headroom) => {
    const unterminated = serializer.encode(message, (length) => headroom(length + 1));
    const bytes = Buffer.allocUnsafe(unterminated.length + 1);
    bytes.set(unterminated);
    bytes[unterminated.length] = TERMINATOR;
    return bytes;
  },
};

const prefixed: Framing = {
  next: (bytes, at) => {
    const start = at + PREFIX;
    if (start > bytes.length) throw new ProtocolViolation('a batch ends within a length');
    const end = start + bytes.readUInt32BE(at);
    if (end > bytes.length) throw new ProtocolViolation('a batch ends within a message');
    return [bytes.subarray(start, end), end];
  },
  encode: (serializer, message, headroom) => {
    let room = 0;
    const bytes = serializer.encode(message, (length) => {
      room = headroom(length + PREFIX);
      return room + PREFIX;
    });
    bytes.writeUInt32BE(bytes.length - room - PREFIX, room);
    return bytes;
  },
};
