import type { Server as HttpServer } from 'node:http';
import type { Server } from 'node:net';
import { TrustedAuthenticator } from '../auth/methods/trusted-authenticator.js';
import type { Config } from '../config/config.js';
import type { ListenerConfig } from '../config/listener-config.js';
import {
  originGuard,
  RawSocketListener,
  trustedGuard,
  WebSocketListener,
  type Entrance,
  type UpgradeGuard,
} from '../router/index.js';
import { listen } from './listen.js';
import { listenerBasics, type ListenerBasics, type ListenerContext } from './listener-context.js';
import { createStreamServer, createUpgradeServer } from './listener-server.js';
import { sessionCookieGuards } from './session-cookie-guard.js';

/** A listener and its server. */
export interface ListenerParts {
  readonly server: Server;
  readonly listener: { close(): void };
}

/**
 * Builds a listener and starts it: `onparts` hears of its parts before it listens, so that they can be closed whatever happens. Gives the
 * URL by which clients reach it: `ws:`, `wss:`, `tcp:`, `tls:` or one of a Unix socket. Rejects when its address cannot be had.
 */
export async function startListener(
  settings: ListenerConfig,
  context: ListenerContext,
  onparts: (parts: ListenerParts) => void,
): Promise<string> {
  const basics = listenerBasics(context, settings, doorOf(settings, context));
  const parts =
    settings.type === 'websocket'
      ? webSocketParts(settings, context.config, basics)
      : rawSocketParts(settings, context.config, basics);
  onparts(parts);
  return urlOf(
    settings,
    await listen(parts.server, settings.address, context.config.limits.backlog),
  );
}

/** The trusted URL as a listener like the others. */
export const trustedListener = ({ trusted }: Config): ListenerConfig => ({
  name: 'trusted',
  type: 'websocket',
  address:
    trusted.unix === undefined
      ? { host: trusted.host, port: trusted.port }
      : { unix: trusted.unix, mode: trusted.mode },
  path: '/',
  pingMs: undefined,
  admission: {
    isTrusted: true,
    role: trusted.role,
    allowedHosts: trusted.allowedHosts,
    allowedOrigins: trusted.allowedOrigins,
  },
  requestIds: trusted.requestIds,
  serializers: trusted.serializers,
  tls: undefined,
  limits: trusted.limits,
});

function doorOf(
  settings: ListenerConfig,
  { authenticatorsOf }: ListenerContext,
): Pick<Entrance, 'authenticators' | 'limitsAddresses'> {
  const { admission } = settings;
  return {
    authenticators: admission.isTrusted
      ? [new TrustedAuthenticator({ authrole: admission.role })]
      : authenticatorsOf(admission.authmethods),
    limitsAddresses: limitsAddresses(settings),
  };
}

/** Programs of this machine all come from one address, and a burst of them is what backends do. */
const limitsAddresses = ({ admission, address }: ListenerConfig): boolean =>
  !admission.isTrusted && !('unix' in address);

function webSocketParts(
  settings: ListenerConfig,
  config: Config,
  basics: ListenerBasics,
): { server: HttpServer; listener: WebSocketListener } {
  const { name, path } = settings;
  const server = createUpgradeServer(settings, config);
  const listener = new WebSocketListener({
    ...basics,
    name,
    path,
    guards: guardsOf(settings, config),
  });
  listener.attach(server);
  return { server, listener };
}

function guardsOf({ admission }: ListenerConfig, config: Config): readonly UpgradeGuard[] {
  if (admission.isTrusted) return [trustedGuard(admission.allowedHosts, admission.allowedOrigins)];
  return [
    originGuard(admission.allowedOrigins),
    ...sessionCookieGuards(admission.authmethods, config),
  ];
}

/** It needs no guard: a page can only send what begins as HTTP does, and no handshake does. */
function rawSocketParts(
  settings: ListenerConfig,
  config: Config,
  basics: ListenerBasics,
): ListenerParts {
  const server = createStreamServer(settings, config);
  const { name, pingMs } = settings;
  const { helloMs, pingMs: tcpKeepAliveMs, unauthenticated, unauthenticatedPerIp } = config.limits;
  const listener = new RawSocketListener({
    ...basics,
    name,
    // Not the WebSockets' time: there are clients that end the connection at a PING.
    pingMs,
    tcpKeepAliveMs,
    handshakeMs: helloMs,
    handshakes: unauthenticated,
    handshakesPerAddress: limitsAddresses(settings) ? unauthenticatedPerIp : Infinity,
  });
  listener.attach(server);
  return { server, listener };
}

function urlOf({ type, address, tls, path }: ListenerConfig, place: string): string {
  if (type === 'websocket') {
    const scheme = tls === undefined ? 'ws' : 'wss';
    return 'unix' in address ? `${scheme}+unix:${place}:${path}` : `${scheme}://${place}${path}`;
  }
  const scheme = tls === undefined ? 'tcp' : 'tls';
  if ('unix' in address) return tls === undefined ? `unix:${place}` : `tls+unix:${place}`;
  return `${scheme}://${place}`;
}
