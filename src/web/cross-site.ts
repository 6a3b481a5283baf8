import type { Request, RequestHandler } from 'express';
import { HttpProblem } from './http-problem.js';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What {@link refuseCrossSite} lets through. */
export interface CrossSiteOptions {
  /** Origins whose pages may ask all the same. */
  readonly allowedOrigins: ReadonlySet<string>;
  /** `unsafe`: only methods that may change something are checked. */
  readonly methods: 'all' | 'unsafe';
}

/**
 * Refuses (403) what the page of another site makes a browser send, told by Sec-Fetch-Site or, from a browser too old for it,
 * by Origin. A request with neither does not come from a browser.
 */
export function refuseCrossSite({ allowedOrigins, methods }: CrossSiteOptions): RequestHandler {
  return (request, _response, next) => {
    const isChecked =
      methods === 'all' ? request.method !== 'OPTIONS' : !safeMethods.has(request.method);
    if (isChecked && isForeign(request) && !allowedOrigins.has(request.get('Origin') ?? '')) {
      throw new HttpProblem(403, 'A page of another site sent this request.');
    }
    next();
  };
}

function isForeign(request: Request): boolean {
  const site = request.get('Sec-Fetch-Site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = request.get('Origin');
  if (origin === undefined) return false;
  // The scheme is left out: a proxy that ends TLS need not be listed for this check to hold.
  return !URL.canParse(origin) || new URL(origin).host !== request.host;
}
