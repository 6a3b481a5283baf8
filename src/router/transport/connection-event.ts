import type { Server } from 'node:net';
import { Server as TlsServer } from 'node:tls';

/** The event by which a server tells of a connection: with TLS, when its handshake is over. */
export const connectionEventOf = (server: Server): 'connection' | 'secureConnection' =>
  server instanceof TlsServer ? 'secureConnection' : 'connection';
