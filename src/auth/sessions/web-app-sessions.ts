import { createHash } from 'node:crypto';
import {
  AuthenticatorUnavailable,
  silentLogger,
  type Logger,
  type Principal,
} from '../../router/index.js';
import type { CookieSource } from './cookie-authenticator.js';
import type { LoginVerdict, LoginWatch } from './login-watch.js';
import type { Cookie } from './request-cookies.js';
import { WebAppUnavailable, type WebAppClient, type WebAppUser } from './web-app-client.js';

/** What {@link WebAppSessions} needs. */
export interface WebAppSessionsOptions {
  /** The names of the cookies that are forwarded; no other is. */
  readonly cookies: readonly string[];
  readonly client: Pick<WebAppClient, 'ask'>;
  /** How long an answer counts for further sessions of the same cookie. */
  readonly cacheMs: number;
  /** Answers kept. Default 10,000. */
  readonly cacheSize?: number;
  /** The roles that the web application may give; no other. */
  readonly roles: readonly string[];
  readonly watch: Pick<LoginWatch, 'watch'>;
  readonly logger?: Logger;
}

/** Somebody who is logged in, and by which cookies. */
interface Known {
  readonly header: string;
  readonly key: string;
  readonly user: WebAppUser;
}

interface CachedAnswer {
  readonly answer: Promise<WebAppUser | undefined>;
  readonly until: number;
}

/**
 * The sessions of another web application, which says by HTTP whose a cookie is. Its users need not be known here. Who is nobody is not
 * remembered, so that who has just logged in is not refused.
 */
export class WebAppSessions implements CookieSource {
  readonly cookies: readonly string[];
  readonly #options: WebAppSessionsOptions;
  readonly #roles: ReadonlySet<string>;
  readonly #logger: Logger;
  /** By the hash of the cookies, the oldest first; all count equally long. */
  readonly #cache = new Map<string, CachedAnswer>();
  #isDown = false;

  constructor(options: WebAppSessionsOptions) {
    this.cookies = options.cookies;
    this.#options = options;
    this.#roles = new Set(options.roles);
    this.#logger = options.logger ?? silentLogger;
  }

  async identify(cookies: readonly Cookie[]): Promise<Principal | undefined> {
    const header = cookies.map(([name, value]) => `${name}=${value}`).join('; ');
    const key = createHash('sha256').update(header).digest('base64url');
    const user = await this.#lookUp(header, key);
    if (user === undefined) return undefined;
    if (!this.#roles.has(user.role)) {
      this.#logger.error(
        { role: user.role },
        'the web application gave a role that is not its to give',
      );
      return undefined;
    }
    // The hash tells nobody the cookie, and all sessions of one cookie end together.
    const login = `web_app:${key}`;
    this.#options.watch.watch(login, this.#checkOf({ header, key, user }), user.expiresAt);
    return {
      authid: user.sub,
      authrole: user.role,
      authmethod: 'cookie',
      authprovider: 'web_app',
      login,
    };
  }

  async #lookUp(header: string, key: string): Promise<WebAppUser | undefined> {
    try {
      const user = await this.#remembered(header, key);
      return user === undefined || isOver(user) ? undefined : user;
    } catch (error) {
      if (!(error instanceof WebAppUnavailable)) throw error;
      throw new AuthenticatorUnavailable(`the web application: ${error.message}`);
    }
  }

  /** Asks, unless an answer is there or on the way. */
  #remembered(header: string, key: string): Promise<WebAppUser | undefined> {
    const now = Date.now();
    const { cacheMs, cacheSize = 10_000 } = this.#options;
    for (const [old, { until }] of this.#cache) {
      if (until > now && this.#cache.size <= cacheSize) break;
      this.#cache.delete(old);
    }
    const known = this.#cache.get(key);
    if (known !== undefined) return known.answer;
    const answer = this.#ask(header);
    this.#cache.set(key, { answer, until: now + cacheMs });
    const forget = (): void => {
      if (this.#cache.get(key)?.answer === answer) this.#cache.delete(key);
    };
    answer.then((user) => {
      if (user === undefined) forget();
    }, forget);
    return answer;
  }

  async #ask(header: string): Promise<WebAppUser | undefined> {
    try {
      const user = await this.#options.client.ask(header);
      if (this.#isDown) this.#logger.info({}, 'the web application answers again');
      this.#isDown = false;
      return user;
    } catch (error) {
      if (error instanceof WebAppUnavailable && !this.#isDown) {
        this.#isDown = true;
        this.#logger.error({ reason: error.message }, 'the web application does not answer');
      }
      throw error;
    }
  }

  /** Asks again, past the cache, what has become of the web session. */
  #checkOf({ header, key, user: before }: Known): () => Promise<LoginVerdict> {
    let until = before.expiresAt;
    return async () => {
      this.#cache.delete(key);
      const user = await this.#ask(header);
      if (user === undefined) {
        return { isOpen: false, isExpired: until !== undefined && Date.now() >= until };
      }
      until = user.expiresAt;
      if (user.sub !== before.sub) return { isOpen: false, isExpired: false };
      // With another role the client is to come back, and in again.
      if (isOver(user) || user.role !== before.role) return { isOpen: false, isExpired: true };
      return { isOpen: true, until };
    };
  }
}

const isOver = ({ expiresAt = Infinity }: WebAppUser): boolean => Date.now() >= expiresAt;
