import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import { silentLogger, type Logger } from '../router/index.js';
import { HttpProblem } from './http-problem.js';
import { keyOf, SessionStore } from './session-store.js';

declare module 'express-session' {
  interface SessionData {
    signedIn: SignedIn;
  }
}

/** How web sessions are kept. */
export interface SessionOptions {
  /** The cookie's name; the prefix `__Host-` needs `secure`. */
  readonly cookie: string;
  /** Keys that sign the cookie, the newest first; the others still verify. */
  readonly secrets: readonly string[];
  /** Milliseconds for which a session lives without a request. */
  readonly ttlMs: number;
  /** The most sessions; the one unused for longest is ended for a new one. */
  readonly max: number;
  /** The journal from which sessions come back after a restart; left out: they end with the process. One process a file. */
  readonly file?: string | undefined;
  /** Whether the cookie goes over HTTPS only; left out: in production. */
  readonly secure?: boolean;
}

/** Who a session belongs to. */
export interface SignedIn {
  readonly username: string;
  /** Names this one log-in (128 bits, base64url); it is in the claims of its tokens, never in a cookie. */
  readonly login: string;
  /** When that was, in Unix seconds; left out: before that was noted. */
  readonly at?: number;
}

/** A session that is open. */
export interface OpenSession extends SignedIn {
  /** Whether it still is. */
  readonly isOpen: () => boolean;
}

/** The shortest secret that production accepts, in characters. */
const minSecretLength = 32;

/**
 * The sessions of people who logged in, in a bounded store. Nobody gets one before logging in, so a flood of visitors cannot
 * push out those who did. The cookie ends with the browser; the session ends when it is unused for `ttlMs`.
 */
export class WebSessions {
  /** Gives each request its session. */
  readonly middleware: RequestHandler;
  /** Whether cookies go over HTTPS only. */
  readonly secure: boolean;
  readonly #cookie: string;
  readonly #secrets: readonly string[];
  readonly #store: SessionStore;
  readonly #endLogin: (login: string) => void;

  /** Throws a TypeError for a cookie name or secret that gives no protection. */
  constructor(
    options: SessionOptions,
    production: boolean,
    endLogin: (login: string) => void,
    logger: Logger = silentLogger,
  ) {
    this.secure = options.secure ?? production;
    checkOptions(options, production, this.secure);
    this.#cookie = options.cookie;
    this.#secrets = options.secrets;
    this.#store = new SessionStore({ ...options, logger });
    this.#endLogin = endLogin;
    this.middleware = session({
      name: options.cookie,
      secret: [...options.secrets],
      store: this.#store,
      cookie: { httpOnly: true, secure: this.secure, sameSite: 'lax', path: '/' },
      resave: false,
      saveUninitialized: false,
    });
  }

  /** Who is signed in by this request's session, if anybody. */
  find(request: { readonly session?: Partial<session.SessionData> }): SignedIn | undefined {
    // A request whose session was ended on the way has none, whatever express-session's types say.
    return request.session?.signedIn;
  }

  /** Who is signed in by a value of the session cookie, as it came; looking does not count as a use of the session. */
  findByCookie(value: string): OpenSession | undefined {
    const key = this.#keyOf(value);
    const signedIn = key === undefined ? undefined : this.#store.peek(key)?.signedIn;
    if (key === undefined || signedIn === undefined) return undefined;
    const isOpen = (): boolean => this.#store.peek(key)?.signedIn.login === signedIn.login;
    return { ...signedIn, isOpen };
  }

  /** Gives `username` a new session under a new id, and ends the log-in of the one before. Returns the login's name. */
  async begin(request: Request, username: string): Promise<string> {
    if (this.secure && !request.secure) {
      // express-session would silently leave the cookie out.
      throw new HttpProblem(403, 'Logging in needs HTTPS. Behind a proxy, list it in trust_proxy.');
    }
    const before = this.find(request);
    await promisify(request.session.regenerate.bind(request.session))();
    if (before !== undefined) this.#endLogin(before.login);
    const login = randomBytes(16).toString('base64url');
    request.session.signedIn = { username, login, at: Date.now() / 1000 };
    await promisify(request.session.save.bind(request.session))();
    return login;
  }

  /** Ends the session, its cookie and whatever else the log-in opened. Without a session: only clears the cookie. */
  async end(request: Request, response: Response): Promise<void> {
    const before = this.find(request);
    response.clearCookie(this.#cookie, {
      httpOnly: true,
      secure: this.secure,
      sameSite: 'lax',
      path: '/',
    });
    try {
      // First the session, so that it gives out no token after its log-in has ended.
      await promisify(request.session.destroy.bind(request.session))();
    } finally {
      if (before !== undefined) this.#endLogin(before.login);
    }
  }

  /** Under what the session of a signed cookie (`s:`, the id, a dot, its signature) is kept. */
  #keyOf(value: string): string | undefined {
    const text = decode(value);
    const dot = text.lastIndexOf('.');
    if (!text.startsWith('s:') || dot === -1) return undefined;
    const [id, signature] = [text.slice(2, dot), text.slice(dot + 1)];
    const isOurs = this.#secrets.some((secret) => isSignature(signature, id, secret));
    return isOurs ? keyOf(id) : undefined;
  }
}

/** Whether `signature` is that of `id`, as express-session signs: HMAC-SHA256 in Base64 without padding. */
function isSignature(signature: string, id: string, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/u, '');
  const [left, right] = [Buffer.from(signature), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}

function checkOptions(options: SessionOptions, production: boolean, secure: boolean): void {
  if (/^__(?:Host|Secure)-/u.test(options.cookie) && !secure) {
    throw new TypeError(
      `session cookie ${options.cookie}: browsers refuse this prefix without Secure`,
    );
  }
  if (options.secrets.length === 0 || options.secrets.some((secret) => secret === '')) {
    throw new TypeError('session secrets: at least one, none of them empty');
  }
  if (production && options.secrets.some((secret) => secret.length < minSecretLength)) {
    throw new TypeError(`session secrets: at least ${minSecretLength} characters in production`);
  }
}
