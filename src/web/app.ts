import { join } from 'node:path';
import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from '../router/index.js';
import { api, type ApiOptions } from './api.js';
import { Authentication, type IsLoginRevoked } from './authentication.js';
import { BearerGuard, type BearerGuardOptions } from './bearer-guard.js';
import { cors, parseOrigins } from './cors.js';
import { refuseCrossSite } from './cross-site.js';
import { FormGuard } from './form-guard.js';
import { health } from './health.js';
import { notFound, onlyMethods, problemHandler } from './http-problem.js';
import { liveStatus, liveStatusPlaceholders } from './live-status.js';
import { LoginLimiter, type LoginLimits } from './login-limiter.js';
import { Login, loginPlaceholders } from './login.js';
import { PageTemplate } from './page-template.js';
import { PasswordLogin, type UserDirectory } from './password-login.js';
import { requestLog } from './request-log.js';
import { securityHeaders } from './security-headers.js';
import { staticFiles } from './static-files.js';
import { ticketRoute, type TicketSource } from './ticket-route.js';
import { tokenRoute, type TokenSource } from './token-route.js';
import { WebSessions, type SessionOptions } from './web-sessions.js';

/** All that the web pages need from the rest of the application. */
export interface WebOptions {
  readonly users: UserDirectory;
  readonly tokens: TokenSource;
  /** Left out: there is no `/ticket`. */
  readonly tickets?: TicketSource | undefined;
  /** Called when a web log-in ends; ends the WAMP sessions that came from it and refuses its tokens. Left out: nothing does. */
  readonly endLogin?: (login: string) => void;
  /** Whether a web log-in, or all of its user at that time, was revoked otherwise; left out: never. */
  readonly isLoginRevoked?: IsLoginRevoked;
  /** Whether people can be let in: what `/readyz` says. */
  readonly isReady: () => Promise<boolean>;
  readonly logger: Logger;
  /** Secure cookies and Strict-Transport-Security; short secrets are refused. */
  readonly production: boolean;
  readonly session: SessionOptions;
  /** The web sessions, where others look at them too, with an `endLogin` of their own; left out: made as `session` says. */
  readonly sessions?: WebSessions;
  /** The folder of `login.html`, `livestatus.html` and `assets`. */
  readonly publicDirectory: string;
  /** The WAMP realm that the dashboard joins. */
  readonly realm: string;
  /** The path of the WebSocket on this origin. */
  readonly wsPath: string;
  /** Addresses and networks of proxies whose X-Forwarded-* are believed; left out: none. */
  readonly trustProxy?: readonly string[];
  /** Origins whose pages may fetch tokens; left out: none but our own. */
  readonly allowedOrigins?: readonly string[];
  /** What differs from `defaultLoginLimits`. */
  readonly loginLimits?: Partial<LoginLimits>;
  /** Counts wrong passwords, where others count with it; left out: one of our own, with these limits. */
  readonly loginLimiter?: LoginLimiter;
  /** Users of these roles get tokens and the dashboard; left out: `admin`. */
  readonly tokenRoles?: readonly string[];
  /** The API for programs that bring a bearer token; left out: there is none. */
  readonly api?: WebApiOptions;
  /** What a browser's password dialog calls this site; left out: `Expressway`. */
  readonly basicRealm?: string;
}

/** The stateless API, and where it is. */
export interface WebApiOptions
  extends
    Pick<ApiOptions, 'clients' | 'principalOf' | 'permissionsOf'>,
    Pick<BearerGuardOptions, 'bearers' | 'audience'> {
  /** The path below which its routes are. */
  readonly path: string;
}

/**
 * The Express application of Expressway: log-in, tokens, dashboard, static files. It does not listen: give it to
 * `createHttpServer` or mount it in an application of yours. Throws when an option is wrong or a page is missing.
 */
export function createWebApp(options: WebOptions): Express {
  const { logger, production, publicDirectory } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.set('trust proxy', [...(options.trustProxy ?? [])]);
  // Asked every few seconds: not for the log.
  app.use(['/livez', '/readyz'], securityHeaders(production), noStore);
  app.use(health(options.isReady));
  app.use(requestLog(logger), securityHeaders(production), staticFiles(publicDirectory), noStore);
  if (options.api !== undefined) addApi(app, options.api, options);
  addPages(app, options);
  app.use(notFound, problemHandler(logger));
  return app;
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

const DEFAULT_REALM = 'Expressway';

/** Before the pages: it knows no session and no cookie. */
function addApi(app: Express, { path, ...rest }: WebApiOptions, options: WebOptions): void {
  const { logger, basicRealm: realm = DEFAULT_REALM, allowedOrigins = [] } = options;
  const guard = new BearerGuard({ ...rest, realm, logger });
  app.use(path, api({ ...rest, guard, allowedOrigins: parseOrigins(allowedOrigins) }));
}

function addPages(app: Express, options: WebOptions): void {
  const { users, tokens, logger, publicDirectory, realm, wsPath } = options;
  const { session, production, endLogin = () => undefined } = options;
  const sessions = options.sessions ?? new WebSessions(session, production, endLogin, logger);
  const forms = new FormGuard({ ...session, sessions });
  const limiter = options.loginLimiter ?? new LoginLimiter(options.loginLimits);
  const passwords = new PasswordLogin(users, limiter, logger);
  const basicRealm = options.basicRealm ?? DEFAULT_REALM;
  const authentication = new Authentication({
    users,
    passwords,
    sessions,
    basicRealm,
    isLoginRevoked: options.isLoginRevoked,
  });
  const roles = new Set(options.tokenRoles ?? ['admin']);
  const loginPage = PageTemplate.read(join(publicDirectory, 'login.html'), loginPlaceholders);
  const login = new Login({ page: loginPage, passwords, sessions, forms, authentication, logger });
  const page = PageTemplate.read(join(publicDirectory, 'livestatus.html'), liveStatusPlaceholders);
  const origins = parseOrigins(options.allowedOrigins ?? []);

  app.use(sessions.middleware);
  app.use(
    '/get_token',
    cors(origins),
    // Also GET: cookies and cached passwords go along with it, and what it answers is a secret.
    refuseCrossSite({ allowedOrigins: origins, methods: 'all' }),
    tokenRoute({ authentication, forms, tokens, roles }),
  );
  if (options.tickets !== undefined) {
    const { tickets } = options;
    app.use(
      '/ticket',
      cors(origins),
      refuseCrossSite({ allowedOrigins: origins, methods: 'all' }),
      ticketRoute({ authentication, forms, tickets, wsPath }),
    );
  }
  app.use(refuseCrossSite({ allowedOrigins: new Set(), methods: 'unsafe' }));
  app.use(login.router());
  app
    .route('/livestatus')
    .get(liveStatus({ page, authentication, sessions, forms, login, roles, realm, wsPath }))
    .all(onlyMethods('GET', 'HEAD'));
  app
    .route('/')
    .get((request, response) => {
      response.redirect(302, sessions.find(request) === undefined ? '/login' : '/livestatus');
    })
    .all(onlyMethods('GET', 'HEAD'));
}
