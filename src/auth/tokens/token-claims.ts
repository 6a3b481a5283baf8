import type { Dict } from '../../router/index.js';
import { isAuthid } from '../methods/authid.js';
import { InvalidToken, type TokenFailure } from './invalid-token.js';
import type { TokenKey } from './token-keys.js';

/** What is asked of the claims of every token. Times in seconds, as in tokens. */
export interface ClaimPolicy {
  readonly issuer: string;
  readonly audience: string;
  /** `exp - iat`, at most. */
  readonly maxTtl: number;
  /** How far another clock may be off. */
  readonly clockTolerance: number;
}

/** What the claims say once they are checked. Unix seconds. */
export interface TokenClaims {
  readonly authid: string;
  /** `iat`, or the time of the check where a key does not require it. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** `sid`: the log-in that the token was given to. */
  readonly login: string | undefined;
}

type Refuse = (detail: string, code?: TokenFailure) => never;

/**
 * Checks the claims of a token whose signature, `exp` and `nbf` hold, at `now` (Unix seconds). What a key requires must be there;
 * what is there must be right, required or not. Throws {@link InvalidToken}.
 */
export function checkClaims(
  claims: Dict,
  key: TokenKey,
  policy: ClaimPolicy,
  now: number,
): TokenClaims {
  const authid = own(claims, key.authidClaim);
  const context = { kid: key.kid, authid: isAuthid(authid) ? authid : undefined };
  const refuse: Refuse = (detail, code = 'invalid_token') => {
    throw new InvalidToken(code, detail, context);
  };
  for (const name of key.required) {
    if (own(claims, name) === undefined) refuse(`claim ${name} is missing`);
  }
  const [issuedAt, expiresAt] = checkTimes(claims, policy, now, refuse);
  checkParties(claims, key.issuer ?? policy.issuer, key.audience ?? policy.audience, refuse);
  const login = own(claims, 'sid');
  if (login !== undefined && !isAuthid(login)) return refuse('sid is no name');
  if (!isAuthid(authid)) return refuse(`claim ${key.authidClaim} is no authid`);
  return { authid, issuedAt, expiresAt, login };
}

function checkParties(claims: Dict, ourIssuer: string, ourAudience: string, refuse: Refuse): void {
  const issuer = own(claims, 'iss');
  if (issuer !== undefined && issuer !== ourIssuer) refuse('another issuer');
  const audience = own(claims, 'aud');
  if (audience === undefined || audience === ourAudience) return;
  // A string or a list of them (RFC 7519, section 4.1.3).
  if (Array.isArray(audience) && audience.includes(ourAudience)) return;
  refuse('another audience', 'audience_mismatch');
}

function checkTimes(
  claims: Dict,
  policy: ClaimPolicy,
  now: number,
  refuse: Refuse,
): [issuedAt: number, expiresAt: number] {
  // JSON's 1e999 is read as Infinity, which is a number and later than everything.
  const expiresAt = own(claims, 'exp');
  if (!isTime(expiresAt)) return refuse('exp is no number');
  const issuedAt = own(claims, 'iat') ?? now;
  if (!isTime(issuedAt)) return refuse('iat is no number');
  // Else a token could be given any life by dating it ahead.
  if (issuedAt > now + policy.clockTolerance) refuse('iat is ahead');
  if (expiresAt - issuedAt > policy.maxTtl) refuse('lives too long');
  return [issuedAt, expiresAt];
}

const isTime = (value: unknown): value is number => Number.isFinite(value);

const own = (claims: Dict, name: string): unknown =>
  Object.hasOwn(claims, name) ? claims[name] : undefined;
