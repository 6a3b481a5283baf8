import { Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import type { CloseMode } from './router/index.js';

type Closer = (mode: CloseMode) => Promise<void> | void;

/** What is to be undone at the end, last first. */
export class Closers {
  readonly #closers: Closer[] = [];
  /** Each with its connections, but for those whose server knows them itself. */
  readonly #servers = new Map<Server, Set<Socket>>();
  #closed: Promise<void> | undefined;

  /** Adds what is to be done before all that was added earlier. */
  add(closer: Closer): void {
    this.#closers.push(closer);
  }

  /** A server takes no more connections first of all; those that became transports are the router's to close. */
  addServer(server: Server, listener: { close(): void }): void {
    const sockets = new Set<Socket>();
    if (!isHttp(server)) {
      server.on('connection', (socket) => {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
      });
    }
    this.#servers.set(server, sockets);
    this.add(() => {
      listener.close();
      server.close();
    });
  }

  /** Ends the requests that are still under way, and waits for the last socket. */
  async serversClosed(): Promise<void> {
    for (const [server, sockets] of this.#servers) {
      if (isHttp(server)) server.closeAllConnections();
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

const isHttp = (server: Server): server is HttpServer | HttpsServer =>
  server instanceof HttpServer || server instanceof HttpsServer;

/** Resolves when a server that was told to close has no connection left. */
const countedOut = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.getConnections((_error, count) => {
      if (count === 0) resolve();
      else server.once('close', resolve);
    });
  });
