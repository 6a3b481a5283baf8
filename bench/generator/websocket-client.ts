import { createHash, randomBytes } from 'node:crypto';
import net from 'node:net';
import { FrameBatch, FrameReader, Opcode } from './websocket-frame.js';

/** Where to connect. `protocol` is the subprotocol that the server must agree to. */
export interface WebSocketAddress {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly protocol: string;
  /** Whether messages are binary frames; text by default. */
  readonly isBinary?: boolean;
}

const CONNECT_TIMEOUT_MS = 10_000;
const MAX_RESPONSE_HEAD_BYTES = 16 * 1024;
// RFC 6455 section 1.3.
const HANDSHAKE_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** All sockets read into this one buffer: each callback is done with it before the next read. */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024);

/**
 * A WebSocket client on a bare socket. What is sent within one turn of the event loop leaves in one write at its end.
 * Both callbacks must be replaced by whoever owns the client; `onclose` comes at most once and not after `close()`.
 */
export class WebSocketClient {
  /** A message; the bytes are the caller's only during the call. */
  onmessage: (buffer: Buffer, start: number, end: number) => void = () => undefined;
  /** The connection ended without `close()`, or the peer broke the protocol. */
  onclose: (error: Error) => void = () => undefined;

  readonly #socket: net.Socket;
  readonly #key = randomBytes(16).toString('base64');
  readonly #batch = new FrameBatch(randomBytes(4).readInt32BE() | 1);
  readonly #reader: FrameReader;
  #head: Buffer | undefined = Buffer.alloc(0);
  #onhead: (head: string) => void = () => undefined;
  #isOver = false;

  private constructor(address: WebSocketAddress) {
    const receiver = {
      onmessage: (buffer: Buffer, start: number, end: number) => {
        this.onmessage(buffer, start, end);
      },
      oncontrol: (opcode: number, payload: Buffer) => {
        this.#control(opcode, payload);
      },
    };
    this.#reader = new FrameReader(receiver, address.isBinary ? Opcode.binary : Opcode.text);
    this.#socket = net.connect({
      host: address.host,
      port: address.port,
      noDelay: true,
      onread: { buffer: readBuffer, callback: (length) => this.#read(length) },
    });
    this.#socket.on('error', (error) => {
      this.#end(error);
    });
    this.#socket.on('close', () => {
      this.#end(new Error('the server closed the connection'));
    });
    // Without a reader the end of the stream would never be noticed; the bytes themselves go to onread.
    this.#socket.resume();
  }

  /** Connects and upgrades. Rejects when the server refuses, answers wrongly or takes more than 10 s. */
  static connect(address: WebSocketAddress): Promise<WebSocketClient> {
    const client = new WebSocketClient(address);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        client.#end(new Error('the server did not answer the upgrade within 10 s'));
      }, CONNECT_TIMEOUT_MS);
      client.onclose = (error) => {
        clearTimeout(timer);
        reject(error);
      };
      client.#onhead = (head) => {
        const refusal = client.#refusal(head, address);
        if (refusal !== undefined) {
          client.#end(new Error(refusal));
          return;
        }
        clearTimeout(timer);
        client.onclose = () => undefined;
        resolve(client);
      };
      client.#socket.write(client.#request(address));
    });
  }

  /** Queues a message for the end of this turn: a string as text, bytes as a binary frame. */
  send(message: string | Uint8Array): void {
    this.#flushLater();
    this.#batch.append(message);
  }

  /** Ends the connection at once; nothing is reported after it. */
  close(): void {
    this.#isOver = true;
    this.#socket.destroy();
  }

  #request({ host, port, path, protocol }: WebSocketAddress): string {
    return [
      `GET ${path} HTTP/1.1`,
      `Host: ${host}:${port}`,
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Key: ${this.#key}`,
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Protocol: ${protocol}`,
      '\r\n',
    ].join('\r\n');
  }

  #refusal(head: string, { protocol }: WebSocketAddress): string | undefined {
    const status = head.slice(0, head.indexOf('\r\n'));
    if (!status.startsWith('HTTP/1.1 101 ')) return `the server refused the upgrade: ${status}`;
    const accept = createHash('sha1').update(`${this.#key}${HANDSHAKE_GUID}`).digest('base64');
    if (header(head, 'sec-websocket-accept') !== accept) return 'the accept key is wrong';
    const agreed = header(head, 'sec-websocket-protocol');
    return agreed === protocol ? undefined : `the server chose the protocol ${String(agreed)}`;
  }

  #read(length: number): boolean {
    try {
      if (this.#head === undefined) this.#reader.read(readBuffer, length);
      else this.#readHead(this.#head, length);
    } catch (error) {
      this.#end(error instanceof Error ? error : new Error(String(error)));
    }
    return true;
  }

  #readHead(earlier: Buffer, length: number): void {
    const bytes = Buffer.concat([earlier, readBuffer.subarray(0, length)]);
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) {
      if (bytes.length > MAX_RESPONSE_HEAD_BYTES) throw new Error('the response head has no end');
      this.#head = bytes;
      return;
    }
    this.#head = undefined;
    this.#onhead(bytes.toString('latin1', 0, end + 2));
    const frames = bytes.subarray(end + 4);
    this.#reader.read(frames, frames.length);
  }

  #control(opcode: number, payload: Buffer): void {
    if (opcode === Opcode.ping) {
      this.#flushLater();
      this.#batch.appendControl(Opcode.pong, payload);
    } else if (opcode === Opcode.close) {
      const code = payload.length < 2 ? 1005 : payload.readUInt16BE(0);
      this.#end(new Error(`the server closed with ${code} ${payload.toString('utf8', 2)}`.trim()));
    }
  }

  #flushLater(): void {
    if (!this.#batch.isEmpty) return;
    setImmediate(() => {
      const frames = this.#batch.take();
      if (!this.#isOver) this.#socket.write(frames);
    });
  }

  #end(error: Error): void {
    if (this.#isOver) return;
    this.close();
    this.onclose(error);
  }
}

/** The value of a header in a response head, whatever the case of its name. */
function header(head: string, name: string): string | undefined {
  const line = head.split('\r\n').find((text) => text.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}
