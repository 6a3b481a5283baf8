import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createNetServer, type Server as NetServer } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Config } from '../config/config.js';
import type { ListenerConfig, TlsConfig } from '../config/listener-config.js';

/** The time a client has to send the head of an upgrade request. */
const HEADERS_TIMEOUT_MS = 10_000;
/** How often that is looked at. */
const CONNECTIONS_CHECKING_MS = 5000;

/** The server of a WebSocket listener, plain or with TLS, not listening yet: it answers nothing but upgrades. */
export function createUpgradeServer(
  { tls, admission }: ListenerConfig,
  { limits }: Config,
): Server {
  const options = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CONNECTIONS_CHECKING_MS,
    insecureHTTPParser: false,
  };
  const answer = upgradeRequired(
    admission.isTrusted ? 'This is the trusted URL: connect' : 'Connect',
  );
  const server =
    tls === undefined
      ? createHttpServer(options, answer)
      : createHttpsServer(
          { ...options, ...tlsOptions(tls), handshakeTimeout: limits.helloMs },
          answer,
        );
  // Beyond a number of lines Node drops headers, and what the guards refuse would pass unseen. A head has 16 KiB at most.
  server.maxHeadersCount = 0;
  return server;
}

/** The server of a RawSocket listener, plain or with TLS, not listening yet. */
export function createStreamServer({ tls }: ListenerConfig, { limits }: Config): NetServer {
  if (tls === undefined) return createNetServer();
  const server = createTlsServer({ ...tlsOptions(tls), handshakeTimeout: limits.helloMs });
  // Node tells of a handshake that took too long, and leaves the connection open.
  return server.on('tlsClientError', (_error, socket) => {
    socket.destroy();
  });
}

/** A certificate that nobody vouches for is as good as none: what it means is for the authmethods to say. */
const tlsOptions = ({ cert, key, client }: TlsConfig): TlsOptions => ({
  cert,
  key,
  ...(client && { ca: client.ca, requestCert: true, rejectUnauthorized: client.isRequired }),
});

const upgradeRequired =
  (connect: string): RequestListener =>
  (_request, response) => {
    response.writeHead(426, { connection: 'close', 'content-type': 'text/plain' });
    response.end(`${connect} by WebSocket with a subprotocol of WAMP such as wamp.2.json.\n`);
  };
