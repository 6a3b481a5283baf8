import type { RouterMessage } from '../protocol/message.js';
import type { Serializer } from '../serializer/serializer.js';

/** The longest header of a frame that a server sends: opcode, length, no mask (RFC 6455, 5.2). */
const HEADER_BYTES = 10;
const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;

/**
 * Messages as whole WebSocket frames. A fan-out sends one message object to many connections in a row, so the last frame is kept:
 * an EVENT is encoded and framed once for all subscribers with the same serializer.
 */
export class FrameEncoder {
  readonly #serializer: Serializer;
  readonly #opcode: number;
  #message: RouterMessage | undefined;
  #frame: Buffer = Buffer.alloc(0);

  constructor(serializer: Serializer) {
    this.#serializer = serializer;
    this.#opcode = serializer.isBinary ? FIN_BINARY : FIN_TEXT;
  }

  /** The frame of `message`. It is shared: never write to it. */
  encode(message: RouterMessage): Buffer {
    if (message !== this.#message) {
      this.#frame = this.#build(message);
      this.#message = message;
    }
    return this.#frame;
  }

  #build(message: RouterMessage): Buffer {
    const bytes = this.#serializer.encode(message, HEADER_BYTES);
    const length = bytes.length - HEADER_BYTES;
    if (length < 126) {
      bytes[HEADER_BYTES - 1] = length;
      bytes[HEADER_BYTES - 2] = this.#opcode;
      return bytes.subarray(HEADER_BYTES - 2);
    }
    if (length < 2 ** 16) {
      bytes.writeUInt16BE(length, HEADER_BYTES - 2);
      bytes[HEADER_BYTES - 3] = 126;
      bytes[HEADER_BYTES - 4] = this.#opcode;
      return bytes.subarray(HEADER_BYTES - 4);
    }
    bytes.writeUInt32BE(Math.floor(length / 2 ** 32), HEADER_BYTES - 8);
    bytes.writeUInt32BE(length >>> 0, HEADER_BYTES - 4);
    bytes[HEADER_BYTES - 9] = 127;
    bytes[HEADER_BYTES - 10] = this.#opcode;
    return bytes.subarray(HEADER_BYTES - 10);
  }
}
