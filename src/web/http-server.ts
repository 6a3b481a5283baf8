import { createServer, type RequestListener, type Server } from 'node:http';

/** The time a client has to send the head of a request. */
const headersTimeoutMs = 10_000;

/** The time it has to send the whole of it. */
const requestTimeoutMs = 30_000;

/** How often both are looked at. */
const connectionsCheckingIntervalMs = 5_000;

const maxHeadersCount = 100;

/** An HTTP server for `app`, not listening yet, that does not wait long for slow clients and parses strictly. */
export function createHttpServer(app: RequestListener): Server {
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: connectionsCheckingIntervalMs,
      insecureHTTPParser: false,
    },
    app,
  );
  server.maxHeadersCount = maxHeadersCount;
  return server;
}
