import type { Server, Socket } from 'node:net';
import type { CloseMode } from './router/index.js';

type Closer = (mode: CloseMode) => Promise<void> | void;

/** What takes the connections of a server. */
interface StoppableListener {
  readonly close: () => void;
  /** Takes nothing new, while its server is there until the router is closed: for those whose clients hear of the end by a request. */
  readonly drain?: (() => void) | undefined;
}

/** What is to be undone at the end, last first. */
export class Closers {
  readonly #closers: Closer[] = [];
  /** Each with its connections: no server knows those that have not finished their TLS handshake, or were upgraded. */
  readonly #servers = new Map<Server, Set<Socket>>();
  /** Those that take requests until the router is closed. */
  readonly #draining = new Map<Server, StoppableListener>();
  #closed: Promise<void> | undefined;

  /** Adds what is to be done before all that was added earlier. */
  add(closer: Closer): void {
    this.#closers.push(closer);
  }

  /** A server takes no more connections first of all, or drains; those that became transports are the router's to close. */
  addServer(server: Server, listener: StoppableListener): void {
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
    this.#servers.set(server, sockets);
    this.add(() => {
      if (listener.drain === undefined) stop(server, listener);
      else listener.drain();
    });
    if (listener.drain !== undefined) this.#draining.set(server, listener);
  }

  /** Cuts the connections that there still are, and waits for the last of them. */
  async serversClosed(): Promise<void> {
    for (const [server, listener] of this.#draining) stop(server, listener);
    for (const sockets of this.#servers.values()) {
      for (const socket of sockets) socket.destroy();
    }
    await Promise.all([...this.#servers.keys()].map(countedOut));
  }

  /** Closes everything. Idempotent: the first mode counts. */
  close(mode: CloseMode): Promise<void> {
    this.#closed ??= this.#closeAll(mode);
    return this.#closed;
  }

  async #closeAll(mode: CloseMode): Promise<void> {
    for (const closer of this.#closers.toReversed()) await closer(mode);
  }
}

function stop(server: Server, listener: StoppableListener): void {
  listener.close();
  server.close();
}

/** Resolves when a server that was told to close has no connection left. */
const countedOut = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.getConnections((_error, count) => {
      if (count === 0) resolve();
      else server.once('close', resolve);
    });
  });
