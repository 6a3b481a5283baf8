import type { CaseContext } from './case-context.js';
import { isList, matches } from './pattern.js';
import type { Wire } from './peer.js';
import { ensure } from './transcript.js';
import type { OctetStream } from './wire/octet-stream.js';
import { FRAME, frame, handshake, readPrefix } from './wire/rawsocket-frame.js';
import { tell } from './wire/value.js';
import { formatOf } from './wire/wire-format.js';
import type { WireFormat } from './wire/wire-format.js';

/** How a client behaves. */
export interface RawSocketPeerOptions {
  /** It takes messages of up to 2^(9 + length) octets; 15 if left out. */
  readonly length?: number;
  /** Whether it writes octet by octet. */
  readonly byOctets?: boolean;
}

/** A client for cases that look at frames: it sends and receives these as they are. */
export class RawSocketPeer {
  readonly format: WireFormat;
  /** The longest message that the router takes, in octets. */
  readonly limit: number;
  readonly #stream: OctetStream;
  readonly #timeoutMs: number;
  readonly #longest: number;
  readonly #byOctets: boolean;

  private constructor(
    stream: OctetStream,
    c: CaseContext,
    facts: Required<RawSocketPeerOptions> & { limit: number },
  ) {
    this.format = formatOf(c.target.serializer);
    this.limit = facts.limit;
    this.#stream = stream;
    this.#timeoutMs = c.target.timeoutMs;
    this.#longest = 2 ** (9 + facts.length);
    this.#byOctets = facts.byOctets;
  }

  /** Connects and shakes hands. */
  static async open(c: CaseContext, options: RawSocketPeerOptions = {}): Promise<RawSocketPeer> {
    const { length = 15, byOctets = false } = options;
    const stream = await c.dial();
    const octets = handshake(c.target.serializer, length);
    await write(stream, byOctets ? [...octets].map((octet) => Buffer.of(octet)) : [octets]);
    const answer = await stream.read(4, c.target.timeoutMs);
    const second = answer[1] ?? 0;
    ensure(
      answer[0] === 0x7f && (second & 0x0f) !== 0,
      `the handshake was answered with ${answer.toString('hex')}`,
    );
    return new RawSocketPeer(stream, c, { length, byOctets, limit: 2 ** (9 + (second >> 4)) });
  }

  /** Opens a session. */
  async enter(c: CaseContext): Promise<void> {
    await this.#sendMessage(c.hello());
    let answer = await this.receive();
    if (answer[0] === 4) {
      await this.#sendMessage([5, c.token, {}]);
      answer = await this.receive();
    }
    ensure(answer[0] === 2, `expected WELCOME, got ${tell(answer)}`);
  }

  /** Sends one message. */
  send(message: Wire): void {
    this.write(frame(FRAME.message, this.format.encode(message)));
  }

  /** Sends octets as they are. */
  write(octets: Buffer): void {
    this.#stream.socket.write(octets);
  }

  /** Sends octets and waits until they have left, so that those of the next call are not in one segment with them. */
  writeAlone(octets: Buffer): Promise<void> {
    return write(this.#stream, [octets]);
  }

  /** The next frame, which has to be one that this client takes. */
  async receiveFrame(): Promise<{ readonly kind: number; readonly content: Buffer }> {
    const prefix = await this.#stream.read(4, this.#timeoutMs);
    ensure(prefix.length === 4, `no frame came, only ${prefix.toString('hex')}`);
    const { kind, length } = readPrefix(prefix);
    ensure(length <= this.#longest, `a frame of ${length} octets for a client of ${this.#longest}`);
    const content = await this.#stream.read(length, this.#timeoutMs);
    ensure(content.length === length, `a frame of ${length} octets ends after ${content.length}`);
    return { kind, content };
  }

  /** The next message; a PING before it is answered. */
  async receive(): Promise<Wire> {
    for (;;) {
      const { kind, content } = await this.receiveFrame();
      if (kind === FRAME.ping) this.write(frame(FRAME.pong, content));
      else {
        const message = kind === FRAME.message ? this.format.decode(content) : undefined;
        ensure(isList(message), `a frame of kind ${kind} with ${content.toString('hex')}`);
        return message;
      }
    }
  }

  /** The next message, which has to match. */
  async expect(pattern: unknown): Promise<Wire> {
    const message = await this.receive();
    ensure(matches(pattern, message), `expected ${tell(pattern)}, got ${tell(message)}`);
    return message;
  }

  /** Expects the end of the connection, perhaps after an ABORT. */
  async expectEnd(): Promise<void> {
    const rest = await this.#stream.readToEnd(this.#timeoutMs);
    ensure(rest !== undefined, 'the connection was not ended');
    const [type] = rest.length > 4 ? this.#firstOf(rest) : [3];
    ensure(type === 3, `expected at most ABORT before the end, got ${rest.toString('hex')}`);
  }

  #firstOf(octets: Buffer): Wire {
    const message = this.format.decode(octets.subarray(4, 4 + readPrefix(octets).length));
    return isList(message) ? message : [message];
  }

  #sendMessage(message: Wire): Promise<void> {
    const octets = frame(FRAME.message, this.format.encode(message));
    const parts = this.#byOctets ? [...octets].map((octet) => Buffer.of(octet)) : [octets];
    return write(this.#stream, parts);
  }
}

/** Writes each part and waits until it has left. */
async function write({ socket }: OctetStream, parts: readonly Buffer[]): Promise<void> {
  for (const part of parts)
    await new Promise<void>((resolve) => {
      socket.write(part, () => {
        resolve();
      });
    });
}
