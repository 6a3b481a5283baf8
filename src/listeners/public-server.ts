import { fileURLToPath } from 'node:url';
import type { Revocations } from '../auth/revocation/revocations.js';
import type { TokenIssuer } from '../auth/tokens/token.js';
import type { Authentication } from '../authentication/start-authentication.js';
import type { Closers } from '../closers.js';
import type { Config } from '../config/config.js';
import { readinessOf } from '../readiness.js';
import type { Logger } from '../router/index.js';
import { createWebApp } from '../web/app.js';
import { clientAddress } from '../web/client-address.js';
import { HttpProblem } from '../web/http-problem.js';
import { createHttpServer } from '../web/http-server.js';
import { LoginFloodGate } from '../web/login-flood-gate.js';
import type { LoginLimiter } from '../web/login-limiter.js';
import type { TokenSource } from '../web/token-route.js';
import type { WebSessions } from '../web/web-sessions.js';
import { httpApi } from './http-api.js';
import { listen } from './listen.js';
import type { ListenerContext } from './listener-context.js';
import { createPublicListeners } from './public-listeners.js';
import { ticketSource } from './ticket-source.js';

const PUBLIC_DIRECTORY = fileURLToPath(new URL('../../../public', import.meta.url));

const tokenSource = (issuer: TokenIssuer): TokenSource => ({
  issue: (subject, login) => {
    if (!issuer.isReady) throw new HttpProblem(503, 'There is no key to sign tokens with.');
    return issuer.issue(subject, login);
  },
});

/** What stands behind the public pages and the public WebSocket. */
export interface PublicParts {
  readonly context: ListenerContext;
  readonly authentication: Authentication;
  readonly sessions: WebSessions;
  readonly revocations: Revocations;
  readonly attempts: LoginLimiter;
  readonly closers: Closers;
}

/** What the pages are made of beside the configuration. */
export interface PublicOptions {
  readonly config: Config;
  readonly logger: Logger;
  /** The folder of the pages. Default: the package's own `public`. */
  readonly publicDirectory?: string;
}

/**
 * Starts the web server for everybody: pages, tokens, tickets, the HTTP API, and on the same port the WebSocket and the long-poll. Gives its
 * URL; rejects when its port cannot be had.
 */
export async function startPublic(options: PublicOptions, parts: PublicParts): Promise<string> {
  const { config, logger } = options;
  const { context, closers } = parts;
  const app = createPages(options, parts);
  const addressOf = clientAddress(app);
  const gate = new LoginFloodGate({ limiter: parts.attempts, addressOf, logger });
  const { webSockets, longPolls } = createPublicListeners({ ...context, addressOf });
  let isDraining = false;
  const server = createHttpServer((request, response) => {
    if (gate.handle(request, response)) return;
    if (longPolls?.handle(request, response) === true) return;
    if (isDraining) response.writeHead(503, { connection: 'close' }).end();
    else app(request, response);
  });
  webSockets.attach(server);
  closers.addServer(server, {
    drain:
      longPolls &&
      (() => {
        isDraining = true;
        webSockets.close();
        longPolls.drain();
      }),
    close: () => {
      webSockets.close();
      longPolls?.close();
    },
  });
  return `http://${await listen(server, config.public, config.limits.backlog)}`;
}

/** The Express application for everybody. */
function createPages(options: PublicOptions, parts: PublicParts): ReturnType<typeof createWebApp> {
  const { config, logger } = options;
  const { context, authentication, sessions, revocations, closers } = parts;
  const { issuer, users } = authentication;
  const api = httpApi({ config, router: context.router, authentication });
  closers.add(() => api?.clients.close());
  return createWebApp({
    ...(api !== undefined && { api }),
    users,
    tokens: tokenSource(issuer),
    tickets: ticketSource(config, authentication),
    sessions,
    isLoginRevoked: ({ login, at }, user) =>
      revocations.isRevoked({ login, proof: { subject: user.id, issuedAt: at ?? 0 } }),
    isReady: async () => (await readinessOf([authentication.isReady])).isReady,
    logger,
    production: config.production,
    session: config.auth.session,
    publicDirectory: options.publicDirectory ?? PUBLIC_DIRECTORY,
    realm: config.realms[0]?.name ?? '',
    wsPath: config.public.wsPath,
    trustProxy: config.public.trustProxy,
    allowedOrigins: config.public.allowedOrigins,
    loginLimiter: parts.attempts,
  });
}
