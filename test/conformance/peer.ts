import type { Socket } from 'node:net';

import { WebSocket } from 'ws';

import { checkRouterMessage } from './message-shape.js';
import { abort, anyDict, anyId, error, isDict, isId, matches } from './pattern.js';
import { ensure } from './transcript.js';
import type { Transcript } from './transcript.js';

/** A message as it is on the wire. */
export type Wire = readonly unknown[];

type Arrival =
  | { readonly kind: 'message'; readonly message: Wire; readonly text: string }
  | { readonly kind: 'closed'; readonly code: number };

const REQUESTS: ReadonlySet<unknown> = new Set([16, 32, 34, 48, 64, 66]);
const NEVER_ISSUED = 2 ** 53 - 1;

/**
 * A client that sends and receives wire lists and knows nothing better. Everything received is kept until it is asked for, and checked for its
 * element count and option keys (MSG-20, MSG-21). Waiting ends after `timeoutMs` with a failure.
 */
export class Peer {
  readonly name: string;
  readonly #socket: WebSocket;
  readonly #wire: Socket;
  readonly #transcript: Transcript;
  readonly #timeoutMs: number;
  readonly #arrivals: Arrival[] = [];
  #wake: (() => void) | undefined;
  #lastRequest = 0;
  #session = 0;
  #welcome: Readonly<Record<string, unknown>> = {};

  constructor(options: {
    readonly name: string;
    readonly socket: WebSocket;
    readonly wire: Socket;
    readonly transcript: Transcript;
    readonly timeoutMs: number;
  }) {
    this.name = options.name;
    this.#socket = options.socket;
    this.#wire = options.wire;
    this.#transcript = options.transcript;
    this.#timeoutMs = options.timeoutMs;
    this.#socket.on('message', (data: Buffer, isBinary) => {
      this.#received(data.toString('utf8'), isBinary);
    });
    this.#socket.on('close', (code) => {
      this.#transcript.closed(this.name, code);
      this.#arrived({ kind: 'closed', code });
    });
    this.#socket.on('error', () => {
      // A reset or a refused frame: the close that follows is what the cases look at.
    });
  }

  /** The session id, 0 before the session. */
  get session(): number {
    return this.#session;
  }

  /** WELCOME.Details, empty before the session. */
  get welcome(): Readonly<Record<string, unknown>> {
    return this.#welcome;
  }

  /** The id that the next request of this session has to have. */
  get request(): number {
    return this.#lastRequest + 1;
  }

  /** Sends one message. */
  send(message: Wire): void {
    this.sendText(JSON.stringify(message));
    this.#noteRequest(message);
  }

  /** Sends one text message that need not be WAMP or JSON. */
  sendText(text: string): void {
    this.#transcript.sent(this.name, text);
    this.#socket.send(text);
  }

  /** Sends bytes as one text message, which need not be UTF-8, or as one binary message. */
  sendBytes(bytes: Buffer, options: { readonly binary: boolean }): void {
    this.#transcript.sent(
      this.name,
      `${options.binary ? 'binary' : 'text'} ${bytes.toString('hex')}`,
    );
    this.#socket.send(bytes, options);
  }

  /** Sends one message in as many WebSocket frames as there are parts. */
  sendFragments(parts: readonly string[]): void {
    this.#transcript.sent(this.name, parts.join(' + '));
    parts.forEach((part, index) => {
      this.#socket.send(part, { fin: index === parts.length - 1 });
    });
  }

  /** Sends several messages in one write to the socket, so that they arrive in one piece. */
  sendTogether(messages: readonly Wire[]): void {
    this.#wire.cork();
    for (const message of messages) this.send(message);
    this.#wire.uncork();
  }

  /** Expects WELCOME: a new session, whose requests are numbered from 1. */
  async welcomed(): Promise<void> {
    const welcome = await this.expect([2, anyId, anyDict]);
    this.#session = idAt(welcome, 1);
    this.#welcome = isDict(welcome[2]) ? welcome[2] : {};
    this.#lastRequest = 0;
  }

  /** The next message or, once nothing more can come, the code of the connection's closing. */
  async outcome(timeoutMs = this.#timeoutMs): Promise<Wire | number> {
    const arrival = await this.#next(timeoutMs);
    return arrival.kind === 'closed' ? arrival.code : arrival.message;
  }

  /** The next message; a closed connection is a failure. */
  async receive(): Promise<Wire> {
    const outcome = await this.outcome();
    ensure(
      typeof outcome !== 'number',
      `${this.name}: the connection was closed (${String(outcome)})`,
    );
    return outcome;
  }

  /** The text of the next message, as it came. */
  async receiveText(): Promise<string> {
    const arrival = await this.#next(this.#timeoutMs);
    ensure(arrival.kind === 'message', `${this.name}: the connection was closed`);
    return arrival.text;
  }

  /** The next message, which has to match. */
  async expect(pattern: unknown): Promise<Wire> {
    const outcome = await this.outcome();
    const told = typeof outcome === 'number' ? `closed ${outcome}` : JSON.stringify(outcome);
    ensure(
      typeof outcome !== 'number' && matches(pattern, outcome),
      `${this.name}\n  expected ${JSON.stringify(pattern)}\n  received ${told}`,
    );
    return outcome;
  }

  /** Claims that nothing has come, by a later request which is answered first. It takes one request id. */
  async receiveNothing(): Promise<void> {
    const request = this.request;
    this.send([34, request, NEVER_ISSUED]);
    await this.expect(error(34, request, 'wamp.error.no_such_subscription'));
  }

  /** Claims that the session is ended with ABORT `wamp.error.protocol_violation`. */
  async expectViolation(): Promise<void> {
    await this.expect(abort('wamp.error.protocol_violation'));
  }

  /** The code with which the connection is closed; a message instead of it is a failure. */
  async closed(timeoutMs = this.#timeoutMs): Promise<number> {
    const outcome = await this.outcome(timeoutMs);
    ensure(
      typeof outcome === 'number',
      `${this.name}\n  expected the end of the connection\n  received ${JSON.stringify(outcome)}`,
    );
    return outcome;
  }

  /** Closes the WebSocket without GOODBYE and gives all that came before its end. */
  async leave(): Promise<readonly Wire[]> {
    this.#socket.close(1000);
    const messages: Wire[] = [];
    for (;;) {
      const outcome = await this.outcome();
      if (typeof outcome === 'number') return messages;
      messages.push(outcome);
    }
  }

  /** Reads no more, not even the end of the connection. */
  pause(): void {
    this.#socket.pause();
  }

  /** Cuts the TCP connection. */
  cut(): void {
    this.#socket.terminate();
  }

  /** Ends the connection, in whatever state it is. */
  async dispose(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    this.#socket.resume();
    const gone = new Promise<void>((resolve) => {
      this.#socket.once('close', () => {
        resolve();
      });
    });
    this.#socket.close(1000);
    const timer = setTimeout(() => {
      this.#socket.terminate();
    }, 500);
    await gone;
    clearTimeout(timer);
  }

  /** Subscribes and gives the subscription's id. */
  async subscribe(topic: string, options: object = {}): Promise<number> {
    const request = this.request;
    this.send([32, request, options, topic]);
    return idAt(await this.expect([33, request, anyId]), 2);
  }

  /** Registers and gives the registration's id. */
  async register(procedure: string, options: object = {}): Promise<number> {
    const request = this.request;
    this.send([64, request, options, procedure]);
    return idAt(await this.expect([65, request, anyId]), 2);
  }

  /** Publishes with acknowledgement and gives the publication's id. */
  async publish(topic: string, ...payload: Wire): Promise<number> {
    const request = this.request;
    this.send([16, request, { acknowledge: true }, topic, ...payload]);
    return idAt(await this.expect([17, request, anyId]), 2);
  }

  /** Sends a CALL and gives its request id. */
  call(procedure: string, ...payload: Wire): number {
    const request = this.request;
    this.send([48, request, {}, procedure, ...payload]);
    return request;
  }

  /** Expects an INVOCATION and gives its request id. */
  async invoked(registration: number, ...payload: Wire): Promise<number> {
    return idAt(await this.expect([68, anyId, registration, anyDict, ...payload]), 1);
  }

  #noteRequest(message: Wire): void {
    const [type, request] = message;
    if (REQUESTS.has(type) && isId(request)) this.#lastRequest = request;
  }

  #received(text: string, isBinary: boolean): void {
    this.#transcript.received(this.name, isBinary ? `binary: ${text}` : text);
    const message: unknown = isBinary ? undefined : parse(text);
    this.#arrived({
      kind: 'message',
      message: Array.isArray(message) ? message : [isBinary ? 'binary message' : text],
      text,
    });
  }

  #arrived(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#wake?.();
  }

  async #next(timeoutMs: number): Promise<Arrival> {
    if (this.#arrivals.length === 0) await this.#arrival(timeoutMs);
    const [arrival] = this.#arrivals;
    ensure(arrival !== undefined, `${this.name}: nothing came within ${timeoutMs} ms`);
    // The closing stays in place: whoever asks later hears of it again.
    if (arrival.kind === 'message') {
      this.#arrivals.shift();
      checkRouterMessage(arrival.message);
    }
    return arrival;
  }

  #arrival(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

/** The id at `index` of a message. */
export function idAt(message: Wire, index: number): number {
  const value = message[index];
  ensure(isId(value), `element ${index} of ${JSON.stringify(message)} is no id`);
  return value;
}

/** The value of a JSON text, or undefined: what a case makes of that is told with the text. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
