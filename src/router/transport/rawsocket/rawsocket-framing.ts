import type { Framing } from '../frame-encoder.js';

/** Bytes of the prefix of a frame. */
export const PREFIX_BYTES = 4;
/** The longest payload of a frame that there can be. */
export const LONGEST_FRAME = 2 ** 24;
/** Set in the first octet when the payload is exactly {@link LONGEST_FRAME} long, since 24 bits cannot say so. */
export const EXTRA_LENGTH_BIT = 0x08;

/** What a frame carries: the three bits TTT of its prefix. */
export const FrameType = { message: 0, ping: 1, pong: 2 } as const;

/** One of {@link FrameType}'s numbers. */
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** One message behind a prefix of four octets (WAMP 15.1). What is longer than a frame can be has no prefix of use: it is never sent. */
export const rawSocketFraming: Framing = {
  headroom: () => PREFIX_BYTES,
  writeHeader: (frame) => {
    writePrefix(frame, FrameType.message);
  },
};

/** A whole frame, such as a PONG, with a payload that is copied. */
export function rawSocketFrame(type: FrameType, payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + payload.length);
  writePrefix(frame, type);
  frame.set(payload, PREFIX_BYTES);
  return frame;
}

function writePrefix(frame: Buffer, type: FrameType): void {
  const length = frame.length - PREFIX_BYTES;
  frame[0] = length === LONGEST_FRAME ? type | EXTRA_LENGTH_BIT : type;
  frame[1] = length >>> 16;
  frame[2] = length >>> 8;
  frame[3] = length;
}
