import type { Socket } from 'node:net';
import { ProtocolViolation } from '../protocol/errors.js';
import type { RouterMessage } from '../protocol/message.js';
import type { Serializer } from '../serializer/serializer.js';
import { CloseCode } from './close-codes.js';
import type { ClosingWebSocket } from './closing-websocket.js';
import { deliverMessages } from './deliver-messages.js';
import type { FrameEncoder } from './frame-encoder.js';
import { ignoreError } from './ignore-error.js';
import { KeepAlive } from './keep-alive.js';
import { OutboundQueue } from './outbound-queue.js';
import { PING, pongFrame } from './websocket-framing.js';
import type { Transport, TransportDetails, TransportReceiver } from './transport.js';

/** What a WebSocket transport stands on. */
export interface WebSocketConnection {
  readonly webSocket: ClosingWebSocket;
  /** The upgraded socket: all frames are written to it directly, but the close frame, which is ws's. */
  readonly socket: Socket;
  readonly serializer: Serializer;
  readonly frames: FrameEncoder;
  readonly details: TransportDetails;
  /** Bytes that may be unsent before the peer is cut off as a slow consumer. */
  readonly queueBytes: number;
}

/** What a close frame has room for (RFC 6455, 5.5). */
const REASON_BYTES = 123;

/** WAMP over one WebSocket connection (WAMP 2.3.1): one message a WebSocket message, or a batch of them (15.2). */
export class WebSocketTransport implements Transport {
  readonly details: TransportDetails;
  readonly #webSocket: ClosingWebSocket;
  readonly #serializer: Serializer;
  readonly #frames: FrameEncoder;
  readonly #queue: OutboundQueue;
  #receiver: TransportReceiver | undefined;
  #isOpen = true;
  #longestMessage = Infinity;
  /** The code with which this side closed first. */
  #closeCode: CloseCode | undefined;
  readonly #keepAlive = new KeepAlive();

  constructor(connection: WebSocketConnection) {
    this.details = connection.details;
    this.#webSocket = connection.webSocket;
    this.#serializer = connection.serializer;
    this.#frames = connection.frames;
    this.#queue = new OutboundQueue(connection.socket, connection.queueBytes);
    // ws reports bad frames and oversized messages here and closes by itself; without a listener the process would end.
    this.#webSocket.on('error', ignoreError);
    this.#webSocket.on('message', (data: Buffer, isBinary) => {
      this.#keepAlive.heard();
      this.#receive(data, isBinary);
    });
    this.#webSocket.on('pong', () => {
      this.#keepAlive.heard();
    });
    this.#webSocket.on('ping', (payload) => {
      this.#keepAlive.heard();
      this.#push(pongFrame(payload));
    });
    this.#webSocket.onclosing = () => {
      this.#isOpen = false;
      this.#queue.finish();
    };
    this.#webSocket.on('close', (code) => {
      this.#isOpen = false;
      this.#keepAlive.end();
      this.#queue.clear();
      this.#end(this.#closeCode ?? code);
    });
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
    this.#webSocket.close(code, clipReason(reason));
    // A paused socket would never see the peer's close frame.
    this.#webSocket.resume();
  }

  limitMessages(bytes = Infinity): void {
    this.#longestMessage = bytes;
  }

  pause(): void {
    this.#keepAlive.pause();
    this.#webSocket.pause();
  }

  resume(): void {
    this.#keepAlive.resume();
    this.#webSocket.resume();
  }

  /** Pings when `pingMs` have passed since the last ping, and ends the connection when nothing at all came within `pongMs`. */
  keepAlive(now: number, pingMs: number, pongMs: number): void {
    if (!this.#isOpen) return;
    const due = this.#keepAlive.due(now, pingMs, pongMs);
    if (due === 'lost') {
      this.close(CloseCode.noPong, 'no pong');
      this.#webSocket.terminate();
    } else if (due === 'ping') {
      this.#push(PING);
    }
  }

  probe(timeoutMs: number): Promise<boolean> {
    if (!this.#isOpen) return Promise.resolve(false);
    this.#push(PING);
    return this.#keepAlive.probe(timeoutMs);
  }

  #push(frame: Buffer): void {
    if (this.#isOpen && !this.#queue.push(frame)) this.#cutOff();
  }

  #cutOff(): void {
    this.#queue.clear();
    this.close(CloseCode.slowConsumer, 'too much is waiting to be read');
    // It will not read the close frame either: its session ends now, not when that has been waited for.
    queueMicrotask(() => {
      this.#end(CloseCode.slowConsumer);
    });
  }

  #end(code: number): void {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    receiver?.onclose(code);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (!this.#isOpen) return;
    if (data.length > this.#longestMessage) {
      this.close(CloseCode.messageTooBig, 'the message is too long');
      return;
    }
    if (isBinary !== this.#serializer.isBinary) {
      const violation = new ProtocolViolation(isBinary ? 'a binary message' : 'a text message');
      this.#receiver?.onviolation(violation, CloseCode.unsupportedData);
      return;
    }
    deliverMessages(data, this.#serializer, this.#listening);
  }

  readonly #listening = (): TransportReceiver | undefined =>
    this.#isOpen ? this.#receiver : undefined;
}

/** ws throws at a longer reason, and some come from outside: an authentication provider's, say. */
function clipReason(reason: string): string {
  let clipped = reason.slice(0, REASON_BYTES);
  while (Buffer.byteLength(clipped) > REASON_BYTES) clipped = clipped.slice(0, -1);
  return clipped;
}
