import type { ErrorRequestHandler, Response } from 'express';
import type { Log } from '../wamp-session.js';
import { StoreFull } from './status-store.js';

/** Answers with `application/problem+json` (RFC 9457). `detail` is shown to the caller: no internals. */
export function sendProblem(
  response: Response,
  status: number,
  detail: string,
  extra: object = {},
): void {
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type: 'about:blank', title: TITLES[status], status, detail, ...extra }));
}

/** The last handler of the app: what went wrong becomes a problem; only what is our own fault is logged. */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (cause: unknown, _request, response, next) => {
    if (response.headersSent) {
      next(cause);
    } else if (cause instanceof StoreFull) {
      if (cause.bound === 'backlog') response.set('Retry-After', '5');
      sendProblem(response, cause.bound === 'users' ? 409 : 503, cause.message);
    } else if (isClientError(cause)) {
      sendProblem(response, cause.status, DETAILS[cause.type] ?? 'the request cannot be read');
    } else {
      log.error('a request failed:', cause);
      response.set('Retry-After', '5');
      sendProblem(response, 503, 'the status store cannot be reached');
    }
  };
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  503: 'Service Unavailable',
};

const DETAILS: Readonly<Record<string, string>> = {
  'entity.parse.failed': 'the body is not JSON',
  'entity.too.large': 'the body is too large',
  'charset.unsupported': 'the body must be UTF-8',
  'encoding.unsupported': 'the content encoding is not supported',
};

/** What Express and its body parser throw for a request that is at fault. */
function isClientError(cause: unknown): cause is { status: number; type: string } {
  return (
    cause instanceof Error &&
    'status' in cause &&
    typeof cause.status === 'number' &&
    cause.status >= 400 &&
    cause.status < 500
  );
}
