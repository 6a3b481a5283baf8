import type { Dict } from '../../router/index.js';
import { isAuthid } from '../methods/authid.js';
import { parseScope, SCOPE_CLAIM, type ScopeClaim } from '../permissions/token-scope.js';
import { InvalidToken, type TokenFailure } from './invalid-token.js';
import type { TokenKey } from './token-keys.js';

/** The longest `jti`, in UTF-16 code units. */
const MAX_ID_LENGTH = 256;

/** What is asked of the claims of every token. Times in seconds, as in tokens. */
export interface ClaimPolicy {
  readonly issuer: string;
  readonly audience: string;
  /** The one audience that counts, whatever a key says, and that every token must name. */
  readonly onlyAudience?: string | undefined;
  /** `exp - iat`, at most. */
  readonly maxTtl: number;
  /** How far another clock may be off. */
  readonly clockTolerance: number;
  /** Whether a client may hear that it is the audience that is wrong. */
  readonly tellsAudience: boolean;
}

/** What the claims say once they are checked. Unix seconds. */
export interface TokenClaims {
  /** Whom it names: a user by id, or by username if `isUsername`. */
  readonly subject: string;
  readonly isUsername: boolean;
  /** `iss`, which the key pins also where it does not require it. */
  readonly issuer: string;
  /** `jti`. */
  readonly id: string | undefined;
  /** `iat`; undefined where a key does not require it. */
  readonly issuedAt: number | undefined;
  readonly expiresAt: number;
  /** `sid`: the log-in that the token was given to. */
  readonly login: string | undefined;
  /** What it leaves of the rights of its user's role; undefined: all. */
  readonly scope: ScopeClaim | undefined;
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
  const { name: nameOfSubject, isUsername } = key.subjectClaim;
  const subject = own(claims, nameOfSubject);
  const context = { kid: key.kid, authid: isAuthid(subject) ? subject : undefined };
  const refuse: Refuse = (detail, code = 'invalid_token') => {
    throw new InvalidToken(code, detail, context);
  };
  for (const name of key.required) {
    if (own(claims, name) === undefined) refuse(`claim ${name} is missing`);
  }
  const [issuedAt, expiresAt] = checkTimes(claims, policy, now, refuse);
  const issuer = key.issuer ?? policy.issuer;
  checkIssuer(claims, issuer, refuse);
  checkAudience(claims, key, policy, refuse);
  const login = checkLogin(claims, refuse);
  const id = checkId(claims, refuse);
  if (!isAuthid(subject)) return refuse(`claim ${nameOfSubject} is no authid`);
  const scope = checkScope(claims, refuse);
  return { subject, isUsername, issuer, id, issuedAt, expiresAt, login, scope };
}

function checkLogin(claims: Dict, refuse: Refuse): string | undefined {
  const login = own(claims, 'sid');
  if (login === undefined || isAuthid(login)) return login;
  return refuse('sid is no name');
}

function checkId(claims: Dict, refuse: Refuse): string | undefined {
  const id = own(claims, 'jti');
  if (id === undefined || isId(id)) return id;
  return refuse('jti is no id');
}

/** A scope that cannot be read must not mean: everything. */
function checkScope(claims: Dict, refuse: Refuse): ScopeClaim | undefined {
  const claim = own(claims, SCOPE_CLAIM);
  if (claim === undefined) return undefined;
  return parseScope(claim) ?? refuse(`claim ${SCOPE_CLAIM} is no scope`);
}

function checkIssuer(claims: Dict, ourIssuer: string, refuse: Refuse): void {
  const issuer = own(claims, 'iss');
  if (issuer !== undefined && issuer !== ourIssuer) refuse('another issuer');
}

function checkAudience(claims: Dict, key: TokenKey, policy: ClaimPolicy, refuse: Refuse): void {
  const { onlyAudience } = policy;
  const wanted = onlyAudience ?? key.audience ?? policy.audience;
  const audience = own(claims, 'aud');
  if (audience === wanted || (audience === undefined && onlyAudience === undefined)) return;
  // A string or a list of them (RFC 7519, section 4.1.3).
  if (Array.isArray(audience) && audience.includes(wanted)) return;
  refuse('another audience', policy.tellsAudience ? 'audience_mismatch' : 'invalid_token');
}

function checkTimes(
  claims: Dict,
  policy: ClaimPolicy,
  now: number,
  refuse: Refuse,
): [issuedAt: number | undefined, expiresAt: number] {
  // JSON's 1e999 is read as Infinity, which is a number and later than everything.
  const expiresAt = own(claims, 'exp');
  if (!isTime(expiresAt)) return refuse('exp is no number');
  const issuedAt = own(claims, 'iat');
  if (issuedAt !== undefined && !isTime(issuedAt)) return refuse('iat is no number');
  const beginning = issuedAt ?? now;
  // Else a token could be given any life by dating it ahead.
  if (beginning > now + policy.clockTolerance) refuse('iat is ahead');
  if (expiresAt - beginning > policy.maxTtl) refuse('lives too long');
  return [issuedAt, expiresAt];
}

// RFC 7519, section 4.1.7: a case-sensitive string. What is none could not be revoked by name.
const isId = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= MAX_ID_LENGTH;

const isTime = (value: unknown): value is number => Number.isFinite(value);

const own = (claims: Dict, name: string): unknown =>
  Object.hasOwn(claims, name) ? claims[name] : undefined;
