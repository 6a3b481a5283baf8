import type { Framing } from './frame-encoder.js';

/** Lengths below it stand in the second byte; it and the number after it say that two or eight bytes follow. */
const SHORT = 126;
/** Lengths below it take two bytes. */
const MEDIUM = 2 ** 16;
const FIN_TEXT = 0x81;
const FIN_BINARY = 0x82;

const FIN_PING = 0x89;
const FIN_PONG = 0x8a;

/** An empty ping of a server (RFC 6455, 5.5.2). */
export const PING = Buffer.from([FIN_PING, 0]);

/** The answer to a ping, with the payload of it: 125 bytes at most (RFC 6455, 5.5.3). */
export const pongFrame = (payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from([FIN_PONG, payload.length]), payload]);

/** One message as one unmasked frame of WebSocket, of text or of bytes (RFC 6455, 5.2). */
export function websocketFraming(isBinary: boolean): Framing {
  const opcode = isBinary ? FIN_BINARY : FIN_TEXT;
  return {
    headroom: headerBytes,
    writeHeader: (frame) => {
      frame[0] = opcode;
      writeLength(frame, bodyBytes(frame.length));
    },
  };
}

function writeLength(frame: Buffer, length: number): void {
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
}

/** Bytes of the header of a frame that a server sends: opcode and length, no mask. */
function headerBytes(length: number): number {
  if (length < SHORT) return 2;
  return length < MEDIUM ? 4 : 10;
}

/** The inverse: bytes behind the header of a frame of so many bytes. */
function bodyBytes(frameLength: number): number {
  if (frameLength < SHORT + 2) return frameLength - 2;
  return frameLength < MEDIUM + 4 ? frameLength - 4 : frameLength - 10;
}
