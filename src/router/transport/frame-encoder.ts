import type { RouterMessage } from '../protocol/message.js';
import type { Serializer } from '../serializer/serializer.js';

/** Lengths below it stand in the second byte; it and the number after it say that two or eight bytes follow. */
const SHORT = 126;
/** Lengths below it take two bytes. */
const MEDIUM = 2 ** 16;
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
    const frame = this.#serializer.encode(message, headerBytes);
    frame[0] = this.#opcode;
    const length = bodyBytes(frame.length);
    if (length < SHORT) {
      frame[1] = length;
    } else if (length < MEDIUM) {
      frame[1] = SHORT;
      frame.writeUInt16BE(length, 2);
    } else {
      frame[1] = SHORT + 1;
      frame.writeUInt32BE(Math.floor(length / 2 ** 32), 2);
      frame.writeUInt32BE(length >>> 0, 6);
    }
    return frame;
  }
}

/** Bytes of the header of a frame that a server sends: opcode and length, no mask (RFC 6455, 5.2). */
function headerBytes(length: number): number {
  if (length < SHORT) return 2;
  return length < MEDIUM ? 4 : 10;
}

/** The inverse: bytes behind the header of a frame of so many bytes. */
function bodyBytes(frameLength: number): number {
  if (frameLength < SHORT + 2) return frameLength - 2;
  return frameLength < MEDIUM + 4 ? frameLength - 4 : frameLength - 10;
}
