import type { Socket } from 'node:net';
import type { RouterMessage } from '../../protocol/message.js';
import type { Serializer } from '../../serializer/serializer.js';
import { CloseCode, LOST } from '../close-codes.js';
import { departWith, unreadOf, type Departing } from '../turns/departures.js';
import { deliverMessages } from '../deliver-messages.js';
import { endSocket } from '../end-socket.js';
import type { FrameEncoder } from '../frame-encoder.js';
import { ignoreError } from '../ignore-error.js';
import { KeepAlive } from '../keep-alive.js';
import { OutboundQueue } from '../outbound-queue.js';
import {
  RawSocketFrameReader,
  type RawSocketFailure,
  type RawSocketFrame,
} from './rawsocket-frame-reader.js';
import { FrameType, PREFIX_BYTES, rawSocketFrame } from './rawsocket-framing.js';
import { countEvent } from '../turns/turn.js';
import type { Transport, TransportDetails, TransportReceiver } from '../transport.js';

/** What a RawSocket transport stands on. */
export interface RawSocketConnection {
  /** After its handshake; half open, so that what is queued can follow the peer's end. */
  readonly socket: Socket;
  readonly serializer: Serializer;
  readonly frames: FrameEncoder;
  readonly details: TransportDetails;
  /** Bytes of a message of the peer, at most, as announced to it. */
  readonly messageBytes: number;
  /** Bytes of a message that the peer takes. */
  readonly peerBytes: number;
  /** Bytes that may be unsent before the peer is cut off as a slow consumer. */
  readonly queueBytes: number;
  /** Whether the peer knows what a PING is. */
  readonly isPinged: boolean;
  /** What came right behind the handshake. */
  readonly head: Buffer;
}

const PING = rawSocketFrame(FrameType.ping, Buffer.alloc(0));

/**
 * WAMP over a byte stream: TCP, TLS or a Unix socket (WAMP 15.1). It has no close frame: the peer sees the end of the connection, and the
 * code of a closing is for our own side only.
 */
export class RawSocketTransport implements Transport, Departing {
  readonly details: TransportDetails;
  readonly #socket: Socket;
  readonly #serializer: Serializer;
  readonly #frames: FrameEncoder;
  readonly #queue: OutboundQueue;
  readonly #reader: RawSocketFrameReader;
  readonly #longestFrame: number;
  readonly #isPinged: boolean;
  readonly #keepAlive = new KeepAlive();
  #receiver: TransportReceiver | undefined;
  #isOpen = true;
  #longestMessage = Infinity;
  #isPaused = false;
  #unsent = 0;
  /** The code with which this side closed first. */
  #closeCode: CloseCode | undefined;

  constructor(connection: RawSocketConnection) {
    const { socket, messageBytes, peerBytes, head } = connection;
    this.details = connection.details;
    this.#socket = socket;
    this.#serializer = connection.serializer;
    this.#frames = connection.frames;
    this.#longestFrame = PREFIX_BYTES + peerBytes;
    this.#isPinged = connection.isPinged;
    this.#queue = new OutboundQueue(socket, connection.queueBytes);
    this.#reader = new RawSocketFrameReader(messageBytes);
    this.#reader.push(head);
    // Whoever takes the connection over opens it first.
    queueMicrotask(() => {
      this.#read();
    });
    socket.on('error', ignoreError);
    socket.on('data', (chunk: Buffer) => {
      countEvent();
      if (!this.#isOpen) return;
      this.#keepAlive.heard();
      this.#reader.push(chunk);
      this.#read();
    });
    departWith(socket, this);
  }

  /** Messages that were not sent, as they are longer than the peer takes. */
  get unsent(): number {
    return this.#unsent;
  }

  open(receiver: TransportReceiver): void {
    this.#receiver = receiver;
  }

  send(message: RouterMessage): boolean {
    if (!this.#isOpen) return true;
    const frame = this.#frames.encode(message);
    if (frame.length > this.#longestFrame) {
      this.#unsent += 1;
      return false;
    }
    this.#push(frame);
    return true;
  }

  /** The peer is not told the code, nor any reason. */
  close(code: CloseCode): void {
    if (!this.#isOpen) return;
    this.#closeCode = code;
    this.#finish();
  }

  limitMessages(bytes = Infinity): void {
    this.#longestMessage = bytes;
  }

  pause(): void {
    this.#isPaused = true;
    this.#keepAlive.pause();
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#keepAlive.resume();
    // Not at once: whoever resumes may be in the middle of a message.
    queueMicrotask(() => {
      this.#read();
      if (!this.#isPaused) this.#socket.resume();
    });
  }

  /** Pings when `pingMs` have passed since the last ping, and ends the connection when nothing at all came within `pongMs`. */
  keepAlive(now: number, pingMs: number, pongMs: number): void {
    if (!this.#isOpen) return;
    const due = this.#keepAlive.due(now, pingMs, pongMs);
    if (due === 'lost') this.#cutOff(CloseCode.noPong);
    else if (due === 'ping') this.#push(PING);
  }

  depart(): void {
    // What came before the end of the connection was sent, also what a pause has left in the socket.
    this.#reader.push(unreadOf(this.#socket));
    this.#read();
    if (!this.#socket.closed) return;
    this.#isOpen = false;
    this.#keepAlive.end();
    this.#queue.clear();
    this.#report(this.#closeCode ?? LOST);
  }

  /** A peer that is not pinged counts as there. */
  probe(timeoutMs: number): Promise<boolean> {
    if (!this.#isOpen) return Promise.resolve(false);
    if (!this.#isPinged) return Promise.resolve(true);
    this.#push(PING);
    return this.#keepAlive.probe(timeoutMs);
  }

  #read(): void {
    // Nobody can resume what is closed.
    while (this.#isOpen && (!this.#isPaused || this.#socket.closed)) {
      const frame = this.#reader.next();
      if (frame !== undefined) this.#take(frame);
      else if (this.#socket.readableEnded) this.#fail(this.#endCode());
      else return;
    }
  }

  /** RawSocket knows no closing but the end of the stream, which is in order behind a whole frame. */
  #endCode(): number {
    return this.#reader.isBetweenFrames ? CloseCode.normal : LOST;
  }

  #take(frame: RawSocketFrame | RawSocketFailure): void {
    switch (frame.type) {
      case FrameType.message:
        if (frame.payload.length > this.#longestMessage) this.#fail(CloseCode.messageTooBig);
        else deliverMessages(frame.payload, this.#serializer, this.#listening);
        break;
      case FrameType.ping:
        this.#push(rawSocketFrame(FrameType.pong, frame.payload));
        break;
      case FrameType.pong:
        break;
      case 'failure':
        this.#fail(frame.code);
    }
  }

  readonly #listening = (): TransportReceiver | undefined =>
    this.#isOpen ? this.#receiver : undefined;

  #push(frame: Buffer): void {
    if (!this.#queue.push(frame)) this.#cutOff(CloseCode.slowConsumer);
  }

  /** Sends what is queued, then ends the connection. */
  #finish(): void {
    this.#isOpen = false;
    this.#queue.finish();
    endSocket(this.#socket);
  }

  /** The same with a peer that has ended or must be failed: its session ends now, not when the socket has. */
  #fail(code: number): void {
    if (!this.#isOpen) return;
    this.#finish();
    this.#report(code);
  }

  /** Ends the connection with a peer that does not listen. */
  #cutOff(code: CloseCode): void {
    this.#isOpen = false;
    this.#queue.clear();
    this.#socket.destroy();
    this.#report(code);
  }

  /** In a later microtask, as the router may be in the middle of a message. */
  #report(code: number): void {
    queueMicrotask(() => {
      const receiver = this.#receiver;
      this.#receiver = undefined;
      receiver?.onclose(code);
    });
  }
}
