import { once } from 'node:events';
import { lstatSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import type { ListenAddress } from '../config/listener-config.js';

/**
 * Listens on a port or on a Unix socket; gives `host:port` as it is now, or the path. Of `backlog` connections the system keeps those that
 * have not been accepted yet. Rejects when the port cannot be had, or another process listens on the socket.
 */
export async function listen(
  server: Server,
  address: ListenAddress,
  backlog: number,
): Promise<string> {
  if ('port' in address) return listenOnPort(server, address, backlog);
  await listenOnSocket(server, address, backlog);
  return address.unix;
}

async function listenOnPort(
  server: Server,
  { host, port }: Extract<ListenAddress, { port: number }>,
  backlog: number,
): Promise<string> {
  server.listen({ host, port, backlog });
  await once(server, 'listening');
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return `${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
}

/** A socket that a dead process has left is removed first. */
async function listenOnSocket(
  server: Server,
  { unix: path, mode }: Extract<ListenAddress, { unix: string }>,
  backlog: number,
): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) {
    await refuseLiveSocket(path);
    rmSync(path, { force: true });
  }
  // Binding is synchronous: nobody may connect before the mode is as it shall be.
  const umask = process.umask(0o777 & ~mode);
  try {
    server.listen({ path, backlog });
  } finally {
    process.umask(umask);
  }
  await once(server, 'listening');
}

/** Rejects when a process still listens on this Unix socket. */
async function refuseLiveSocket(path: string): Promise<void> {
  const probe = connect(path);
  const isLive = await Promise.race([
    once(probe, 'connect').then(() => true),
    once(probe, 'error').then(() => false),
  ]).catch(() => false);
  probe.destroy();
  if (isLive) throw new Error(`the Unix socket ${path} is in use by another process`);
}
