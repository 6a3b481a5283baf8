import type { Address } from './address.js';
import type { Connection, OpenOptions } from './connection.js';
import { OctetStream } from './octet-stream.js';
import { FRAME, frame, handshake, readPrefix } from './rawsocket-frame.js';
import { SerializerRefused } from './serializer-refused.js';

/** Where a TCP connection has no code for its end, that of a WebSocket that was cut. */
const NO_CODE = 1006;

/** Opens a RawSocket connection: the transport's handshake with the serializer of the format (WAMP 15.1). */
export async function openRawSocket(
  address: Extract<Address, { readonly transport: 'rawsocket' }>,
  { format, timeoutMs }: OpenOptions,
): Promise<Connection> {
  if (format.isBatched) throw new SerializerRefused(`${format.name} is not for RawSocket`);
  const stream = await OctetStream.open(address);
  stream.socket.write(handshake(format.name));
  const answer = await stream.read(4, timeoutMs);
  if (answer.length === 4 && answer[0] === 0x7f && ((answer[1] ?? 0) & 0x0f) !== 0)
    return new RawSocketConnection(stream, format.isBinary);
  stream.socket.destroy();
  const told = `${format.name}: handshake answered with ${answer.toString('hex') || 'nothing'}`;
  throw answer[1] === 0x10 ? new SerializerRefused(told) : new Error(told);
}

class RawSocketConnection implements Connection {
  onmessage: Connection['onmessage'] = () => undefined;
  onclose: Connection['onclose'] = () => undefined;
  readonly #stream: OctetStream;
  readonly #isBinary: boolean;

  constructor(stream: OctetStream, isBinary: boolean) {
    this.#stream = stream;
    this.#isBinary = isBinary;
    // Not before whoever opens the connection can listen.
    setImmediate(() => void this.#receive());
  }

  send(bytes: Buffer): void {
    this.#stream.socket.write(frame(FRAME.message, bytes));
  }

  together(action: () => void): void {
    this.#stream.socket.cork();
    action();
    this.#stream.socket.uncork();
  }

  close(): void {
    this.#stream.socket.end();
  }

  cut(): void {
    this.#stream.socket.destroy();
  }

  pause(): void {
    this.#stream.socket.pause();
  }

  resume(): void {
    this.#stream.socket.resume();
  }

  async #receive(): Promise<void> {
    for (;;) {
      const prefix = await this.#stream.read(4, Infinity);
      if (prefix.length < 4) break;
      const { kind, length } = readPrefix(prefix);
      const content = await this.#stream.read(length, Infinity);
      if (content.length < length) break;
      if (kind === FRAME.ping) this.#stream.socket.write(frame(FRAME.pong, content));
      else if (kind !== FRAME.pong) this.onmessage(content, this.#isBinary);
    }
    this.onclose(NO_CODE);
  }
}
