import type { RouterMessage } from '../protocol/message.js';
import type { Headroom, Serializer } from '../serializer/serializer.js';

/** How a transport wraps a message. */
export interface Framing {
  /** Bytes of the header of a message of so many bytes. */
  readonly headroom: Headroom;
  /** Writes the header into the free bytes before the message, of which `frame` is the rest. */
  readonly writeHeader: (frame: Buffer) => void;
}

/**
 * Messages as whole frames. A fan-out sends one message object to many connections in a row, so the last frame is kept: an EVENT is
 * encoded and framed once for all subscribers with the same serializer and framing.
 */
export class FrameEncoder {
  readonly #serializer: Serializer;
  readonly #framing: Framing;
  #message: RouterMessage | undefined;
  #frame: Buffer = Buffer.alloc(0);

  constructor(serializer: Serializer, framing: Framing) {
    this.#serializer = serializer;
    this.#framing = framing;
  }

  /** The frame of `message`. It is shared: never write to it. */
  encode(message: RouterMessage): Buffer {
    if (message !== this.#message) {
      const frame = this.#serializer.encode(message, this.#framing.headroom);
      this.#framing.writeHeader(frame);
      this.#frame = frame;
      this.#message = message;
    }
    return this.#frame;
  }
}
