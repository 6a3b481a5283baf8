import type { Request, RequestHandler, Response } from 'express';
import passport from 'passport';
import { hasAuthorization } from './basic-credentials.js';
import { BasicStrategy } from './basic-strategy.js';
import { HttpProblem } from './http-problem.js';
import type { PasswordLogin, User, UserDirectory } from './password-login.js';
import type { SignedIn, WebSessions } from './web-sessions.js';

/** Who asks. */
export interface Identity {
  readonly user: User;
  /** The log-in of the user's web session; undefined for one who came with Basic credentials alone. */
  readonly login: string | undefined;
}

/** What {@link Authentication} needs. */
export interface AuthenticationOptions {
  readonly users: UserDirectory;
  readonly passwords: PasswordLogin;
  readonly sessions: WebSessions;
  /** The protection space that a browser shows when it asks for a password. */
  readonly basicRealm: string;
  /** Left out: never. */
  readonly isLoginRevoked?: IsLoginRevoked | undefined;
}

/** Whether the log-in of a web session does not count any more. */
export type IsLoginRevoked = (login: SignedIn, user: User) => boolean;

/** Finds out who sends a request: by Basic credentials (RFC 7617) or by a live session. */
export class Authentication {
  readonly #passport = new passport.Passport();
  readonly #users: UserDirectory;
  readonly #sessions: WebSessions;
  readonly #realm: string;
  readonly #isLoginRevoked: IsLoginRevoked;

  constructor(options: AuthenticationOptions) {
    const { users, passwords, sessions, basicRealm } = options;
    this.#isLoginRevoked = options.isLoginRevoked ?? (() => false);
    this.#users = users;
    this.#sessions = sessions;
    this.#realm = `realm="${basicRealm.replace(/["\\]/gu, '\\$&')}"`;
    this.#passport.use(
      new BasicStrategy(this.#basicChallenge(), (credentials, address) =>
        passwords.verify(credentials, address),
      ),
    );
  }

  /**
   * Who sends this request; undefined when nobody is proven. An Authorization header counts alone: a wrong one is not made
   * good by a session. Rejects with an {@link HttpProblem}: 400, 429, 503.
   */
  async identify(request: Request, response: Response): Promise<Identity | undefined> {
    const session = this.#sessions.find(request);
    if (hasAuthorization(request.rawHeaders)) {
      const user = await this.#basic(request, response);
      if (user === undefined) return undefined;
      const isOwn = session?.username === user.username && !this.#isLoginRevoked(session, user);
      return { user, login: isOwn ? session.login : undefined };
    }
    if (session === undefined) return undefined;
    const user = await this.#users.find(session.username);
    if (user !== undefined && !this.#isLoginRevoked(session, user)) {
      return { user, login: session.login };
    }
    await this.#sessions.end(request, response);
    return undefined;
  }

  /** The 401 for somebody unproven. */
  unauthorized(request: Request): HttpProblem {
    return new HttpProblem(401, 'Log in as a user who may see this.', {
      'WWW-Authenticate': this.challenge(request),
    });
  }

  /** The 401 for a token that does not hold (RFC 6750, 3.1). */
  invalidToken(): HttpProblem {
    return new HttpProblem(401, 'The token does not hold, or not any more.', {
      'WWW-Authenticate': `${this.quietChallenge()}, error="invalid_token"`,
    });
  }

  /**
   * The WWW-Authenticate value of a 401. For the fetch of a page it names Bearer, of which browsers make nothing, so that
   * their password dialog stays closed.
   */
  challenge(request: Request): string {
    return request.get('Sec-Fetch-Dest') === 'empty'
      ? this.quietChallenge()
      : this.#basicChallenge();
  }

  /** A challenge at which no browser opens its dialog. */
  quietChallenge(): string {
    return `Bearer ${this.#realm}`;
  }

  #basicChallenge(): string {
    return `Basic ${this.#realm}, charset="UTF-8"`;
  }

  #basic(request: Request, response: Response): Promise<User | undefined> {
    return new Promise((resolve, reject) => {
      const done = (error: unknown, user: unknown): void => {
        if (error instanceof Error) reject(error);
        else resolve(isUser(user) ? user : undefined);
      };
      // eslint-disable-next-line @typescript-eslint/no-unsafe-assignment -- passport's types leave its middleware open
      const authenticate: RequestHandler = this.#passport.authenticate(
        'basic',
        { session: false },
        done,
      );
      void authenticate(request, response, reject);
    });
  }
}

/** What went through passport comes back without its type. */
function isUser(value: unknown): value is User {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && 'id' in value && 'username' in value && 'role' in value;
}
