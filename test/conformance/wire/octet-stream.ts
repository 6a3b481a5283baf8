import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';

import type { Address } from './address.js';

/** Beyond this a timer of Node fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The bytes of a TCP, TLS or Unix connection, read in pieces of a wanted length. */
export class OctetStream {
  readonly socket: Socket;
  #received = Buffer.alloc(0);
  #isOver = false;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes]);
      this.#wake();
    });
    socket.once('close', () => {
      this.#isOver = true;
      this.#wake();
    });
    socket.on('error', () => {
      // A reset is an end like another.
    });
  }

  /** Connects. Rejects if nobody listens. */
  static open(
    address: Extract<Address, { readonly transport: 'rawsocket' }>,
  ): Promise<OctetStream> {
    const socket = address.isSecure ? connectSecure(address.socket) : connect(address.socket);
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.once(address.isSecure ? 'secureConnect' : 'connect', () => {
        socket.setNoDelay(true);
        resolve(new OctetStream(socket));
      });
    });
  }

  /** The next `length` bytes; fewer if the connection ends or `timeoutMs` pass before. */
  async read(length: number, timeoutMs: number): Promise<Buffer> {
    const deadline = performance.now() + timeoutMs;
    while (this.#received.length < length && !this.#isOver) {
      const left = deadline - performance.now();
      if (left <= 0) break;
      await this.#change(left);
    }
    const bytes = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(bytes.length);
    return bytes;
  }

  /** What is still to come up to the end of the connection, or undefined if there is no end within `timeoutMs`. */
  async readToEnd(timeoutMs: number): Promise<Buffer | undefined> {
    const rest = await this.read(Infinity, timeoutMs);
    return this.#isOver ? rest : undefined;
  }

  #change(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(timeoutMs, LONGEST_TIMER_MS));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
