import { checkRouterMessage } from './message-shape.js';
import { abort, anyDict, anyId, error, isDict, isId, matches } from './pattern.js';
import { ensure } from './transcript.js';
import type { Transcript } from './transcript.js';
import type { Connection } from './wire/connection.js';
import { tell } from './wire/value.js';
import type { WireFormat } from './wire/wire-format.js';

/** A message as it is on the wire. */
export type Wire = readonly unknown[];

type Arrival =
  | { readonly kind: 'message'; readonly message: Wire; readonly bytes: Buffer }
  | { readonly kind: 'closed'; readonly code: number };

const REQUESTS: ReadonlySet<unknown> = new Set([16, 32, 34, 48, 64, 66]);
const NEVER_ISSUED = 2 ** 53 - 1;
/** How long a connection may take to end before it is cut. */
const ENDING_MS = 500;

/**
 * A client that sends and receives wire lists and knows nothing better. Everything received is kept until it is asked for, and checked for its
 * element count and option keys (MSG-20, MSG-21). Waiting ends after `timeoutMs` with a failure.
 */
export class Peer {
  readonly name: string;
  readonly #connection: Connection;
  readonly #format: WireFormat;
  readonly #transcript: Transcript;
  readonly #timeoutMs: number;
  readonly #arrivals: Arrival[] = [];
  #wake: (() => void) | undefined;
  #isOver = false;
  #whenOver: () => void = () => undefined;
  #batch: Buffer[] | undefined;
  #lastRequest = 0;
  #session = 0;
  #welcome: Readonly<Record<string, unknown>> = {};

  constructor(options: {
    readonly name: string;
    readonly connection: Connection;
    readonly format: WireFormat;
    readonly transcript: Transcript;
    readonly timeoutMs: number;
  }) {
    this.name = options.name;
    this.#connection = options.connection;
    this.#format = options.format;
    this.#transcript = options.transcript;
    this.#timeoutMs = options.timeoutMs;
    this.#connection.onmessage = (bytes, isBinary) => {
      this.#received(bytes, isBinary);
    };
    this.#connection.onclose = (code) => {
      this.#transcript.closed(this.name, code);
      this.#isOver = true;
      this.#whenOver();
      this.#arrived({ kind: 'closed', code });
    };
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

  /** The serializer of this connection. */
  get format(): WireFormat {
    return this.#format;
  }

  /** Sends one message. */
  send(message: Wire): void {
    this.#transcript.sent(this.name, tell(message));
    this.#sendFramed(this.#format.encode(message));
    this.#noteRequest(message);
  }

  /** Sends what this JSON text says, in the serializer of the connection: on JSON the text as it is, which need be neither WAMP nor JSON. */
  sendText(text: string): void {
    this.#transcript.sent(this.name, text);
    const isJson = this.#format.name.startsWith('json');
    this.#sendFramed(isJson ? Buffer.from(text) : this.#format.encode(parse(text) ?? text));
  }

  /** Sends one message that is encoded already. */
  sendEncoded(bytes: Buffer): void {
    this.#transcript.sent(this.name, bytes.toString('hex'));
    this.#sendFramed(bytes);
  }

  /** Sends bytes as one message of the transport, without a batch around them; on a WebSocket as text or binary, other than usual. */
  sendBytes(bytes: Buffer, options: { readonly binary?: boolean } = {}): void {
    const kind = options.binary === undefined ? '' : options.binary ? 'binary ' : 'text ';
    this.#transcript.sent(this.name, `${kind}${bytes.toString('hex')}`);
    this.#connection.send(bytes, options);
  }

  /** Sends one message in WebSocket frames that end at these places, given as fractions of it. */
  sendFragments(message: Wire, cuts: readonly number[]): void {
    const bytes = this.#format.frame(this.#format.encode(message));
    this.#transcript.sent(this.name, `${tell(message)} in ${cuts.length + 1} frames`);
    const places = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)), bytes.length];
    places.slice(1).forEach((end, index) => {
      const fin = index === cuts.length;
      this.#connection.send(bytes.subarray(places[index], end), { fin });
    });
  }

  /** Sends several messages in one write to the socket or in one batch, so that they arrive in one piece. */
  sendTogether(messages: readonly Wire[]): void {
    this.#batch = this.#format.isBatched ? [] : undefined;
    this.#connection.together(() => {
      for (const message of messages) this.send(message);
    });
    const batch = this.#batch;
    this.#batch = undefined;
    if (batch !== undefined) this.#connection.send(Buffer.concat(batch));
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

  /** The next message as it came, without the batch around it. */
  async receiveBytes(): Promise<Buffer> {
    const arrival = await this.#next(this.#timeoutMs);
    ensure(arrival.kind === 'message', `${this.name}: the connection was closed`);
    return arrival.bytes;
  }

  /** The text of the next message, as it came. */
  async receiveText(): Promise<string> {
    return (await this.receiveBytes()).toString('utf8');
  }

  /** The next message, which has to match. */
  async expect(pattern: unknown): Promise<Wire> {
    const outcome = await this.outcome();
    const told = typeof outcome === 'number' ? `closed ${outcome}` : tell(outcome);
    ensure(
      typeof outcome !== 'number' && matches(pattern, outcome),
      `${this.name}\n  expected ${tell(pattern)}\n  received ${told}`,
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
      `${this.name}\n  expected the end of the connection\n  received ${tell(outcome)}`,
    );
    return outcome;
  }

  /** Closes the connection without GOODBYE and gives all that came before its end. */
  async leave(): Promise<readonly Wire[]> {
    this.#connection.close();
    const messages: Wire[] = [];
    for (;;) {
      const outcome = await this.outcome();
      if (typeof outcome === 'number') return messages;
      messages.push(outcome);
    }
  }

  /** Reads no more, not even the end of the connection. */
  pause(): void {
    this.#connection.pause();
  }

  /** Cuts the connection. */
  cut(): void {
    this.#connection.cut();
  }

  /** Ends the connection, in whatever state it is. */
  async dispose(): Promise<void> {
    if (this.#isOver) return;
    this.#connection.resume();
    this.#connection.close();
    const timer = setTimeout(() => {
      this.#connection.cut();
    }, ENDING_MS);
    await new Promise<void>((resolve) => {
      this.#whenOver = resolve;
    });
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
    // A CALL may continue an earlier one, whose id it repeats (WAMP 11.2).
    if (REQUESTS.has(type) && isId(request))
      this.#lastRequest = Math.max(this.#lastRequest, request);
  }

  #sendFramed(message: Buffer): void {
    const framed = this.#format.frame(message);
    if (this.#batch === undefined) this.#connection.send(framed);
    else this.#batch.push(framed);
  }

  #received(bytes: Buffer, isBinary: boolean): void {
    if (isBinary !== this.#format.isBinary) {
      const told = `${isBinary ? 'binary' : 'text'} message`;
      this.#transcript.received(this.name, `${told} ${bytes.toString('hex')}`);
      this.#arrived({ kind: 'message', message: [told], bytes });
      return;
    }
    for (const part of this.#split(bytes)) {
      const message = this.#decode(part);
      this.#transcript.received(this.name, tell(message));
      this.#arrived({ kind: 'message', message, bytes: part });
    }
  }

  /** The messages of a batch; a damaged one is taken for one message, which will not do. */
  #split(bytes: Buffer): readonly Buffer[] {
    try {
      return this.#format.split(bytes);
    } catch {
      return [bytes];
    }
  }

  /** The list that came or, if it was none, what came: no message of a router. */
  #decode(bytes: Buffer): Wire {
    try {
      const message = this.#format.decode(bytes);
      return Array.isArray(message) ? message : [message];
    } catch {
      return [this.#format.isBinary ? bytes.toString('hex') : bytes.toString('utf8')];
    }
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
  ensure(isId(value), `element ${index} of ${tell(message)} is no id`);
  return value;
}

/** The value of a JSON text, undefined if it is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
