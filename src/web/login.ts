import express, { type Request, type Response, type Router } from 'express';
import type { Logger } from '../router/index.js';
import type { Authentication } from './authentication.js';
import { maxCredentialBytes } from './basic-credentials.js';
import { parseForm, readField } from './form-field.js';
import type { FormGuard } from './form-guard.js';
import { HttpProblem, onlyMethods } from './http-problem.js';
import type { PageTemplate } from './page-template.js';
import type { PasswordLogin, User } from './password-login.js';
import { sameOriginPath } from './same-origin-path.js';
import type { WebSessions } from './web-sessions.js';

/** The placeholders of `login.html`. */
export const loginPlaceholders = ['csrf_token', 'kind', 'message', 'next'] as const;

/** Where a log-in leads that was not sent for. */
const startPage = '/livestatus';

/** What the page says after a redirect; by name, so that no link can put words on it. */
const messages: ReadonlyMap<string, string> = new Map([['signed-out', 'You are logged out.']]);

/** What {@link Login} needs. */
export interface LoginOptions {
  readonly page: PageTemplate<(typeof loginPlaceholders)[number]>;
  readonly passwords: PasswordLogin;
  readonly sessions: WebSessions;
  readonly forms: FormGuard;
  readonly authentication: Authentication;
  readonly logger: Logger;
}

/** What a log-in page is sent with. */
export interface LoginAnswer {
  readonly status: number;
  readonly message: string;
  /** Where the log-in shall lead: a path of this site. */
  readonly next: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Logging in by a form and logging out. */
export class Login {
  readonly #options: LoginOptions;

  constructor(options: LoginOptions) {
    this.#options = options;
  }

  /** `GET|POST /login` and `POST /logout`. */
  router(): Router {
    const router = express.Router();
    router
      .route('/login')
      .get((request, response) => {
        const { message, next } = request.query;
        this.send(request, response, {
          status: 200,
          message: (typeof message === 'string' ? messages.get(message) : undefined) ?? '',
          next: typeof next === 'string' ? sameOriginPath(next) : startPage,
        });
      })
      .post(parseForm, (request, response) => this.#logIn(request, response))
      .all(onlyMethods('GET', 'HEAD', 'POST'));
    router
      .route('/logout')
      .post(parseForm, (request, response) => this.#logOut(request, response))
      .all(onlyMethods('POST'));
    return router;
  }

  /** Answers with the log-in form. */
  send(request: Request, response: Response, answer: LoginAnswer): void {
    const { page, forms } = this.#options;
    const { status, message, next, headers = {} } = answer;
    const token = forms.token(request, response);
    const kind = status < 400 ? 'notice' : 'error';
    const html = page.render({ csrf_token: token, kind, message, next });
    response.status(status).set(headers).type('html').send(html);
  }

  async #logIn(request: Request, response: Response): Promise<void> {
    const { forms, sessions, logger } = this.#options;
    forms.check(request);
    const next = sameOriginPath(readField(request, 'next') ?? startPage);
    let user;
    try {
      user = await this.#verify(request);
    } catch (error) {
      if (!(error instanceof HttpProblem)) throw error;
      const { status, message, headers } = error;
      this.send(request, response, { status, message, next, headers });
      return;
    }
    if (user === undefined) {
      this.#refuse(request, response, next);
      return;
    }
    await sessions.begin(request, user.username);
    logger.info({ username: user.username, peer: request.ip }, 'logged in');
    response.redirect(303, next);
  }

  async #verify(request: Request): Promise<User | undefined> {
    const username = readField(request, 'username') ?? '';
    const password = readField(request, 'password') ?? '';
    const length = Buffer.byteLength(username) + Buffer.byteLength(password);
    if (username === '' || length >= maxCredentialBytes) return undefined;
    return this.#options.passwords.verify({ username, password }, request.ip ?? '');
  }

  #refuse(request: Request, response: Response, next: string): void {
    // The same to the byte whether or not the user exists: the name is not filled in again.
    this.send(request, response, {
      status: 401,
      message: 'User name or password is wrong.',
      next,
      headers: { 'WWW-Authenticate': this.#options.authentication.quietChallenge() },
    });
  }

  async #logOut(request: Request, response: Response): Promise<void> {
    const { forms, sessions, logger } = this.#options;
    const signedIn = sessions.find(request);
    // Somebody whose session has ended meanwhile is logged out already.
    if (signedIn !== undefined) {
      forms.check(request);
      logger.info({ username: signedIn.username, peer: request.ip }, 'logged out');
    }
    await sessions.end(request, response);
    response.redirect(303, '/login?message=signed-out');
  }
}
