import { createServer, type RequestListener, type Server } from 'node:http';
import { sendRawProblem } from './raw-problem.js';

/** The time a client has to send the head of a request. */
const headersTimeoutMs = 10_000;

/** The time it has to send the whole of it. */
const requestTimeoutMs = 30_000;

/** How often both are looked at. */
const connectionsCheckingIntervalMs = 5_000;

/** Lines that a head may have; one with more is refused. */
export const MAX_HEADER_LINES = 100;

/**
 * An HTTP server for `app`, not listening yet, that does not wait long for slow clients, parses strictly, and answers a head of more than
 * {@link MAX_HEADER_LINES} lines with 431. Upgrades are their listeners' to judge.
 */
export function createHttpServer(app: RequestListener): Server {
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      connectionsCheckingInterval: connectionsCheckingIntervalMs,
      insecureHTTPParser: false,
    },
    (request, response) => {
      // Names and values by turns.
      if (request.rawHeaders.length <= 2 * MAX_HEADER_LINES) app(request, response);
      else sendRawProblem(response, 431, { connection: 'close' });
    },
  );
  // One line more than is taken. To more than that, the later versions of Node 22 and 24 answer 431 themselves; others drop lines, and who judges
  // by a header would not miss it.
  server.maxHeadersCount = MAX_HEADER_LINES + 1;
  return server;
}
