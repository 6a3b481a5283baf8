import { ByteGatherer } from '../byte-gatherer.js';
import { CloseCode } from '../close-codes.js';
import { Opcode } from './websocket-framing.js';
import { unmask } from './websocket-mask.js';

/** A whole message of the peer, or a control frame. Its payload may lie in the bytes that were read. */
export interface WebSocketFrame {
  /** One of {@link Opcode}, but never `continuation`. */
  readonly opcode: number;
  readonly payload: Buffer;
}

/** A frame as it came: a message, a part of one, or a control frame. */
interface RawFrame {
  /** What it is, and whether it is the last of its message. */
  readonly first: number;
  readonly payload: Buffer;
}

const FIN = 0x80;
const RESERVED_BITS = 0x70;
const OPCODE_BITS = 0x0f;
const CONTROL_BIT = 0x08;
const MASK_BIT = 0x80;
const LENGTH_BITS = 0x7f;
/** First byte and length. */
const SHORTEST_HEADER = 2;
const MASK_BYTES = 4;
/** This length says that the length is in the two bytes that follow, the next one that it is in eight. */
const IN_TWO_BYTES = 126;
/** What a control frame may carry, at most. */
const LONGEST_CONTROL = 125;
const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Cuts what a client sent into messages and control frames, unmasked, wherever the network and the client's fragments have cut it (RFC 6455, 5).
 * A message in one frame and one read is not copied. ws would do, but takes several times as long: a stream, four events and as many
 * slices for each message.
 */
export class WebSocketFrameReader {
  #limit: number;
  #failure: CloseCode | undefined;
  #chunk = NOTHING;
  #at = 0;
  /** The beginning of a frame whose end has yet to come. */
  readonly #partial = new ByteGatherer();
  /** The fragments of a message whose last one has yet to come. */
  readonly #fragments = new ByteGatherer();
  /** What the first of them said; `continuation` between messages. */
  #fragmented: number = Opcode.continuation;
  /** Bytes of the header that was read last. */
  #headerBytes = 0;

  /** `limit`: bytes of a message, at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Why the connection must be failed (RFC 6455, 7.1.7): nothing more is read then. */
  get failure(): CloseCode | undefined {
    return this.#failure;
  }

  /** From now on messages may have so many bytes, at most. */
  limitMessages(bytes: number): void {
    this.#limit = bytes;
  }

  /** Takes what was read, and takes the masks off where it is. */
  push(chunk: Buffer): void {
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#at = 0;
  }

  /** The next message or control frame; undefined until it is there as a whole, and after a failure. */
  next(): WebSocketFrame | undefined {
    while (this.#failure === undefined) {
      const available = this.#chunk.length - this.#at;
      if (available === 0) {
        // An idle connection holds no memory for what it has read.
        this.#chunk = NOTHING;
        this.#at = 0;
        return undefined;
      }
      const frame = this.#cut(available);
      if (frame === undefined) continue;
      const whole = this.#join(frame);
      if (whole !== undefined) return whole;
    }
    return undefined;
  }

  /** The next frame; undefined if more has to come, or it may not be. */
  #cut(available: number): RawFrame | undefined {
    if (this.#partial.length > 0) return this.#gather();
    const needed = this.#bytesNeeded(this.#chunk, this.#at, available);
    if (needed > available) return this.#gather();
    const frame = this.#open(this.#chunk, this.#at, needed);
    this.#at += needed;
    return frame;
  }

  #gather(): RawFrame | undefined {
    const partial = this.#partial;
    let needed = this.#bytesNeeded(partial.bytes, 0, partial.length);
    while (needed > partial.length && this.#failure === undefined) {
      const end = Math.min(this.#at + needed - partial.length, this.#chunk.length);
      if (end === this.#at) return undefined;
      partial.add(this.#chunk, this.#at, end, needed);
      this.#at = end;
      needed = this.#bytesNeeded(partial.bytes, 0, partial.length);
    }
    return this.#failure === undefined ? this.#open(partial.take(), 0, needed) : undefined;
  }

  /** How many bytes the frame at `at` has, as far as the first of them, of which so many are available, tell. Keeps how long its header is. */
  #bytesNeeded(bytes: Buffer, at: number, available: number): number {
    if (available < SHORTEST_HEADER) return SHORTEST_HEADER;
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    if (!this.#isDue(first, second)) return this.#fail(CloseCode.protocolError);
    const short = second & LENGTH_BITS;
    this.#headerBytes = SHORTEST_HEADER + extraBytes(short) + MASK_BYTES;
    if (available < this.#headerBytes) return this.#headerBytes;
    const length = lengthAt(bytes, at + SHORTEST_HEADER, short);
    const isTooLong = (first & CONTROL_BIT) === 0 && this.#fragments.length + length > this.#limit;
    return isTooLong ? this.#fail(CloseCode.messageTooBig) : this.#headerBytes + length;
  }

  /** Whether a frame may begin like this (RFC 6455, 5.1, 5.2, 5.4 and 5.5). */
  #isDue(first: number, second: number): boolean {
    if ((second & MASK_BIT) === 0 || (first & RESERVED_BITS) !== 0) return false;
    const length = second & LENGTH_BITS;
    switch (first & OPCODE_BITS) {
      case Opcode.continuation:
        return this.#fragmented !== Opcode.continuation;
      case Opcode.text:
      case Opcode.binary:
        return this.#fragmented === Opcode.continuation;
      case Opcode.close:
      case Opcode.ping:
      case Opcode.pong:
        return (first & FIN) !== 0 && length <= LONGEST_CONTROL;
      default:
        return false;
    }
  }

  #fail(code: CloseCode): number {
    this.#failure = code;
    return Infinity;
  }

  #open(bytes: Buffer, at: number, frameBytes: number): RawFrame {
    const start = at + this.#headerBytes;
    const end = at + frameBytes;
    unmask(bytes, start - MASK_BYTES, start, end);
    return { first: bytes[at] ?? 0, payload: bytes.subarray(start, end) };
  }

  /** Puts fragments together; undefined until their last one has come. */
  #join({ first, payload }: RawFrame): WebSocketFrame | undefined {
    const opcode = first & OPCODE_BITS;
    const isLast = (first & FIN) !== 0;
    const isWhole = isLast && opcode !== Opcode.continuation;
    if (isWhole) return { opcode, payload };
    if (opcode !== Opcode.continuation) this.#fragmented = opcode;
    this.#fragments.add(payload, 0, payload.length);
    if (!isLast) return undefined;
    const whole = { opcode: this.#fragmented, payload: this.#fragments.take() };
    this.#fragmented = Opcode.continuation;
    return whole;
  }
}

/** How many bytes of length follow the first one. */
function extraBytes(short: number): number {
  if (short < IN_TWO_BYTES) return 0;
  return short === IN_TWO_BYTES ? 2 : 8;
}

/** Beyond 2^53 it is inexact, and too long all the same. */
function lengthAt(bytes: Buffer, at: number, short: number): number {
  if (short < IN_TWO_BYTES) return short;
  if (short === IN_TWO_BYTES) return bytes.readUInt16BE(at);
  return bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}
