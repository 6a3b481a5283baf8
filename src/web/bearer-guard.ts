import type { Request } from 'express';
import { InvalidToken } from '../auth/tokens/invalid-token.js';
import type { TokenBearer, TokenBearers } from '../auth/tokens/token-bearers.js';
import type { Logger } from '../router/index.js';
import { MalformedCredentials } from './basic-credentials.js';
import { parseBearerToken } from './bearer-credentials.js';
import { HttpProblem } from './http-problem.js';

/** What a {@link BearerGuard} needs. */
export interface BearerGuardOptions {
  readonly bearers: Pick<TokenBearers, 'identify'>;
  /** The `aud` that tokens must have; left out: that of all tokens. */
  readonly audience?: string | undefined;
  /** The protection space, as a challenge names it. */
  readonly realm: string;
  readonly logger: Logger;
}

/**
 * Finds out who sends a request by its bearer token alone (RFC 6750): no session, no cookie, nothing kept. The token comes in the
 * Authorization header; in a URL or a form it is not looked for.
 */
export class BearerGuard {
  readonly #options: BearerGuardOptions;
  readonly #challenge: string;

  constructor(options: BearerGuardOptions) {
    this.#options = options;
    this.#challenge = `Bearer realm="${options.realm.replace(/["\\]/gu, '\\$&')}"`;
  }

  /** Who it is. Rejects with an {@link HttpProblem}: 400, 401, 503. */
  async identify(request: Request): Promise<TokenBearer> {
    const token = this.#tokenOf(request.rawHeaders);
    const { bearers, audience, logger } = this.#options;
    try {
      return await bearers.identify(token, audience);
    } catch (error) {
      if (error instanceof InvalidToken) {
        logger.info({ ...error.context, peer: request.ip, reason: error.detail }, 'token refused');
        throw this.#refusal(401, 'invalid_token', error.code);
      }
      logger.error({ err: error }, 'a token could not be checked');
      throw new HttpProblem(503, 'Tokens cannot be checked at the moment. Try again.', {
        'Retry-After': '1',
      });
    }
  }

  /** The headers of a 403: the token is right, but not for this. */
  insufficientScope(): Readonly<Record<string, string>> {
    return { 'WWW-Authenticate': `${this.#challenge}, error="insufficient_scope"` };
  }

  #tokenOf(rawHeaders: readonly string[]): string {
    let token: string | undefined;
    try {
      token = parseBearerToken(rawHeaders);
    } catch (error) {
      if (!(error instanceof MalformedCredentials)) throw error;
      throw this.#refusal(400, 'invalid_request', error.message);
    }
    if (token !== undefined) return token;
    // RFC 6750, section 3.1: who brings no token is told no error.
    throw new HttpProblem(401, 'A bearer token is needed here.', {
      'WWW-Authenticate': this.#challenge,
    });
  }

  #refusal(status: number, error: string, description: string): HttpProblem {
    return new HttpProblem(status, `The request was refused: ${description}.`, {
      'WWW-Authenticate': `${this.#challenge}, error="${error}", error_description="${description}"`,
    });
  }
}
