import { isUtf8 } from 'node:buffer';
import type { Framing } from '../frame-encoder.js';

/** What a frame is (RFC 6455, 5.2). */
export const Opcode = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** Lengths below it stand in the second byte; it and the number after it say that two or eight bytes follow. */
const SHORT = 126;
/** Lengths below it take two bytes. */
const MEDIUM = 2 ** 16;
const FIN = 0x80;
/** The code of a close frame, in front of its reason. */
const CODE_BYTES = 2;
/** What the reason has room for in a close frame (RFC 6455, 5.5). */
const REASON_BYTES = 123;
/** The code that stands for a close frame without one, in no frame itself (RFC 6455, 7.4.1). */
const NO_STATUS = 1005;

/** Codes with a meaning of their own that no frame may carry. */
const UNSENDABLE: ReadonlySet<number> = new Set([1004, NO_STATUS, 1006]);

/** An empty ping of a server (RFC 6455, 5.5.2). */
export const PING = controlFrame(Opcode.ping, Buffer.alloc(0));

/** The answer to a ping, with the payload of it: 125 bytes at most (RFC 6455, 5.5.3). */
export const pongFrame = (payload: Buffer): Buffer => controlFrame(Opcode.pong, payload);

/** The last frame of this side (RFC 6455, 5.5.1), with the first 123 bytes of UTF-8 of the reason. 1005: without a code. */
export function closeFrame(code: number, reason: string): Buffer {
  if (code === NO_STATUS) return controlFrame(Opcode.close, Buffer.alloc(0));
  const payload = Buffer.concat([Buffer.from([code >>> 8, code & 0xff]), clipped(reason)]);
  return controlFrame(Opcode.close, payload);
}

/** The code in a close frame's payload, 1005 if there is none; undefined when the payload may not be (RFC 6455, 5.5.1 and 7.4). */
export function closeCodeOf(payload: Buffer): number | undefined {
  if (payload.length === 0) return NO_STATUS;
  if (payload.length < CODE_BYTES || !isUtf8(payload.subarray(CODE_BYTES))) return undefined;
  const code = payload.readUInt16BE(0);
  const isDefined = code >= 1000 && code <= 1014 && !UNSENDABLE.has(code);
  return isDefined || (code >= 3000 && code <= 4999) ? code : undefined;
}

/** One message as one unmasked frame of WebSocket, of text or of bytes (RFC 6455, 5.2). */
export function websocketFraming(isBinary: boolean): Framing {
  const opcode = FIN | (isBinary ? Opcode.binary : Opcode.text);
  return {
    headroom: headerBytes,
    writeHeader: (frame) => {
      frame[0] = opcode;
      writeLength(frame, bodyBytes(frame.length));
    },
  };
}

function controlFrame(opcode: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.from([FIN | opcode, payload.length]), payload]);
}

function clipped(reason: string): Buffer {
  let end = Math.min(reason.length, REASON_BYTES);
  while (Buffer.byteLength(reason.slice(0, end)) > REASON_BYTES) end -= 1;
  return Buffer.from(reason.slice(0, end));
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
