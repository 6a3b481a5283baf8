import type { Principal } from '../../router/index.js';
import type { UserProvider } from '../users/user-provider.js';
import type { CookieSource } from './cookie-authenticator.js';
import type { LoginWatch } from './login-watch.js';
import type { Cookie } from './request-cookies.js';

/** A web session of this program that is open. */
export interface OpenWebSession {
  readonly username: string;
  /** Names the log-in that it is of. */
  readonly login: string;
  /** When that was, in Unix seconds; left out: unknown. */
  readonly at?: number;
  /** Whether it still is open. */
  readonly isOpen: () => boolean;
}

/** What {@link OwnWebSessions} needs. */
export interface OwnWebSessionsOptions {
  /** The name of the session cookie. */
  readonly cookie: string;
  /** The session of a value of that cookie, as it came. */
  readonly find: (value: string) => OpenWebSession | undefined;
  readonly users: Pick<UserProvider, 'find'>;
  readonly watch: Pick<LoginWatch, 'watch'>;
}

/** The web sessions of this program: whoever has logged in to its pages. */
export class OwnWebSessions implements CookieSource {
  readonly cookies: readonly string[];
  readonly #options: OwnWebSessionsOptions;

  constructor(options: OwnWebSessionsOptions) {
    this.cookies = [options.cookie];
    this.#options = options;
  }

  async identify([first]: readonly Cookie[]): Promise<Principal | undefined> {
    const { find, users, watch } = this.#options;
    const session = first && find(first[1]);
    if (session === undefined) return undefined;
    const user = await users.find(session.username);
    // Again after the wait: a log-out during it must not be missed.
    if (user === undefined || !session.isOpen()) return undefined;
    const { login } = session;
    // Who logs out is told so at once; what is found closed here has run out, or was pushed out.
    watch.watch(login, () =>
      session.isOpen() ? { isOpen: true } : { isOpen: false, isExpired: true },
    );
    return {
      authid: user.username,
      authrole: user.role,
      authroles: user.roles,
      authmethod: 'cookie',
      authprovider: 'web_session',
      login,
      proof: { subject: user.id, issuedAt: session.at ?? 0 },
    };
  }
}
