import { ByteGatherer } from '../byte-gatherer.js';
import { CloseCode } from '../close-codes.js';
import { EXTRA_LENGTH_BIT, FrameType, LONGEST_FRAME, PREFIX_BYTES } from './rawsocket-framing.js';

/** A frame of the peer. Its payload may lie in the bytes that were read. */
export interface RawSocketFrame {
  readonly type: FrameType;
  readonly payload: Buffer;
}

/** Why the connection must be failed (WAMP 15.1). */
export interface RawSocketFailure {
  readonly type: 'failure';
  readonly code: CloseCode;
}

const RESERVED_BITS = 0xf0;
const TYPE_BITS = 0x07;
const NOTHING: Buffer = Buffer.alloc(0);

/** Cuts what was read into frames, wherever the network has cut it. A frame within one read is not copied. */
export class RawSocketFrameReader {
  readonly #limit: number;
  #chunk = NOTHING;
  #at = 0;
  /** The beginning of a frame whose end has yet to come. */
  readonly #partial = new ByteGatherer();

  /** `limit`: bytes of a payload, at most. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Whether everything that came was in whole frames, and all of them were taken. */
  get isBetweenFrames(): boolean {
    return this.#partial.length === 0 && this.#at === this.#chunk.length;
  }

  /** Takes what was read. */
  push(chunk: Buffer): void {
    const rest = this.#chunk.subarray(this.#at);
    this.#chunk = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    this.#at = 0;
  }

  /** The next frame; undefined until it is there as a whole. After a failure there is nothing more to ask for. */
  next(): RawSocketFrame | RawSocketFailure | undefined {
    const available = this.#chunk.length - this.#at;
    if (available === 0) {
      // An idle connection holds no memory for what it has read.
      this.#chunk = NOTHING;
      this.#at = 0;
      return undefined;
    }
    if (this.#partial.length > 0 || available < PREFIX_BYTES) return this.#gather();
    const length = this.#lengthAt(this.#chunk, this.#at);
    if (typeof length !== 'number') return length;
    const end = this.#at + PREFIX_BYTES + length;
    if (end > this.#chunk.length) return this.#gather();
    const frame = {
      type: typeAt(this.#chunk, this.#at),
      payload: this.#chunk.subarray(this.#at + PREFIX_BYTES, end),
    };
    this.#at = end;
    return frame;
  }

  #gather(): RawSocketFrame | RawSocketFailure | undefined {
    const partial = this.#partial;
    if (!this.#fill(PREFIX_BYTES)) return undefined;
    const length = this.#lengthAt(partial.bytes, 0);
    if (typeof length !== 'number') return length;
    if (!this.#fill(PREFIX_BYTES + length)) return undefined;
    const frame = partial.take();
    return { type: typeAt(frame, 0), payload: frame.subarray(PREFIX_BYTES) };
  }

  /** Moves bytes to the partial frame until it has `target`; false if more have to come. */
  #fill(target: number): boolean {
    const partial = this.#partial;
    const missing = Math.max(0, target - partial.length);
    const end = Math.min(this.#at + missing, this.#chunk.length);
    partial.add(this.#chunk, this.#at, end, target);
    this.#at = end;
    return partial.length >= target;
  }

  /** The length that the prefix at `at` announces. */
  #lengthAt(bytes: Buffer, at: number): number | RawSocketFailure {
    const head = bytes[at] ?? 0;
    const isLongest = (head & EXTRA_LENGTH_BIT) !== 0;
    const length = bytes.readUIntBE(at + 1, 3);
    const isMalformed =
      (head & RESERVED_BITS) !== 0 ||
      (head & TYPE_BITS) > FrameType.pong ||
      (isLongest && length !== 0);
    if (isMalformed) return { type: 'failure', code: CloseCode.protocolError };
    const bytesToCome = isLongest ? LONGEST_FRAME : length;
    if (bytesToCome > this.#limit) return { type: 'failure', code: CloseCode.messageTooBig };
    return bytesToCome;
  }
}

/** What a prefix that was checked says of its frame. */
function typeAt(bytes: Buffer, at: number): FrameType {
  const type = (bytes[at] ?? 0) & TYPE_BITS;
  if (type === FrameType.ping) return FrameType.ping;
  return type === FrameType.pong ? FrameType.pong : FrameType.message;
}
