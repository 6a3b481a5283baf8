import type { Socket } from 'node:net';
import { ProtocolViolation } from '../../protocol/errors.js';
import type { RouterMessage } from '../../protocol/message.js';
import type { Serializer } from '../../serializer/serializer.js';
import { CloseCode, LOST } from '../close-codes.js';
import { departWith, unreadOf, type Departing } from '../turns/departures.js';
import { deliverMessages } from '../deliver-messages.js';
import { cutLate, endSocket } from '../end-socket.js';
import type { FrameEncoder } from '../frame-encoder.js';
import { ignoreError } from '../ignore-error.js';
import { KeepAlive } from '../keep-alive.js';
import { OutboundQueue } from '../outbound-queue.js';
import { countEvent } from '../turns/turn.js';
import { WebSocketFrameReader, type WebSocketFrame } from './websocket-frame-reader.js';
import { closeCodeOf, closeFrame, Opcode, PING, pongFrame } from './websocket-framing.js';
import type { Transport, TransportDetails, TransportReceiver } from '../transport.js';

/** What a WebSocket transport stands on. */
export interface WebSocketConnection {
  /** After the opening handshake; half open, so that the closing one can be finished. */
  readonly socket: Socket;
  /** What came right behind the request. */
  readonly head: Buffer;
  readonly serializer: Serializer;
  readonly frames: FrameEncoder;
  readonly details: TransportDetails;
  /** Bytes of a message of the peer, at most. */
  readonly messageBytes: number;
  /** Bytes that may be unsent before the peer is cut off as a slow consumer. */
  readonly queueBytes: number;
}

/** WAMP over one WebSocket connection (WAMP 2.3.1): one message a WebSocket message, or a batch of them (15.2). */
export class WebSocketTransport implements Transport, Departing {
  readonly details: TransportDetails;
  readonly #socket: Socket;
  readonly #serializer: Serializer;
  readonly #frames: FrameEncoder;
  readonly #messageBytes: number;
  readonly #queue: OutboundQueue;
  readonly #reader: WebSocketFrameReader;
  readonly #keepAlive = new KeepAlive();
  #receiver: TransportReceiver | undefined;
  /** Until either side closes. */
  #isOpen = true;
  /** Until the peer's close frame, or what must not be read. */
  #isRead = true;
  #isPaused = false;
  /** The code with which this side closed first. */
  #closeCode: CloseCode | undefined;

  constructor(connection: WebSocketConnection) {
    const { socket, messageBytes, head } = connection;
    this.details = connection.details;
    this.#socket = socket;
    this.#serializer = connection.serializer;
    this.#frames = connection.frames;
    this.#messageBytes = messageBytes;
    this.#queue = new OutboundQueue(socket, connection.queueBytes);
    this.#reader = new WebSocketFrameReader(messageBytes);
    if (head.length > 0) {
      this.#reader.push(head);
      // Whoever takes the connection over opens it first.
      this.#readLater();
    }
    socket.on('error', ignoreError);
    socket.on('data', (chunk: Buffer) => {
      countEvent();
      if (!this.#isRead) return;
      this.#keepAlive.heard();
      this.#reader.push(chunk);
      this.#read();
    });
    departWith(socket, this);
  }

  open(receiver: TransportReceiver): void {
    this.#receiver = receiver;
  }

  /** Always true: a WebSocket's peer sets no limit. */
  send(message: RouterMessage): boolean {
    if (this.#isOpen) this.#push(this.#frames.encode(message));
    return true;
  }

  close(code: CloseCode, reason: string): void {
    if (!this.#isOpen) return;
    this.#closeCode = code;
    this.#finish(code, reason);
    // The peer's close frame may wait behind what a pause has held up.
    this.#isPaused = false;
    this.#readLater();
  }

  limitMessages(bytes = Infinity): void {
    this.#reader.limitMessages(Math.min(bytes, this.#messageBytes));
  }

  pause(): void {
    if (!this.#isOpen) return;
    this.#isPaused = true;
    this.#keepAlive.pause();
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#keepAlive.resume();
    // Not at once: whoever resumes may be in the middle of a message.
    this.#readLater();
  }

  /** Pings when `pingMs` have passed since the last ping, and ends the connection when nothing at all came within `pongMs`. */
  keepAlive(now: number, pingMs: number, pongMs: number): void {
    if (!this.#isOpen) return;
    const due = this.#keepAlive.due(now, pingMs, pongMs);
    if (due === 'lost') {
      this.close(CloseCode.noPong, 'no pong');
      this.#socket.destroy();
    } else if (due === 'ping') {
      this.#push(PING);
    }
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

  probe(timeoutMs: number): Promise<boolean> {
    if (!this.#isOpen) return Promise.resolve(false);
    this.#push(PING);
    return this.#keepAlive.probe(timeoutMs);
  }

  #readLater(): void {
    queueMicrotask(() => {
      this.#read();
      if (!this.#isPaused) this.#socket.resume();
    });
  }

  #read(): void {
    // Nobody can resume what is closed.
    while (this.#isRead && (!this.#isPaused || this.#socket.closed)) {
      const frame = this.#reader.next();
      if (frame !== undefined) this.#take(frame);
      else if (this.#reader.failure !== undefined) this.#fail(this.#reader.failure);
      else if (this.#socket.readableEnded) this.#lose();
      else return;
    }
  }

  #take({ opcode, payload }: WebSocketFrame): void {
    switch (opcode) {
      case Opcode.ping:
        this.#push(pongFrame(payload));
        break;
      case Opcode.pong:
        break;
      case Opcode.close:
        this.#concludeWith(payload);
        break;
      default:
        if (this.#isOpen) this.#deliver(payload, opcode === Opcode.binary);
    }
  }

  #deliver(payload: Buffer, isBinary: boolean): void {
    if (isBinary === this.#serializer.isBinary) {
      deliverMessages(payload, this.#serializer, this.#listening);
      return;
    }
    const violation = new ProtocolViolation(isBinary ? 'a binary message' : 'a text message');
    this.#receiver?.onviolation(violation, CloseCode.unsupportedData);
  }

  readonly #listening = (): TransportReceiver | undefined =>
    this.#isOpen ? this.#receiver : undefined;

  #push(frame: Buffer): void {
    if (this.#isOpen && !this.#queue.push(frame)) this.#cutOff();
  }

  /** Sends what is queued and a close frame behind it, after which nothing may follow (RFC 6455, 5.5.1). */
  #finish(code: number, reason: string): void {
    this.#isOpen = false;
    this.#queue.finish();
    if (this.#socket.writable) this.#socket.write(closeFrame(code, reason));
    cutLate(this.#socket);
  }

  /** The peer's close frame: the connection ends when both have one, and this side ends it (RFC 6455, 7.1.1). */
  #concludeWith(payload: Buffer): void {
    const code = closeCodeOf(payload);
    if (code === undefined) {
      this.#fail(CloseCode.protocolError);
      return;
    }
    if (this.#isOpen) this.#finish(code, '');
    this.#end(code);
  }

  /** What the peer sent may not be: it is told why, and not listened to any more (RFC 6455, 7.1.7). */
  #fail(code: CloseCode): void {
    const reason = code === CloseCode.messageTooBig ? 'the message is too long' : '';
    if (this.#isOpen) this.#finish(code, reason);
    this.#end(code);
  }

  /** The peer has ended the connection without a close frame, or while it was waited for. */
  #lose(): void {
    if (this.#isOpen) this.#queue.finish();
    this.#isOpen = false;
    this.#isRead = false;
    if (this.#socket.writableLength === 0) this.#socket.destroy();
    else endSocket(this.#socket);
    this.#report(this.#closeCode ?? LOST);
  }

  /** What still comes is thrown away: unread bytes would turn the end into a reset, and what went out before could be lost. */
  #end(code: number): void {
    this.#isRead = false;
    this.#socket.end();
    this.#socket.resume();
    this.#report(this.#closeCode ?? code);
  }

  #cutOff(): void {
    this.#queue.clear();
    this.close(CloseCode.slowConsumer, 'too much is waiting to be read');
    // It will not read the close frame either: its session ends now, not when that has been waited for.
    this.#report(CloseCode.slowConsumer);
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
