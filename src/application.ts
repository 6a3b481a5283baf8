import { revocationProcedures } from './auth/revocation/revocation-procedures.js';
import type { Revocations } from './auth/revocation/revocations.js';
import type { SessionRevoker } from './auth/revocation/session-revoker.js';
import type { UserEntry } from './auth/users/memory-users.js';
import { configuredRevocations } from './authentication/configured-revocations.js';
import { loginWatches } from './authentication/login-watches.js';
import { sessionRevoker, watchUsers } from './authentication/session-ends.js';
import { startAuthentication } from './authentication/start-authentication.js';
import { Closers } from './closers.js';
import type { Config } from './config/config.js';
import type { ListenerConfig } from './config/listener-config.js';
import type { LoadedConfig } from './config/load.js';
import { configuredRealm } from './configured-realm.js';
import type { ListenerContext } from './listeners/listener-context.js';
import { startPublic } from './listeners/public-server.js';
import { startListener, trustedListener } from './listeners/start-listener.js';
import { readinessOf, type Readiness } from './readiness.js';
import { Reload, type Reloadable } from './reload.js';
import { Router, type CloseMode, type Logger, type SessionProcedures } from './router/index.js';
import { LoginLimiter } from './web/login-limiter.js';
import { WebSessions } from './web/web-sessions.js';

/** What an application is made of. */
export interface ApplicationOptions {
  readonly config: Config;
  readonly users: readonly UserEntry[];
  readonly logger: Logger;
  /** Reads the configuration again, for {@link Application.reload}. Left out: nothing can be reloaded. */
  readonly reload?: () => Promise<LoadedConfig>;
  /** The folder of the pages. Default: the package's own `public`. */
  readonly publicDirectory?: string;
}

/** A running application. */
export interface Application {
  /** Where browsers go, e.g. `http://127.0.0.1:8080`. */
  readonly publicUrl: string;
  /** Where backend publishers go, e.g. `ws://127.0.0.1:8081/`, or `ws+unix:` with a path. */
  readonly trustedUrl: string;
  /** Where the further listeners are, by name: `ws:`, `wss:`, `tcp:`, `tls:` and `unix:` URLs. */
  readonly listenerUrls: ReadonlyMap<string, string>;
  /** Makes tokens void before they expire, and ends the sessions that stand on them. */
  readonly revoker: Pick<SessionRevoker, 'revokeToken' | 'revokeUser'>;
  /** Whether it can let people in now, and if not, why. Never rejects. */
  readiness(): Promise<Readiness>;
  /**
   * Reads the configuration and its secret files again and puts the keys of tokens into effect; the log tells what else has changed and needs a
   * restart. Rejects with ConfigError when anything is wrong, and then all stays as it was.
   */
  reload(): Promise<void>;
  /** Ends everything in the reverse order of its beginning. `restart`, the default, lets clients come back. Idempotent. */
  close(mode?: CloseMode): Promise<void>;
}

/**
 * Builds the application that a configuration describes, and starts it: the router, the authentication provider, the web pages with the
 * public WebSocket and long-poll, the trusted listener and the further ones. Rejects, with all closed again, when a port cannot be had.
 */
export async function startApplication(options: ApplicationOptions): Promise<Application> {
  const closers = new Closers();
  try {
    const revocations = configuredRevocations(options.config, options.logger);
    const router = createRouter(options, revocations);
    closers.add(() => closers.serversClosed());
    closers.add((mode) => router.close(mode, options.config.drain.durationMs));
    const attempts = new LoginLimiter(options.config.auth.login);
    const revoker = sessionRevoker(options, { router, revocations });
    const sessions = openWebSessions(options, revoker);
    const authentication = await startAuthentication({
      ...options,
      router,
      revocations,
      attempts,
      findWebSession: (value) => sessions.findByCookie(value),
      watchLogins: loginWatches(router, options.logger, closers),
    });
    closers.add(() => authentication.close());
    watchUsers(options, { router, authentication, revocations, closers });
    const procedures = new Map([...authentication.procedures, ...revocationProcedures(revoker)]);
    await addRealms(options.config, router, procedures);
    const { authenticatorsOf } = authentication;
    const context = { config: options.config, logger: options.logger, router, authenticatorsOf };
    const publicUrl = await startPublic(options, {
      context,
      authentication,
      sessions,
      revocations,
      attempts,
      closers,
    });
    const { trustedUrl, listenerUrls } = await startListeners(context, closers);
    const urls = { publicUrl, trustedUrl, listenerUrls };
    options.logger.info({ ...urls, listenerUrls: Object.fromEntries(listenerUrls) }, 'started');
    const readiness = (): Promise<Readiness> => readinessOf([authentication.isReady]);
    return {
      ...urls,
      revoker,
      readiness,
      reload: reloadOf(options, authentication.reloadables),
      close: (mode = 'restart') => closers.close(mode),
    };
  } catch (error) {
    await closers.close('restart');
    throw error;
  }
}

/** The trusted listener, then the further ones in their order. */
async function startListeners(
  context: ListenerContext,
  closers: Closers,
): Promise<Pick<Application, 'trustedUrl' | 'listenerUrls'>> {
  const start = (listener: ListenerConfig): Promise<string> =>
    startListener(listener, context, ({ server, listener }) => {
      closers.addServer(server, listener);
    });
  const trustedUrl = await start(trustedListener(context.config));
  const listenerUrls = new Map<string, string>();
  for (const listener of context.config.listeners) {
    listenerUrls.set(listener.name, await start(listener));
  }
  return { trustedUrl, listenerUrls };
}

function reloadOf(
  { config, logger, reload: load }: ApplicationOptions,
  parts: readonly Reloadable[],
): Application['reload'] {
  if (load === undefined) {
    return () => Promise.reject(new Error('there is no configuration that could be read again'));
  }
  const reload = new Reload({ config, load, parts, logger });
  return () => reload.run();
}

function createRouter({ config, logger }: ApplicationOptions, revocations: Revocations): Router {
  const { limits } = config;
  return new Router({
    logger,
    helloMs: limits.helloMs,
    authMs: limits.authMs,
    expiryGraceMs: config.expiry.graceMs,
    expiryAction: config.expiry.action,
    callTimeoutMs: limits.callTimeoutMs,
    authorizerMs: limits.authorizerMs,
    unauthenticated: limits.unauthenticated,
    unauthenticatedPerAddress: limits.unauthenticatedPerIp,
    handshakesPerTurn: limits.handshakesPerTurn,
    waitingHandshakes: limits.waitingHandshakes,
    connections: limits.sessions,
    uriLimits: limits.uri,
    // Whoever let it in may have asked already; this is for what was revoked while the answer was on the way.
    isRevoked: (principal) => revocations.isRevoked(principal),
  });
}

async function addRealms(
  { realms, limits }: Config,
  router: Router,
  procedures: SessionProcedures,
): Promise<void> {
  for (const realm of realms) {
    const { options, serve } = configuredRealm(realm, procedures, limits.authorizerMs);
    router.addRealm(options);
    await serve(router);
  }
}

/** The sessions of the web pages; whatever came from a log-in ends with it. */
const openWebSessions = (
  { config, logger }: ApplicationOptions,
  revoker: SessionRevoker,
): WebSessions =>
  new WebSessions(
    config.auth.session,
    config.production,
    (login) => {
      revoker.revokeLogin(login);
    },
    logger,
  );
