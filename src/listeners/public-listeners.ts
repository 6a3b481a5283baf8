import type { IncomingMessage } from 'node:http';
import { headGuard, LongPollListener, originGuard, WebSocketListener } from '../router/index.js';
import { MAX_HEADER_LINES } from '../web/http-server.js';
import { listenerBasics, type ListenerContext } from './listener-context.js';
import { sessionCookieGuards } from './session-cookie-guard.js';

/** What only the public listener needs. */
export interface PublicListenerContext extends ListenerContext {
  /** A client's address, where a trusted proxy reports it. */
  readonly addressOf: (request: IncomingMessage) => string;
}

/** The two transports of the web server's own port. */
export interface PublicListeners {
  readonly webSockets: WebSocketListener;
  /** Undefined: not configured. */
  readonly longPolls: LongPollListener | undefined;
}

/** The WebSocket and the long-poll for everybody, on the web server's own port; who comes in must prove who he is. */
export function createPublicListeners(context: PublicListenerContext): PublicListeners {
  const { config, addressOf } = context;
  const { wsPath, longPollPath, longPollStatus, allowedOrigins } = config.public;
  const basics = {
    ...listenerBasics(
      context,
      { ...config.public, limits: config.limits },
      { authenticators: context.authenticatorsOf(config.auth.order) },
    ),
    name: 'public',
    guards: [
      headGuard(MAX_HEADER_LINES),
      originGuard(allowedOrigins),
      ...sessionCookieGuards(config.auth.order, config),
    ],
    addressOf,
  };
  const { pingMs, pongMs } = config.limits;
  return {
    webSockets: new WebSocketListener({ ...basics, path: wsPath }),
    longPolls:
      longPollPath === undefined
        ? undefined
        : new LongPollListener({
            ...basics,
            path: longPollPath,
            successStatus: longPollStatus,
            // Who cannot be pinged is gone when a ping would have said so.
            idleMs: pingMs + pongMs,
          }),
  };
}
