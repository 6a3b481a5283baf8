import { once } from 'node:events';
import { lstatSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect } from 'node:net';
import { TrustedAuthenticator } from './auth/trusted-authenticator.js';
import type { Config } from './config/config.js';
import type { ConnectionLimitsConfig } from './config/listener-config.js';
import {
  jsonSerializer,
  originGuard,
  trustedGuard,
  WebSocketListener,
  type Authenticator,
  type Entrance,
  type Logger,
  type Router,
  type WebSocketListenerOptions,
} from './router/index.js';

/** What a listener needs of the application. */
export interface ListenerOptions {
  readonly config: Config;
  readonly router: Router;
  readonly logger: Logger;
}

/** What only the public listener needs. */
export interface PublicListenerOptions extends ListenerOptions {
  readonly authenticators: readonly Authenticator[];
  /** A client's address, where a trusted proxy reports it. */
  readonly addressOf: (request: IncomingMessage) => string;
}

/** The WebSocket for everybody, on the web server's own port; who comes in must prove who he is. */
export function createPublicListener(options: PublicListenerOptions): WebSocketListener {
  const { config, authenticators, addressOf } = options;
  return new WebSocketListener({
    ...listenerOptions(options, config.limits, {
      authenticators,
      requestIds: config.public.requestIds,
      limits: config.limits.session,
    }),
    name: 'public',
    path: config.public.wsPath,
    guards: [originGuard(config.public.allowedOrigins)],
    addressOf,
  });
}

/** The WebSocket for programs on this machine; who comes in is believed, and has the configured role. */
export function createTrustedListener(options: ListenerOptions): WebSocketListener {
  const { config, router } = options;
  const { role, requestIds, limits, allowedHosts } = config.trusted;
  return new WebSocketListener({
    ...listenerOptions(options, limits, {
      authenticators: [new TrustedAuthenticator({ authrole: role })],
      requestIds,
      limits: limits.session,
      // They all come from this machine, and a burst of them is what backends do.
      limitsAddresses: false,
    }),
    admits: () => router.admits(),
    name: 'trusted',
    path: '/',
    guards: [trustedGuard(allowedHosts)],
  });
}

/** The server of the trusted listener, which answers nothing but upgrades. */
export const createTrustedServer = (): Server =>
  createServer((_request, response) => {
    response.writeHead(426, { connection: 'close', 'content-type': 'text/plain' });
    response.end('This is the trusted URL: connect by WebSocket with subprotocol wamp.2.json.\n');
  });

/** Listens on host and port; gives `host:port` as it is now. Rejects when the port cannot be had. */
export async function listenOnPort(server: Server, host: string, port: number): Promise<string> {
  server.listen({ host, port });
  await once(server, 'listening');
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  return `${host.includes(':') ? `[${host}]` : host}:${actualPort}`;
}

/** Listens on a Unix socket with this file mode; a socket that a dead process has left is removed first. */
export async function listenOnSocket(server: Server, path: string, mode: number): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) {
    await refuseLiveSocket(path);
    rmSync(path, { force: true });
  }
  // Binding is synchronous: nobody may connect before the mode is as it shall be.
  const umask = process.umask(0o777 & ~mode);
  try {
    server.listen({ path });
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

function listenerOptions(
  { config, router, logger }: ListenerOptions,
  limits: ConnectionLimitsConfig,
  entrance: Entrance,
): Omit<WebSocketListenerOptions, 'name' | 'path' | 'guards'> {
  return {
    serializers: [jsonSerializer({ depth: config.limits.depth, keys: config.limits.keys })],
    onconnection: (transport) => {
      router.attach(transport, entrance);
    },
    admits: (address) => router.admits(address),
    messageBytes: limits.messageBytes,
    queueBytes: limits.queueBytes,
    pingMs: config.limits.pingMs,
    pongMs: config.limits.pongMs,
    logger,
  };
}
