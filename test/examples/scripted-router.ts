import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';

/** A WAMP message as it stands on the wire. */
export type Message = readonly unknown[];

/** The answers that a test may script: none, one message, or the end of the connection. */
export type Answer = Message | 'silence' | 'close';

export const HELLO = 1;
export const WELCOME = 2;
export const ABORT = 3;
export const GOODBYE = 6;
export const ERROR = 8;
export const PUBLISH = 16;
export const PUBLISHED = 17;
export const REGISTER = 64;
export const REGISTERED = 65;
export const INVOCATION = 68;
export const YIELD = 70;

const frame = z.string().transform((text) => z.array(z.unknown()).parse(JSON.parse(text)));

/** The router's end of a wire: records what clients send, and answers as an accepting router would until scripted otherwise. */
export class ScriptedRouter {
  readonly #server: WebSocketServer;
  readonly #inbox: Message[] = [];
  readonly #waiting: { type: number; resolve: (message: Message) => void }[] = [];
  /** The headers of each upgrade. */
  readonly upgrades: IncomingHttpHeaders[] = [];
  /** What to answer. */
  script: (message: Message) => Answer = accept;

  private constructor(server: WebSocketServer) {
    this.#server = server;
    server.on('connection', (socket, request) => {
      this.upgrades.push(request.headers);
      socket.on('error', () => undefined);
      socket.on('message', (data: Buffer) => {
        this.#receive(socket, frame.parse(data.toString()));
      });
    });
  }

  /** Listens on 127.0.0.1. */
  static async start(port = 0): Promise<ScriptedRouter> {
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port,
      handleProtocols: () => 'wamp.2.json',
    });
    await once(server, 'listening');
    return new ScriptedRouter(server);
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('not listening');
    return address.port;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}/`;
  }

  /** The next message of this type that no earlier call was given. */
  next(type: number): Promise<Message> {
    const index = this.#inbox.findIndex((message) => message[0] === type);
    const [message] = index < 0 ? [] : this.#inbox.splice(index, 1);
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => {
      this.#waiting.push({ type, resolve });
    });
  }

  /** Says something of its own accord to every client. */
  send(message: Message): void {
    for (const socket of this.#server.clients) socket.send(JSON.stringify(message));
  }

  /** Cuts every connection without a word. */
  cut(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  /** Cuts every connection and frees the port. Idempotent. */
  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #receive(socket: WebSocket, message: Message): void {
    const answer = this.script(message);
    if (answer === 'close') socket.terminate();
    else if (answer !== 'silence') socket.send(JSON.stringify(answer));
    const index = this.#waiting.findIndex(({ type }) => type === message[0]);
    const [waiting] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (waiting === undefined) this.#inbox.push(message);
    else waiting.resolve(message);
  }
}

let lastId = 0;

/** Answers as a router does that allows everything. */
export function accept(message: Message): Answer {
  lastId += 1;
  switch (message[0]) {
    case HELLO:
      return [WELCOME, lastId, { roles: { broker: {}, dealer: {} } }];
    case PUBLISH:
      return [PUBLISHED, message[1], lastId];
    case REGISTER:
      return [REGISTERED, message[1], lastId];
    case GOODBYE:
      return [GOODBYE, {}, 'wamp.close.goodbye_and_out'];
    default:
      return 'silence';
  }
}

/** Answers PUBLISH with ERROR, and everything else as {@link accept} does. */
export function refusePublish(message: Message): Answer {
  return message[0] === PUBLISH
    ? [ERROR, PUBLISH, message[1], {}, 'wamp.error.not_authorized']
    : accept(message);
}
