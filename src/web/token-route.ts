import express, { type Request, type Response, type Router } from 'express';
import type { Authentication } from './authentication.js';
import { hasAuthorization } from './basic-credentials.js';
import { parseForm } from './form-field.js';
import type { FormGuard } from './form-guard.js';
import { HttpProblem, onlyMethods } from './http-problem.js';

/** A signed token and its times. */
export interface IssuedToken {
  readonly token: string;
  /** Seconds from now. */
  readonly expiresIn: number;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** Unix seconds; from then on a client does well to fetch the next one. */
  readonly refreshAt: number;
}

/** Issues tokens; `login` names the web log-in that they end with. */
export interface TokenSource {
  issue(subject: string, login?: string): IssuedToken;
}

/** What {@link tokenRoute} needs. */
export interface TokenRouteOptions {
  readonly authentication: Authentication;
  readonly forms: FormGuard;
  readonly tokens: TokenSource;
  /** Users of these roles get a token, others 403. */
  readonly roles: ReadonlySet<string>;
}

/**
 * `GET|POST /`: a token for whoever has proven to be a user of one of the roles; the bare token as text/plain, or with its
 * times as JSON. A POST by session needs the form token.
 */
export function tokenRoute(options: TokenRouteOptions): Router {
  const router = express.Router();
  router
    .route('/')
    .get((request, response) => issueToken(options, request, response))
    .post(parseForm, (request, response) => issueToken(options, request, response))
    .all(onlyMethods('GET', 'HEAD', 'POST'));
  return router;
}

async function issueToken(
  { authentication, forms, tokens, roles }: TokenRouteOptions,
  request: Request,
  response: Response,
): Promise<void> {
  response.vary('Accept, Authorization, Cookie');
  const identity = await authentication.identify(request, response);
  if (identity === undefined) throw authentication.unauthorized(request);
  if (request.method === 'POST' && !hasAuthorization(request.rawHeaders)) forms.check(request);
  if (!roles.has(identity.user.role)) {
    throw new HttpProblem(403, 'Your role does not entitle you to a token.');
  }
  const type = request.accepts(['text/plain', 'application/json']);
  if (type === false) throw new HttpProblem(406, 'A token is text/plain or application/json.');
  const issued = tokens.issue(identity.user.id, identity.login);
  if (type === 'text/plain') response.type(type).send(issued.token);
  else response.json(asJson(issued));
}

function asJson({ token, expiresIn, expiresAt, refreshAt }: IssuedToken): object {
  return {
    token,
    token_type: 'Bearer',
    expires_in: expiresIn,
    expires_at: expiresAt,
    refresh_at: refreshAt,
  };
}
