import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { repositoryFile } from '../repository.js';
import { WampSession, type Log } from '../wamp-session.js';
import { createStatusApp } from './app.js';
import { LibsqlDatabase } from './libsql-database.js';
import { OutboxPublisher } from './outbox-publisher.js';
import { PostgresDatabase } from './postgres-database.js';
import { SqlStatusStore } from './sql-status-store.js';

/** The procedure that gives the snapshot: args `[[UserStatus, …]]`, kwargs `{version}`. */
export const LIST_PROCEDURE = 'com.example.status.list';

/** What the service is told by its environment. */
export interface StatusServiceOptions {
  /** 0 takes any free port. */
  readonly port: number;
  readonly trustedUrl: string;
  readonly realm: string;
  /** A PostgreSQL connection URL; without one the file is used. */
  readonly databaseUrl: string | undefined;
  readonly databaseFile: string;
  readonly log: Log;
}

/** A running service. */
export interface StatusService {
  readonly port: number;
  /** Finishes the requests that are being served (at most 5 s), then leaves the router and the database. Idempotent. */
  readonly close: () => Promise<void>;
}

/**
 * Starts the REST service on 127.0.0.1, the publisher and the snapshot procedure. The router may come up later.
 * @throws when the database cannot be opened or the port is taken.
 */
export async function startStatusService(options: StatusServiceOptions): Promise<StatusService> {
  const { log } = options;
  const store = await openStore(options);
  const publicDirectory = repositoryFile('examples/status-service/public');
  const server = createStatusApp({ store, publicDirectory, log }).listen(options.port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    await store.close();
    throw cause;
  }
  const session = new WampSession({
    url: options.trustedUrl,
    realm: options.realm,
    authid: 'status-service',
    log,
    procedures: new Map([
      [
        LIST_PROCEDURE,
        async () => {
          const { statuses, version } = await store.list();
          return { args: [statuses], kwargs: { version } };
        },
      ],
    ]),
    onopen: () => {
      publisher.wake();
    },
  });
  const publisher = new OutboxPublisher({ outbox: store, connection: session, log });
  const stop = async (): Promise<void> => {
    await closeServer(server);
    // The session first: the entry on its way may wait for a router that is gone.
    await Promise.all([publisher.close(), session.close()]);
    await store.close();
  };
  let stopping: Promise<void> | undefined;
  return { port: addressOf(server).port, close: () => (stopping ??= stop()) };
}

async function openStore(options: StatusServiceOptions): Promise<SqlStatusStore> {
  const { databaseUrl, databaseFile, log } = options;
  return SqlStatusStore.open(
    databaseUrl === undefined
      ? new LibsqlDatabase(databaseFile)
      : new PostgresDatabase(databaseUrl, log),
  );
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const deadline = setTimeout(() => {
    server.closeAllConnections();
  }, 5000);
  server.closeIdleConnections();
  await closed;
  clearTimeout(deadline);
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address;
}
