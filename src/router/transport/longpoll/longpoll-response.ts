import { STATUS_CODES, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';

/** What a request of a long-poll client is refused with, beside the reason. */
export interface RefusalDetails {
  /** The close code of a transport that is over. */
  readonly code?: number;
  readonly headers?: OutgoingHttpHeaders;
}

/** The body of an answer. */
export interface AnswerBody {
  readonly type: string;
  readonly bytes: Buffer;
}

/** No cache keeps an answer, and no browser takes it for something else than it says. */
const HEADERS: OutgoingHttpHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Answers with this status, and with nothing else unless a body is given. */
export function answer(
  response: ServerResponse,
  status: number,
  body?: AnswerBody,
  headers?: OutgoingHttpHeaders,
): void {
  const content = body && { 'content-type': body.type, 'content-length': body.bytes.length };
  response.writeHead(status, { ...HEADERS, ...content, ...headers });
  response.end(body?.bytes);
}

/** Answers that the request cannot be served, as problem details (RFC 9457); `reason` names the rule, no internals. */
export function refuse(
  response: ServerResponse,
  status: number,
  reason: string,
  { code, headers }: RefusalDetails = {},
): void {
  const problem = {
    type: 'about:blank',
    title: STATUS_CODES[status],
    status,
    detail: reason,
    ...(code !== undefined && { code }),
  };
  const bytes = Buffer.from(JSON.stringify(problem));
  answer(response, status, { type: 'application/problem+json', bytes }, headers);
}
