import type { Request, RequestHandler, Response } from 'express';
import type { Authentication, Identity } from './authentication.js';
import type { FormGuard } from './form-guard.js';
import { HttpProblem, prefersHtml } from './http-problem.js';
import type { Login } from './login.js';
import type { PageTemplate } from './page-template.js';
import type { WebSessions } from './web-sessions.js';

/** The placeholders of `livestatus.html`. */
export const liveStatusPlaceholders = [
  'csrf_token',
  'message',
  'username',
  'realm',
  'ws_path',
] as const;

/** What {@link liveStatus} needs. */
export interface LiveStatusOptions {
  readonly page: PageTemplate<(typeof liveStatusPlaceholders)[number]>;
  readonly authentication: Authentication;
  readonly sessions: WebSessions;
  readonly forms: FormGuard;
  readonly login: Login;
  /** Users of these roles see the page, others get 403. */
  readonly roles: ReadonlySet<string>;
  /** The WAMP realm that the page joins. */
  readonly realm: string;
  /** The path of the WebSocket on this origin. */
  readonly wsPath: string;
}

/**
 * The dashboard, for users of the roles. A browser that is not signed in gets the log-in form as the body of its 401. One that
 * came with Basic credentials gets a session, so that it can log out.
 */
export function liveStatus(options: LiveStatusOptions): RequestHandler {
  const { page, authentication, sessions, forms, roles, realm, wsPath } = options;
  return async (request, response) => {
    response.vary('Accept, Authorization, Cookie, Sec-Fetch-Dest');
    const identity = await authentication.identify(request, response);
    if (identity === undefined) {
      refuse(options, request, response);
      return;
    }
    const { username, role } = identity.user;
    if (!roles.has(role))
      throw new HttpProblem(403, 'Your role does not entitle you to this page.');
    if (isBasicNavigation(request, identity)) {
      if (isFromElsewhere(request)) {
        // No link of another site signs anybody in: its target may name a user and password of its own.
        response.redirect(303, '/login');
        return;
      }
      await sessions.begin(request, username);
    }
    const token = forms.token(request, response);
    const values = { csrf_token: token, message: '', username, realm, ws_path: wsPath };
    response.type('html').send(page.render(values));
  };
}

function refuse(
  { authentication, login }: LiveStatusOptions,
  request: Request,
  response: Response,
): void {
  const problem = authentication.unauthorized(request);
  if (!prefersHtml(request)) throw problem;
  login.send(request, response, {
    status: problem.status,
    message: '',
    next: request.path,
    headers: problem.headers,
  });
}

function isBasicNavigation(request: Request, { login }: Identity): boolean {
  return login === undefined && request.get('Sec-Fetch-Mode') === 'navigate';
}

function isFromElsewhere(request: Request): boolean {
  const site = request.get('Sec-Fetch-Site') ?? 'none';
  return site !== 'none' && site !== 'same-origin';
}
