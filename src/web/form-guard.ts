import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import { HttpProblem } from './http-problem.js';
import { readField } from './form-field.js';
import type { WebSessions } from './web-sessions.js';

/** Where a request carries the token: a form in its field, a script in the header. */
const tokenField = 'csrf_token';
const tokenHeader = 'X-CSRF-Token';
const nonceLength = 22;

/** What {@link FormGuard} needs. */
export interface FormGuardOptions {
  /** The session cookie's name; the cookie of those who have no session is named after it. */
  readonly cookie: string;
  /** Keys that make tokens, the newest first; the others still verify. */
  readonly secrets: readonly string[];
  readonly sessions: WebSessions;
}

/**
 * Tokens in forms against cross-site request forgery. A token is a MAC of the session's id or, before anybody has logged in,
 * of a random cookie, so that showing the log-in form to strangers takes no memory.
 */
export class FormGuard {
  readonly #cookie: string;
  readonly #secrets: readonly string[];
  readonly #sessions: WebSessions;

  constructor(options: FormGuardOptions) {
    this.#cookie = `${options.cookie}-form`;
    this.#secrets = options.secrets;
    this.#sessions = options.sessions;
  }

  /** The token for the forms of this response; may set a cookie. */
  token(request: Request, response: Response): string {
    const binding = this.#binding(request) ?? this.#newNonce(response);
    return this.#mac(binding, this.#secrets[0] ?? '').toString('base64url');
  }

  /** Throws 403 unless the request carries a token made for its session, in the field `csrf_token` or in X-CSRF-Token. */
  check(request: Request): void {
    const binding = this.#binding(request);
    const given = readField(request, tokenField) ?? request.get(tokenHeader) ?? '';
    const mac = Buffer.from(given, 'base64url');
    const isKnown = this.#secrets.some(
      (secret) => binding !== undefined && isEqual(mac, this.#mac(binding, secret)),
    );
    if (!isKnown) {
      throw new HttpProblem(403, 'This form has expired. Go back, load the page again and retry.');
    }
  }

  #binding(request: Request): string | undefined {
    if (this.#sessions.find(request) !== undefined) return `session ${request.sessionID}`;
    const nonce = readCookie(request.headers.cookie ?? '', this.#cookie);
    return nonce?.length === nonceLength ? `visitor ${nonce}` : undefined;
  }

  #newNonce(response: Response): string {
    const nonce = randomBytes(16).toString('base64url');
    response.cookie(this.#cookie, nonce, {
      httpOnly: true,
      secure: this.#sessions.secure,
      sameSite: 'lax',
      path: '/',
    });
    return `visitor ${nonce}`;
  }

  #mac(binding: string, secret: string): Buffer {
    return createHmac('sha256', secret).update(`form token for ${binding}`).digest();
  }
}

function isEqual(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function readCookie(header: string, name: string): string | undefined {
  const pair = header.split(';').find((part) => part.trimStart().startsWith(`${name}=`));
  return pair?.slice(pair.indexOf('=') + 1).trim();
}
