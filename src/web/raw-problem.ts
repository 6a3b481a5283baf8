import { STATUS_CODES, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';

/** Answers a request that never gets to the web application with `application/problem+json` (RFC 9457). */
export function sendRawProblem(
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders,
  detail?: string,
): void {
  const body = { type: 'about:blank', title: STATUS_CODES[status], status, detail };
  response
    .writeHead(status, { 'content-type': 'application/problem+json', ...headers })
    .end(JSON.stringify(body));
}
