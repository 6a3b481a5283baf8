import type { Socket } from 'node:net';

import { WebSocket } from 'ws';

import type { Connection, OpenOptions, SendOptions } from './connection.js';
import { SerializerRefused } from './serializer-refused.js';

/** Opens a WebSocket with the subprotocol of the format (WAMP 2.3.1). */
export function openWebSocket(
  url: string,
  { format, headers, timeoutMs }: OpenOptions,
): Promise<Connection> {
  const socket = new WebSocket(url, [format.subprotocol], {
    perMessageDeflate: false,
    handshakeTimeout: timeoutMs,
    headers,
  });
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      const isRefusal = error.message.includes('subprotocol');
      reject(isRefusal ? new SerializerRefused(`${format.subprotocol}: ${error.message}`) : error);
    });
    socket.once('unexpected-response', (_request, response) => {
      const told = `${format.subprotocol}: HTTP ${String(response.statusCode)}`;
      reject(response.statusCode === 400 ? new SerializerRefused(told) : new Error(told));
      socket.terminate();
    });
    socket.once('upgrade', (response: { readonly socket: Socket }) => {
      const connection = new WebSocketConnection(socket, response.socket, format.isBinary);
      socket.once('open', () => {
        resolve(connection);
      });
    });
  });
}

class WebSocketConnection implements Connection {
  onmessage: Connection['onmessage'] = () => undefined;
  onclose: Connection['onclose'] = () => undefined;
  readonly #socket: WebSocket;
  readonly #wire: Socket;
  readonly #isBinary: boolean;

  constructor(socket: WebSocket, wire: Socket, isBinary: boolean) {
    this.#socket = socket;
    this.#wire = wire;
    this.#isBinary = isBinary;
    socket.on('message', (data: Buffer, isBinaryMessage) => {
      this.onmessage(data, isBinaryMessage);
    });
    socket.on('close', (code) => {
      this.onclose(code);
    });
    socket.on('error', () => {
      // A reset or a refused frame: the close that follows is what the cases look at.
    });
  }

  send(bytes: Buffer, { binary = this.#isBinary, fin = true }: SendOptions = {}): void {
    this.#socket.send(bytes, { binary, fin });
  }

  together(action: () => void): void {
    this.#wire.cork();
    action();
    this.#wire.uncork();
  }

  close(): void {
    this.#socket.close(1000);
  }

  cut(): void {
    this.#socket.terminate();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }
}
