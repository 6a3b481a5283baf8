import type { Socket } from 'node:net';
import { awaitTurnEnd } from './turns/turn.js';

/** Frames up to this size are joined into one write; larger ones go as they are, since copying them costs more than it saves. */
const JOIN_BYTES = 4 * 1024;
/**
 * So much is written to one connection at the end of a turn, at most, and one frame at least. Then the others have theirs, and all sockets are
 * read, before it has more: a peer with a long queue, which its socket would take at once, holds nobody up. It is several times what a
 * busy turn brings for one peer, so that one write is the rule.
 */
export const BYTES_PER_TURN = 128 * 1024;
/** So many frames, at most: joining them takes time for each, however short it is. */
export const FRAMES_PER_TURN = 1024;
/** Frames shorter than this count as if they were as long: each takes its room as an object, too. */
const LEAST_FRAME_BYTES = 64;

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
      this.#goOn();
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
    if (!this.#hasRoomFor(frame)) return false;
    // Most turns bring one frame; a list that grows from nothing takes room for seventeen.
    if (this.#frames.length === 0) this.#frames = [frame];
    else this.#frames.push(frame);
    this.#bytes += frame.length;
    if (!this.#isWaiting) this.#awaitTurnEnd();
    return true;
  }

  /** Writes what the turn has gathered, as far as it may go out in one turn, unless the socket has yet to drain. */
  endTurn(): void {
    this.#isWaiting = false;
    if (this.#frames.length === 0 || this.#socket.writableNeedDrain) return;
    if (this.#bytes <= BYTES_PER_TURN && this.#frames.length <= FRAMES_PER_TURN) {
      this.finish();
      return;
    }
    const due = this.#frames.splice(0, this.#countDue());
    this.#write(due, lengthOf(due));
    this.#goOn();
  }

  /** Writes what is queued, all of it and drained or not: the last thing before a close frame. */
  finish(): void {
    if (this.#frames.length === 0) return;
    const frames = this.#frames;
    this.#frames = [];
    this.#write(frames, this.#bytes);
  }

  /** Forgets what is queued. */
  clear(): void {
    this.#frames = [];
    this.#bytes = 0;
  }

  /** What is left comes in a later turn: at its end, or after the socket has drained. */
  #goOn(): void {
    if (this.#frames.length > 0 && !this.#socket.writableNeedDrain) this.#awaitTurnEnd();
  }

  #awaitTurnEnd(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    awaitTurnEnd(this);
  }

  #hasRoomFor(frame: Buffer): boolean {
    if (this.#fits(frame)) return true;
    if (this.#socket.writableLength > 0) return false;
    // All of it is from this turn, or waits for its share of one: nobody knows yet whether the peer is slow.
    this.finish();
    return this.#fits(frame);
  }

  #fits({ length }: Buffer): boolean {
    const unsent = this.unsentBytes;
    const room = Math.max(unsent, this.#frames.length * LEAST_FRAME_BYTES);
    return unsent === 0 || room + length <= this.#limit;
  }

  /** How many of the frames in front may go out in one turn. */
  #countDue(): number {
    let bytes = 0;
    let count = 0;
    for (const { length } of this.#frames) {
      bytes += length;
      if (count > 0 && (bytes > BYTES_PER_TURN || count === FRAMES_PER_TURN)) break;
      count += 1;
    }
    return count;
  }

  #write(frames: readonly Buffer[], bytes: number): void {
    this.#bytes -= bytes;
    // The peer closed first, and the socket has been ended.
    if (!this.#socket.writable) return;
    const [first] = frames;
    if (frames.length === 1 && first !== undefined) {
      this.#socket.write(first);
    } else if (bytes / frames.length <= JOIN_BYTES) {
      this.#socket.write(joined(frames, bytes));
    } else {
      this.#socket.cork();
      for (const frame of frames) this.#socket.write(frame);
      this.#socket.uncork();
    }
  }
}

/** `Buffer.concat` without its checks, which take longer than the copying of short frames. */
function joined(frames: readonly Buffer[], bytes: number): Buffer {
  const all = Buffer.allocUnsafe(bytes);
  let at = 0;
  for (const frame of frames) {
    all.set(frame, at);
    at += frame.length;
  }
  return all;
}

function lengthOf(frames: readonly Buffer[]): number {
  let bytes = 0;
  for (const { length } of frames) bytes += length;
  return bytes;
}
