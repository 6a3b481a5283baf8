import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { EndedLogins } from './auth/ended-logins.js';
import { RoleAuthorizer } from './auth/role-authorizer.js';
import type { UserEntry } from './auth/users/memory-users.js';
import { startAuthentication, type Authentication } from './authentication.js';
import type { Config } from './config/config.js';
import {
  createPublicListener,
  createTrustedListener,
  createTrustedServer,
  listenOnPort,
  listenOnSocket,
} from './listeners.js';
import { Router, Uri, type CloseMode, type Logger } from './router/index.js';
import { createWebApp } from './web/app.js';
import { clientAddress } from './web/client-address.js';
import { HttpProblem } from './web/http-problem.js';
import { createHttpServer } from './web/http-server.js';

/** What an application is made of. */
export interface ApplicationOptions {
  readonly config: Config;
  readonly users: readonly UserEntry[];
  readonly logger: Logger;
  /** The folder of the pages. Default: the package's own `public`. */
  readonly publicDirectory?: string;
}

/** A running application. */
export interface Application {
  /** Where browsers go, e.g. `http://127.0.0.1:8080`. */
  readonly publicUrl: string;
  /** Where backend publishers go, e.g. `ws://127.0.0.1:8081/`, or `ws+unix:` with a path. */
  readonly trustedUrl: string;
  /** Ends everything in the reverse order of its beginning. `restart`, the default, lets clients come back. Idempotent. */
  close(mode?: CloseMode): Promise<void>;
}

const PUBLIC_DIRECTORY = fileURLToPath(new URL('../../public', import.meta.url));

/** What is to be undone at the end, last first. */
class Closers {
  readonly #closers: ((mode: CloseMode) => Promise<void> | void)[] = [];
  readonly #servers: Server[] = [];
  #closed: Promise<void> | undefined;

  add(closer: (mode: CloseMode) => Promise<void> | void): void {
    this.#closers.push(closer);
  }

  /** A server takes no more connections first of all; those that became WebSockets are the router's to close. */
  addServer(server: Server, listener: { close(): void }): void {
    this.#servers.push(server);
    this.add(() => {
      listener.close();
      server.close();
    });
  }

  /** Ends the requests that are still under way, and waits for the last socket. */
  async serversClosed(): Promise<void> {
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(this.#servers.map(countedOut));
  }

  close(mode: CloseMode): Promise<void> {
    this.#closed ??= this.#closeAll(mode);
    return this.#closed;
  }

  async #closeAll(mode: CloseMode): Promise<void> {
    for (const closer of this.#closers.toReversed()) await closer(mode);
  }
}

/** Resolves when a server that was told to close has no connection left. */
const countedOut = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.getConnections((_error, count) => {
      if (count === 0) resolve();
      else server.once('close', resolve);
    });
  });

/**
 * Builds the application that a configuration describes, and starts it: the router, the authentication provider, the web pages with the
 * public WebSocket, and the trusted listener. Rejects, with all closed again, when a port cannot be had.
 */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const closers = new Closers();
  try {
    const endedLogins = new EndedLogins({ keepMs: longestTokenLife(options.config) });
    const router = createRouter(options, endedLogins);
    closers.add(() => closers.serversClosed());
    closers.add((mode) => router.close(mode, options.config.drain.durationMs));
    const authentication = await startAuthentication({ ...options, router, endedLogins });
    closers.add(() => authentication.close());
    const publicUrl = await startPublic(options, {
      router,
      authentication,
      endedLogins,
      closers,
    });
    const trustedUrl = await startTrusted(options, router, closers);
    options.logger.info({ publicUrl, trustedUrl }, 'started');
    return { publicUrl, trustedUrl, close: (mode = 'restart') => closers.close(mode) };
  } catch (error) {
    await closers.close('restart');
    throw error;
  }
}

/** How long a token may be about after its log-in ended. */
const longestTokenLife = ({ auth: { jwt } }: Config): number => jwt.maxTtlMs + jwt.clockToleranceMs;

function createRouter({ config, logger }: ApplicationOptions, endedLogins: EndedLogins): Router {
  const { limits } = config;
  const router = new Router({
    logger,
    helloMs: limits.helloMs,
    authMs: limits.authMs,
    expiryGraceMs: config.expiry.graceMs,
    callTimeoutMs: limits.callTimeoutMs,
    unauthenticated: limits.unauthenticated,
    unauthenticatedPerAddress: limits.unauthenticatedPerIp,
    connections: limits.sessions,
    uriLimits: limits.uri,
    // The provider has asked already; this is for a log-out while its answer was on the way.
    isRevoked: ({ login }) => login !== undefined && endedLogins.isEnded(login, Date.now() / 1000),
  });
  for (const { name, roles } of config.realms) {
    router.addRealm({
      name,
      authorizer: new RoleAuthorizer({
        roles: new Map(roles.map((role) => [role.name, role.permissions])),
      }),
      roles: new Map(roles.map((role) => [role.name, { limits: role.limits }])),
    });
  }
  return router;
}

const NO_ISSUER = {
  issue: () => {
    throw new HttpProblem(503, 'No key to sign tokens with is configured.');
  },
};

interface PublicParts {
  readonly router: Router;
  readonly authentication: Authentication;
  readonly endedLogins: EndedLogins;
  readonly closers: Closers;
}

async function startPublic(options: ApplicationOptions, parts: PublicParts): Promise<string> {
  const { config, logger } = options;
  const { router, authentication, endedLogins, closers } = parts;
  const { issuer, users, authenticators } = authentication;
  const app = createWebApp({
    users,
    tokens: issuer ?? NO_ISSUER,
    endLogin: (login) => {
      endedLogins.end(login);
      router.endSessions((principal) => principal.login === login, Uri.killed, 'logged out');
    },
    logger,
    production: config.production,
    session: config.auth.session,
    publicDirectory: options.publicDirectory ?? PUBLIC_DIRECTORY,
    realm: config.realms[0]?.name ?? '',
    wsPath: config.public.wsPath,
    trustProxy: config.public.trustProxy,
    allowedOrigins: config.public.allowedOrigins,
    loginLimits: config.auth.login,
  });
  const server = createHttpServer(app);
  const addressOf = clientAddress(app);
  const listener = createPublicListener({ config, router, logger, authenticators, addressOf });
  listener.attach(server);
  closers.addServer(server, listener);
  const address = await listenOnPort(server, config.public.host, config.public.port);
  return `http://${address}`;
}

async function startTrusted(
  options: ApplicationOptions,
  router: Router,
  closers: Closers,
): Promise<string> {
  const { config, logger } = options;
  const { host, port, unix, mode } = config.trusted;
  const server = createTrustedServer();
  const listener = createTrustedListener({ config, router, logger });
  listener.attach(server);
  closers.addServer(server, listener);
  if (unix !== undefined) await listenOnSocket(server, unix, mode);
  const url =
    unix === undefined ? `ws://${await listenOnPort(server, host, port)}/` : `ws+unix:${unix}:/`;
  return url;
}
