import type { Request } from 'express';
import { BasicStrategy as PassportHttpStrategy } from 'passport-http';
import {
  MalformedCredentials,
  parseBasicCredentials,
  type Credentials,
} from './basic-credentials.js';
import { HttpProblem } from './http-problem.js';

/** Finds out whether credentials are right: the user, or undefined; rejects when it cannot tell. */
export type VerifyCredentials = (
  credentials: Credentials,
  address: string,
) => Promise<object | undefined>;

/**
 * Passport's strategy `basic` with a parser of RFC 7617. passport-http's own takes any scheme that contains "basic", cuts a
 * password at its second colon and refuses an empty one (jaredhanson/passport-http issues 20 and 69).
 */
export class BasicStrategy extends PassportHttpStrategy {
  // Passport lends these to the object that it derives from this one for each request.
  declare readonly success: (user: object) => void;
  declare readonly fail: (challenge: string) => void;
  declare readonly error: (error: unknown) => void;

  // No #private: an object derived by Object.create does not have it.
  readonly verifyCredentials: VerifyCredentials;
  readonly challenge: string;

  /** `challenge` is the WWW-Authenticate value of a refusal. */
  constructor(challenge: string, verifyCredentials: VerifyCredentials) {
    super(() => undefined);
    this.challenge = challenge;
    this.verifyCredentials = verifyCredentials;
  }

  /** Ends in exactly one call of `success`, `fail` or `error`. */
  override authenticate(request: Request): void {
    let credentials;
    try {
      credentials = parseBasicCredentials(request.rawHeaders);
    } catch (error) {
      this.error(
        error instanceof MalformedCredentials
          ? new HttpProblem(400, `Bad Authorization header: ${error.message}.`)
          : error,
      );
      return;
    }
    if (credentials === undefined || credentials.username === '') {
      this.fail(this.challenge);
      return;
    }
    this.verifyCredentials(credentials, request.ip ?? '').then(
      (user) => {
        if (user === undefined) this.fail(this.challenge);
        else this.success(user);
      },
      (error: unknown) => {
        this.error(error);
      },
    );
  }
}
