import type { RequestHandler } from 'express';

/** Seconds for which a browser may remember the answer to a preflight. */
const preflightMaxAge = 600;

/**
 * Checks a list of origins and makes it a set. Throws a TypeError for one that no browser would send, such as `*`, `null`, or
 * one with a path.
 */
export function parseOrigins(origins: readonly string[]): ReadonlySet<string> {
  for (const origin of origins) {
    const isOrigin = URL.canParse(origin) && new URL(origin).origin === origin && origin !== 'null';
    if (!isOrigin)
      throw new TypeError(`not an origin such as "https://app.example.com": ${origin}`);
  }
  return new Set(origins);
}

/**
 * Lets the pages of exactly these origins read the answers, with credentials; tells every other nothing. Answers preflights
 * (Fetch, CORS protocol). Answers depend on the origin, so they say so to caches.
 */
export function cors(origins: ReadonlySet<string>): RequestHandler {
  return (request, response, next) => {
    response.vary('Origin');
    const origin = request.get('Origin');
    const isAllowed = origin !== undefined && origins.has(origin);
    if (isAllowed) {
      response.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Expose-Headers': 'Retry-After, X-Request-Id',
      });
    }
    if (
      request.method !== 'OPTIONS' ||
      request.get('Access-Control-Request-Method') === undefined
    ) {
      next();
      return;
    }
    if (isAllowed) {
      response.set({
        'Access-Control-Allow-Methods': 'GET, POST',
        'Access-Control-Allow-Headers': 'Authorization, Content-Type, X-CSRF-Token',
        'Access-Control-Max-Age': String(preflightMaxAge),
      });
    }
    response.status(204).end();
  };
}
