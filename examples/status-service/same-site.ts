import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';
import { sendProblem } from './problem.js';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Keeps other web sites out of a service without a log-in, which only the loopback protects: a page anywhere can make the
 * browser send requests to it. Refused with 403 are a Host that is not the loopback's (a name rebound to it by DNS), and writes
 * that a browser marks as coming from another origin. Clients that are no browsers send none of these headers and pass.
 */
export const refuseOtherSites: RequestHandler = (request, response, next) => {
  const host = request.headers.host ?? '';
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!LOOPBACK.has(host.replace(/:\d+$/, ''))) {
    sendProblem(response, 403, 'this service answers on the loopback only');
  } else if (!reads && !isSameOrigin(request.headers, host)) {
    sendProblem(response, 403, 'requests from other web sites are refused');
  } else {
    next();
  }
};

function isSameOrigin(headers: IncomingHttpHeaders, host: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return headers.origin === undefined || headers.origin === `http://${host}`;
}
