import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from '../router/index.js';

const requestIdHeader = 'X-Request-Id';

/** A path longer than this is cut in the log. */
const maxLoggedPath = 256;

/**
 * Names every request (`X-Request-Id`, never taken from the client) and logs it once it is over. The query, the headers and
 * the body are not logged: they may hold secrets.
 */
export function requestLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    const id = randomUUID();
    response.set(requestIdHeader, id);
    const fields = {
      request_id: id,
      method: request.method,
      path: request.path.slice(0, maxLoggedPath),
      peer: request.ip,
    };
    response.once('close', () => {
      const durationMs = Math.round(performance.now() - startedAt);
      const status = response.statusCode;
      logger.info(
        { ...fields, status, duration_ms: durationMs, finished: response.writableFinished },
        'request',
      );
    });
    next();
  };
}

/** The name that {@link requestLog} gave to the request of this response. */
export function requestId(response: Response): string | undefined {
  return response.get(requestIdHeader);
}
