/**
 * RFC 6455 framing for the load generator: only what one peer of a benchmark needs, without a copy on the way in.
 * The generator shares no code with the router or with `ws`, so that it cannot repeat a mistake of theirs.
 */

/** RFC 6455 section 5.2: the opcodes that the generator knows. */
export const Opcode = { text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;

/** Hears of whole frames. `buffer` belongs to the reader again as soon as the call returns. */
export interface FrameReceiver {
  /** A message: the bytes `start` to `end` (exclusive) of `buffer`. */
  readonly onmessage: (buffer: Buffer, start: number, end: number) => void;
  /** A ping, pong or close. */
  readonly oncontrol: (opcode: number, payload: Buffer) => void;
}

/** The peer sent what this generator does not understand, or what RFC 6455 forbids a server. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

const FIN = 0x80;
const MASKED = 0x80;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Takes a server's byte stream apart. Frames that lie wholly in one chunk are not copied. */
export class FrameReader {
  readonly #receiver: FrameReceiver;
  readonly #dataHead: number;
  #rest: Buffer | undefined;

  /** @param opcode of the messages: the subprotocol allows one kind */
  constructor(receiver: FrameReceiver, opcode: number = Opcode.text) {
    this.#receiver = receiver;
    this.#dataHead = FIN | opcode;
  }

  /** Reads the first `length` bytes of `chunk`. Throws FrameError. */
  read(chunk: Buffer, length: number): void {
    let buffer = chunk;
    let end = length;
    if (this.#rest !== undefined) {
      buffer = Buffer.concat([this.#rest, chunk.subarray(0, length)]);
      end = buffer.length;
      this.#rest = undefined;
    }
    const consumed = this.#frames(buffer, end);
    if (consumed < end) this.#rest = Buffer.from(buffer.subarray(consumed, end));
  }

  /** Reports the whole frames and answers where the first incomplete one starts. */
  #frames(buffer: Buffer, end: number): number {
    let start = 0;
    while (end - start >= 2) {
      const short = buffer[start + 1] ?? 0;
      if (short >= MASKED) throw new FrameError('the server sent a masked frame');
      const payload = start + (short < 126 ? 2 : short === 126 ? 4 : 10);
      if (payload > end) return start;
      const next = payload + (short < 126 ? short : longLength(buffer, start, short));
      if (next > end) return start;
      this.#frame(buffer, buffer[start] ?? 0, payload, next);
      start = next;
    }
    return start;
  }

  #frame(buffer: Buffer, head: number, payload: number, end: number): void {
    if (head === this.#dataHead) {
      this.#receiver.onmessage(buffer, payload, end);
      return;
    }
    const opcode = head & 0x0f;
    if ((head & 0xf0) !== FIN || opcode < Opcode.close || opcode > Opcode.pong) {
      throw new FrameError(`the server sent a frame that starts with 0x${head.toString(16)}`);
    }
    this.#receiver.oncontrol(opcode, Buffer.from(buffer.subarray(payload, end)));
  }
}

/** The payload's length where the second byte says that it follows. */
function longLength(buffer: Buffer, start: number, short: number): number {
  if (short === 126) return buffer.readUInt16BE(start + 2);
  const length = buffer.readUInt32BE(start + 2) * 2 ** 32 + buffer.readUInt32BE(start + 6);
  if (length > MAX_MESSAGE_BYTES) throw new FrameError(`the server sent a frame of ${length} B`);
  return length;
}

/** Collects masked client frames, so that a turn's messages leave in one write. */
export class FrameBatch {
  #buffer = Buffer.allocUnsafeSlow(16 * 1024);
  #length = 0;
  #seed: number;

  /** @param seed starts the sequence of masking keys; any number but 0 */
  constructor(seed = 0x9e3779b9) {
    this.#seed = seed;
  }

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Adds one final frame: text for a string, binary for bytes. */
  append(message: string | Uint8Array): void {
    const length = Buffer.byteLength(message);
    const isText = typeof message === 'string';
    const start = this.#header(isText ? Opcode.text : Opcode.binary, length);
    if (isText) this.#buffer.write(message, start, length, 'utf8');
    else this.#buffer.set(message, start);
    this.#mask(start, length);
  }

  /** Adds a ping, pong or close of at most 125 bytes. */
  appendControl(opcode: number, payload: Buffer): void {
    if (payload.length > 125) throw new FrameError('a control frame holds at most 125 bytes');
    const start = this.#header(opcode, payload.length);
    payload.copy(this.#buffer, start);
    this.#mask(start, payload.length);
  }

  /** All frames so far in one Buffer of its own; the batch is empty after it. */
  take(): Buffer {
    const frames = Buffer.from(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    return frames;
  }

  /** Writes a header and a fresh key, reserves the payload's room and answers where it starts. */
  #header(opcode: number, length: number): number {
    this.#reserve(length + 14);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = FIN | opcode;
    if (length < 126) {
      buffer[at++] = MASKED | length;
    } else if (length < 65_536) {
      buffer[at++] = MASKED | 126;
      at = buffer.writeUInt16BE(length, at);
    } else {
      buffer[at++] = MASKED | 127;
      at = buffer.writeUInt32BE(0, at);
      at = buffer.writeUInt32BE(length, at);
    }
    at = buffer.writeInt32BE(this.#nextKey(), at);
    this.#length = at + length;
    return at;
  }

  #mask(start: number, length: number): void {
    const buffer = this.#buffer;
    for (let index = 0; index < length; index += 1) {
      const key = buffer[start - 4 + (index & 3)] ?? 0;
      buffer[start + index] = (buffer[start + index] ?? 0) ^ key;
    }
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#length + bytes));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }

  /** Xorshift: a key that no server can take for zero and skip; nothing here needs it to be unguessable. */
  #nextKey(): number {
    let seed = this.#seed;
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    this.#seed = seed;
    return seed;
  }
}
