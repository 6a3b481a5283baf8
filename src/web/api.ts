import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { TokenBearer } from '../auth/tokens/token-bearers.js';
import {
  AuthenticationRefused,
  AuthenticatorUnavailable,
  WampError,
  type Principal,
} from '../router/index.js';
import { parseApiBody, parseApiRequest, type ApiRequest } from './api-body.js';
import type { BearerGuard } from './bearer-guard.js';
import { cors } from './cors.js';
import { refuseCrossSite } from './cross-site.js';
import { HttpProblem, onlyMethods } from './http-problem.js';
import type { ClientUse, UserClients } from './user-clients.js';
import { wampProblem } from './wamp-problem.js';

/** What {@link api} needs. */
export interface ApiOptions {
  readonly guard: BearerGuard;
  readonly clients: UserClients;
  /** Who the holder of a token is to the router; undefined: nobody there. */
  readonly principalOf: (login: TokenBearer) => Principal | undefined;
  /** What the permissions of these roles are, as the holder of the token may read them. */
  readonly permissionsOf: (roles: readonly string[]) => readonly object[];
  /** Origins whose pages may use it; left out: none but our own. */
  readonly allowedOrigins: ReadonlySet<string>;
}

/**
 * The stateless API for programs that speak no WAMP: `GET /me`, `POST /publish` and `POST /call`, each with a bearer token and in the
 * user's own name. What the router refuses it tells as a problem (RFC 9457) with the WAMP error in it.
 */
export function api(options: ApiOptions): Router {
  const { allowedOrigins } = options;
  const logins = new WeakMap<Request, TokenBearer>();
  const authenticate: RequestHandler = async (request, _response, next) => {
    logins.set(request, await options.guard.identify(request));
    next();
  };
  const loginOf = (request: Request): TokenBearer => {
    const login = logins.get(request);
    if (login === undefined) throw new TypeError('the guard was passed by');
    return login;
  };
  const router = express.Router();
  router.use(cors(allowedOrigins), refuseCrossSite({ allowedOrigins, methods: 'all' }));
  router
    .route('/me')
    .get(authenticate, (request, response) => {
      response.json(describe(options, loginOf(request)));
    })
    .all(onlyMethods('GET', 'HEAD'));
  router
    .route('/publish')
    .post(authenticate, ...parseApiBody, (request, response) =>
      publish(options, loginOf(request), { request, response }),
    )
    .all(onlyMethods('POST'));
  router
    .route('/call')
    .post(authenticate, ...parseApiBody, (request, response) =>
      call(options, loginOf(request), { request, response }),
    )
    .all(onlyMethods('POST'));
  return router;
}

interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

function describe({ permissionsOf }: ApiOptions, { token, user }: TokenBearer): object {
  const { id, username, role, roles } = user;
  return {
    ...{ id, username, role, roles },
    permissions: permissionsOf(roles),
    ...(token.scope !== undefined && { scope: token.scope }),
    expires_at: token.expiresAt,
  };
}

/** Always acknowledged: an answer before the router has taken the event would be worth nothing. */
async function publish(
  options: ApiOptions,
  login: TokenBearer,
  { request, response }: Exchange,
): Promise<void> {
  const wish = parseApiRequest(request, 'topic');
  const publication = await run(options, login, (client) =>
    client.publish(wish.uri, wish.args, wish.kwargs, wish.options),
  );
  response.json({ publication, topic: wish.uri });
}

async function call(
  options: ApiOptions,
  login: TokenBearer,
  { request, response }: Exchange,
): Promise<void> {
  const wish: ApiRequest = parseApiRequest(request, 'procedure');
  const gone = new AbortController();
  // Nobody waits for the result any more: the callee is told so.
  response.once('close', () => {
    gone.abort();
  });
  const { args, kwargs } = await run(options, login, (client) =>
    client.call(wish.uri, wish.args, wish.kwargs, { ...wish.options, signal: gone.signal }),
  );
  response.json({ args, kwargs });
}

async function run<Result>(
  { clients, principalOf, guard }: ApiOptions,
  login: TokenBearer,
  use: ClientUse<Result>,
): Promise<Result> {
  const principal = principalOf(login);
  if (principal === undefined) throw notForThisRole(guard);
  try {
    return await clients.run(identityOf(principal, login), principal, use);
  } catch (error) {
    if (error instanceof WampError) throw wampProblem(error, guard.insufficientScope());
    if (error instanceof AuthenticationRefused) throw notForThisRole(guard);
    if (error instanceof AuthenticatorUnavailable) {
      throw new HttpProblem(429, 'You have too many sessions.', { 'Retry-After': '10' });
    }
    throw error;
  }
}

const notForThisRole = (guard: BearerGuard): HttpProblem =>
  new HttpProblem(403, 'Your role has no part in this realm.', guard.insufficientScope());

/** Equal where nothing that the router looks at differs: the token itself may be another one. */
const identityOf = (
  { authid, authrole, authroles, login, proof }: Principal,
  { token: { scope } }: TokenBearer,
): string => JSON.stringify([authid, authrole, authroles, login, proof?.subject, scope]);
