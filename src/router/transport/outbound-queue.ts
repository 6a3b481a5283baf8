import type { Socket } from 'node:net';

/** Frames up to this size are joined into one write; larger ones go as they are, since copying them costs more than it saves. */
const JOIN_BYTES = 4 * 1024;
/** So much may gather in one turn before it is written without waiting for the turn's end. */
const EARLY_FLUSH_BYTES = 64 * 1024;

const waiting: OutboundQueue[] = [];

/**
 * Frames on their way to one socket: gathered during a turn of the event loop and written at its end in one go, since the write system
 * call is what fan-out spends most of its time on. A socket that does not drain keeps its frames here, up to the limit.
 */
export class OutboundQueue {
  readonly #socket: Socket;
  readonly #limit: number;
  #frames: Buffer[] = [];
  #bytes = 0;
  #isWaiting = false;

  /** `limit`: bytes that may be unsent, those in the socket's own buffer included. */
  constructor(socket: Socket, limit: number) {
    this.#socket = socket;
    this.#limit = limit;
    socket.on('drain', () => {
      this.flush();
    });
  }

  /** Bytes that the peer has not taken yet. */
  get unsentBytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  /**
   * Queues a whole frame; false, and nothing queued, when the peer has left too much unsent. One frame always has room, however long:
   * a peer that has taken everything before it is not slow.
   */
  push(frame: Buffer): boolean {
    if (this.#bytes >= EARLY_FLUSH_BYTES) this.flush();
    const unsent = this.unsentBytes;
    if (unsent > 0 && unsent + frame.length > this.#limit) return false;
    this.#frames.push(frame);
    this.#bytes += frame.length;
    if (!this.#isWaiting) {
      this.#isWaiting = true;
      if (waiting.push(this) === 1) setImmediate(flushWaiting);
    }
    return true;
  }

  /** Writes what is queued, unless the socket has yet to drain. */
  flush(): void {
    if (this.#frames.length > 0 && !this.#socket.writableNeedDrain) this.#write();
  }

  /** Writes what the turn has gathered. */
  endTurn(): void {
    this.#isWaiting = false;
    this.flush();
  }

  /** Writes what is queued, drained or not: the last thing before a close frame. */
  finish(): void {
    if (this.#frames.length > 0) this.#write();
  }

  /** Forgets what is queued. */
  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }

  #write(): void {
    const frames = this.#frames;
    const bytes = this.#bytes;
    this.clear();
    // The peer closed first, and ws has ended the socket.
    if (!this.#socket.writable) return;
    const [first] = frames;
    if (frames.length === 1 && first !== undefined) {
      this.#socket.write(first);
    } else if (bytes / frames.length <= JOIN_BYTES) {
      this.#socket.write(Buffer.concat(frames, bytes));
    } else {
      this.#socket.cork();
      for (const frame of frames) this.#socket.write(frame);
      this.#socket.uncork();
    }
  }
}

function flushWaiting(): void {
  for (const queue of waiting.splice(0)) queue.endTurn();
}
