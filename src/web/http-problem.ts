import { STATUS_CODES } from 'node:http';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { AuthenticatorUnavailable, type Logger } from '../router/index.js';
import { escapeHtml } from './page-template.js';
import { requestId } from './request-log.js';

/**
 * An answer other than success: thrown by a route, sent by {@link problemHandler}. `detail` is read by the client, so it
 * says nothing about the inside of the program.
 */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly code = 'ERR_HTTP_PROBLEM';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Further members of the problem (RFC 9457, section 3.2). */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(
    status: number,
    detail: string,
    headers: Readonly<Record<string, string>> = {},
    members: Readonly<Record<string, unknown>> = {},
  ) {
    super(detail);
    this.status = status;
    this.headers = headers;
    this.members = members;
  }
}

/** Whether the client would rather read HTML than problem+json; one that takes anything would not. */
export function prefersHtml(request: Request): boolean {
  return (
    request.accepts(['application/problem+json', 'application/json', 'text/html']) === 'text/html'
  );
}

/** Refuses what no route took: 404. */
export const notFound: RequestHandler = () => {
  throw new HttpProblem(404, 'There is nothing at this address.');
};

/** Answers OPTIONS with the methods of a route and refuses every other that reaches it: 405. */
export function onlyMethods(...methods: readonly string[]): RequestHandler {
  const allow = [...methods, 'OPTIONS'].join(', ');
  return (request, response) => {
    if (request.method === 'OPTIONS') {
      response.set('Allow', allow).status(204).end();
      return;
    }
    throw new HttpProblem(405, `This address knows only ${allow}.`, { Allow: allow });
  };
}

/**
 * Sends whatever a route threw as `application/problem+json` (RFC 9457), or as a plain page to a client that prefers HTML.
 * Users who cannot be asked for now are 503. Anything but that, an {@link HttpProblem} or a 4xx of express is a defect: logged with its cause, told as 500 without words.
 */
export function problemHandler(logger: Logger): ErrorRequestHandler {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- express knows an error handler by its four parameters
  return (error: unknown, request: Request, response: Response, _next: unknown) => {
    const problem = toProblem(error);
    if (isDefect(error, problem)) {
      logger.error({ err: error, request_id: requestId(response) }, 'a request failed');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendProblem(request, response, problem);
  };
}

const isDefect = (error: unknown, { status }: HttpProblem): boolean =>
  status >= 500 && !(error instanceof HttpProblem) && !(error instanceof AuthenticatorUnavailable);

function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  if (error instanceof AuthenticatorUnavailable) {
    const detail = 'Who you are cannot be found out at the moment. Try again.';
    return new HttpProblem(503, detail, { 'Retry-After': '5' });
  }
  const status = clientErrorStatus(error);
  return status === undefined
    ? new HttpProblem(500, 'The server failed to answer this request.')
    : new HttpProblem(status, 'The request could not be read.');
}

/** Body parser, router and static files mark what the client did wrong by a `status` of 4xx. */
function clientErrorStatus(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status } = error;
  const isClientError = typeof status === 'number' && status >= 400 && status < 500;
  return isClientError && STATUS_CODES[status] !== undefined ? status : undefined;
}

function sendProblem(request: Request, response: Response, problem: HttpProblem): void {
  const title = STATUS_CODES[problem.status] ?? 'Error';
  // A refused log-in reads the same to the byte whoever tried and why; its id is in X-Request-Id.
  const id = problem.status === 401 ? undefined : requestId(response);
  response.status(problem.status).set(problem.headers);
  response.set('Cache-Control', 'no-store').vary('Accept');
  if (prefersHtml(request)) {
    response.type('html').send(problemPage(problem, title, id));
    return;
  }
  const { status, message: detail, members } = problem;
  const body = { ...members, type: 'about:blank', title, status, detail, request_id: id };
  response.type('application/problem+json').send(JSON.stringify(body));
}

function problemPage(problem: HttpProblem, title: string, id: string | undefined): string {
  const reference = id === undefined ? '' : `<p class="login-note">Request ${escapeHtml(id)}</p>`;
  const [way, words] =
    problem.status === 403 ? ['/login', 'Log in as somebody else'] : ['/', 'Go to the start page'];
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${escapeHtml(title)} · Expressway</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="/assets/base.css" />
    <link rel="stylesheet" href="/assets/login.css" />
  </head>
  <body class="login-page">
    <main class="login-card card">
      <a class="brand" href="/">Expressway</a>
      <h1>${escapeHtml(title)}</h1>
      <p>${escapeHtml(problem.message)}</p>
      <p><a class="button" href="${way}">${words}</a></p>
      ${reference}
    </main>
  </body>
</html>
`;
}
