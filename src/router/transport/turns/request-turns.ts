import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { connectionEventOf } from '../connection-event.js';

/**
 * When a turn of the event loop has brought so many requests, no others are read in it but those of connections that have waited for it; and so
 * many of those are, at most. 32 upgrades take about 2 ms.
 */
const PER_TURN = 32;

/** What is called when a connection is closed, for each. */
type Connections = Map<Socket, () => void>;

/**
 * Bounds what the requests of an HTTP server take of one turn of the event loop. Node reads all that have come, in one go: of thousands of clients
 * that come back at once each costs some 50 microseconds before it can be put into a line. When a turn has brought its share, the
 * other connections are not read any more. A few of them are in each of the next turns, in the order in which they were stopped and whatever
 * else comes: who always brings more holds nobody up.
 */
export class RequestTurns {
  readonly #server: Server;
  /** On these a request may come. */
  readonly #reading: Connections = new Map();
  /** These are not read until it is their turn. */
  readonly #stopped: Connections = new Map();
  /** Those whose turn it is. */
  readonly #due = new Set<Socket>();
  /** Requests of this turn so far. */
  #begun = 0;
  #isTurnAwaited = false;

  /** From now on `server` reads the requests of its new connections in turns. */
  constructor(server: Server) {
    this.#server = server;
    server.on(connectionEventOf(server), this.#onconnection);
    server.on('request', this.#onrequest);
  }

  /** To be told by who listens to the server's upgrades, of each: its socket is not the server's any more. */
  upgraded({ socket }: IncomingMessage): void {
    this.#forget(socket);
    this.#count(socket);
  }

  /** Lets the server read as it would by itself. Idempotent. */
  end(): void {
    this.#server.off(connectionEventOf(this.#server), this.#onconnection);
    this.#server.off('request', this.#onrequest);
    const stopped = [...this.#stopped.keys()];
    for (const socket of [...this.#reading.keys(), ...stopped]) this.#forget(socket);
    for (const socket of stopped) socket.resume();
  }

  readonly #onconnection = (socket: Socket): void => {
    const onclose = (): void => {
      this.#forget(socket);
    };
    socket.once('close', onclose);
    this.#reading.set(socket, onclose);
  };

  readonly #onrequest = ({ socket }: IncomingMessage): void => {
    this.#count(socket);
  };

  #forget(socket: Socket): void {
    const onclose = this.#reading.get(socket) ?? this.#stopped.get(socket);
    if (onclose !== undefined) socket.off('close', onclose);
    this.#reading.delete(socket);
    this.#stopped.delete(socket);
    this.#due.delete(socket);
  }

  #count(by: Socket): void {
    this.#begun += 1;
    if (this.#begun === PER_TURN) this.#stopAllBut(by);
    this.#awaitTurn();
  }

  /** The one that has just brought a request is left alone: the parser may be in the middle of what it has read. */
  #stopAllBut(busy: Socket): void {
    for (const [socket, onclose] of this.#reading) {
      if (socket === busy || this.#due.has(socket) || !isReadByServer(socket)) continue;
      this.#reading.delete(socket);
      // An HTTP server's socket that is paused is not read by the parser either.
      socket.pause();
      this.#stopped.set(socket, onclose);
    }
  }

  #awaitTurn(): void {
    if (this.#isTurnAwaited) return;
    this.#isTurnAwaited = true;
    setImmediate(() => {
      this.#isTurnAwaited = false;
      this.#begun = 0;
      this.#goOn();
    });
  }

  #goOn(): void {
    this.#due.clear();
    for (const [socket, onclose] of this.#stopped) {
      if (this.#due.size === PER_TURN) break;
      this.#due.add(socket);
      this.#stopped.delete(socket);
      this.#reading.set(socket, onclose);
      socket.resume();
    }
    if (this.#due.size > 0) this.#awaitTurn();
  }
}

/**
 * Not when the server or the application has paused it, as they do with a request whose body nobody takes, and not when the server has given it away,
 * as with CONNECT: then it is not ours to resume either.
 */
const isReadByServer = (socket: Socket & { readonly parser?: unknown }): boolean =>
  !socket.isPaused() && socket.parser !== null;
