import express, { type Request, type Response, type Router } from 'express';
import {
  TooManyTickets,
  type IssuedTicket,
  type TicketGrant,
} from '../auth/tickets/single-use-tickets.js';
import type { Authentication } from './authentication.js';
import { hasAuthorization, MalformedCredentials } from './basic-credentials.js';
import { parseBearerToken } from './bearer-credentials.js';
import { parseForm, readField } from './form-field.js';
import type { FormGuard } from './form-guard.js';
import { HttpProblem, onlyMethods } from './http-problem.js';
import type { User } from './password-login.js';

/** Who asks for a ticket, and what of the proof matters for it. */
export interface TicketClaimant extends Pick<
  TicketGrant,
  'login' | 'expiresAt' | 'issuedAt' | 'proofId' | 'scope'
> {
  readonly user: User;
}

/** What tickets are made of. */
export interface TicketSource {
  /** Throws {@link TooManyTickets}. */
  issue(grant: TicketGrant): IssuedTicket;
  /** Whose token it is; undefined: nobody's, or not any more. */
  readonly findBearer: (token: string) => Promise<TicketClaimant | undefined>;
  /** The roles that a ticket may give in each realm. The first realm is meant when none is named. */
  readonly realms: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What {@link ticketRoute} needs. */
export interface TicketRouteOptions {
  readonly authentication: Authentication;
  readonly forms: FormGuard;
  readonly tickets: TicketSource;
  /** The path of the WebSocket on this origin. */
  readonly wsPath: string;
}

/**
 * `POST /`: a ticket for one session in the realm of the field `realm`, for whoever has proven to be a user: by a token (Bearer), a
 * password (Basic), or a web session, which needs the form token. Answers with JSON.
 */
export function ticketRoute(options: TicketRouteOptions): Router {
  const router = express.Router();
  router
    .route('/')
    .post(parseForm, (request, response) => issueTicket(options, request, response))
    .all(onlyMethods('POST'));
  return router;
}

async function issueTicket(
  options: TicketRouteOptions,
  request: Request,
  response: Response,
): Promise<void> {
  const { tickets, wsPath } = options;
  response.vary('Authorization, Cookie');
  const { user, ...proof } = await findClaimant(options, request, response);
  const realm = realmOf(request, tickets, user);
  const { ticket, expiresAt } = issue(tickets, {
    ...proof,
    subject: user.id,
    authrole: user.role,
    realm,
    address: request.ip ?? '',
  });
  response.json({
    ticket,
    // A millisecond or two have passed since.
    expires_in: Math.round((expiresAt - Date.now()) / 1000),
    expires_at: Math.floor(expiresAt / 1000),
    ws_url: `${request.secure ? 'wss' : 'ws'}://${request.host}${wsPath}`,
  });
}

async function findClaimant(
  { authentication, forms, tickets }: TicketRouteOptions,
  request: Request,
  response: Response,
): Promise<TicketClaimant> {
  const token = bearerTokenOf(request);
  if (token !== undefined) {
    const bearer = await tickets.findBearer(token);
    if (bearer === undefined) throw authentication.invalidToken();
    return bearer;
  }
  const identity = await authentication.identify(request, response);
  if (identity === undefined) throw authentication.unauthorized(request);
  if (!hasAuthorization(request.rawHeaders)) forms.check(request);
  return identity;
}

function bearerTokenOf({ rawHeaders }: Request): string | undefined {
  try {
    return parseBearerToken(rawHeaders);
  } catch (error) {
    if (!(error instanceof MalformedCredentials)) throw error;
    throw new HttpProblem(400, 'The Authorization header is malformed.');
  }
}

/** The realm asked for, in which the user's role must be one that a ticket may give. What exists is told to nobody who may not enter. */
function realmOf(request: Request, { realms }: TicketSource, user: User): string {
  const [first = ''] = realms.keys();
  const realm = readField(request, 'realm') ?? first;
  if (realms.get(realm)?.has(user.role) === true) return realm;
  throw new HttpProblem(403, 'Your role does not entitle you to a ticket for this realm.');
}

function issue(tickets: TicketSource, grant: TicketGrant): IssuedTicket {
  try {
    return tickets.issue(grant);
  } catch (error) {
    if (!(error instanceof TooManyTickets)) throw error;
    const seconds = Math.max(1, Math.ceil(error.retryAfterMs / 1000));
    const headers = { 'Retry-After': String(seconds) };
    throw error.isOfUser
      ? new HttpProblem(429, 'You have too many tickets that were not used.', headers)
      : new HttpProblem(503, 'There are too many tickets that were not used.', headers);
  }
}
