import { randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { isDict, silentLogger, type Dict, type Logger } from '../../router/index.js';
import { InvalidToken, type TokenFailureContext } from './invalid-token.js';
import { checkClaims, type ClaimPolicy, type TokenClaims } from './token-claims.js';
import { hasEnded, UnusableKey, type SigningKey, type TokenKey } from './token-keys.js';
import { digestOf, VerifiedTokens } from './verified-tokens.js';

const DEFAULT_TOKEN_BYTES = 8 * 1024;
const MAX_KID_LENGTH = 256;
const MAX_CLOCK_TOLERANCE_MS = 60_000;
const DEFAULT_REFRESH_FRACTION = 0.8;
/** Headers by which a token offers its own key. Ours come from the configuration only. */
const FOREIGN_KEY_HEADERS = ['jku', 'x5u', 'jwk', 'x5c'] as const;

/** Where a verifier finds the key of a token, by its header alone. */
export interface TokenKeySource {
  /**
   * The key of exactly this `kid` and algorithm, or undefined. A promise where it has to be fetched first; that rejects with
   * AuthenticatorUnavailable when it cannot be.
   */
  find(alg: unknown, kid: string | undefined): TokenKey | undefined | Promise<TokenKey | undefined>;
}

/** What a {@link TokenVerifier} needs. */
export interface TokenVerifierOptions {
  readonly keys: TokenKeySource;
  /** `iss` of tokens whose key names no other. */
  readonly issuer: string;
  /** `aud` of tokens whose key names no other. */
  readonly audience: string;
  /** `exp - iat` at most. Default 24 h. */
  readonly maxTtlMs?: number;
  /** The longest token that is looked at. Default 8 KiB. */
  readonly maxBytes?: number;
  /** How far the issuer's clock may be off. Default 5 s, at most 60 s. */
  readonly clockToleranceMs?: number;
  /** The part of its life after which a token should be replaced. Default 0.8. */
  readonly refreshFraction?: number;
  /** Whether a client is told that its token is for another audience, which helps who develops it. Default no. */
  readonly tellsAudience?: boolean;
  readonly logger?: Logger;
}

/** A token that holds. Unix seconds. */
export interface VerifiedToken extends TokenClaims {
  /** When to fetch the next one. */
  readonly refreshAt: number;
}

/**
 * Decides whether a token holds (RFC 8725): the algorithm is the key's, never the header's; the
 * key is chosen by the header alone; required claims are there and in bounds.
 */
export class TokenVerifier {
  readonly #keys: TokenKeySource;
  readonly #policy: ClaimPolicy;
  readonly #verified: VerifiedTokens;
  readonly #refreshFraction: number;
  readonly #maxBytes: number;
  readonly #logger: Logger;
  #headerText: string | undefined;
  #header: Dict = {};

  /** Throws RangeError for a tolerance over 60 s or a fraction outside (0, 1). */
  constructor(options: TokenVerifierOptions) {
    const { maxTtlMs = 24 * 3_600_000, clockToleranceMs = 5_000 } = options;
    if (!(clockToleranceMs >= 0 && clockToleranceMs <= MAX_CLOCK_TOLERANCE_MS)) {
      throw new RangeError(`clockToleranceMs must be from 0 to ${MAX_CLOCK_TOLERANCE_MS}`);
    }
    this.#keys = options.keys;
    this.#policy = {
      issuer: options.issuer,
      audience: options.audience,
      maxTtl: maxTtlMs / 1000,
      clockTolerance: clockToleranceMs / 1000,
      tellsAudience: options.tellsAudience ?? false,
    };
    this.#verified = new VerifiedTokens(this.#policy.clockTolerance);
    this.#refreshFraction = checkedFraction(options.refreshFraction);
    this.#maxBytes = options.maxBytes ?? DEFAULT_TOKEN_BYTES;
    this.#logger = options.logger ?? silentLogger;
  }

  /**
   * Gives what the token says. Rejects with {@link InvalidToken}, or with AuthenticatorUnavailable when its key cannot be fetched now. With
   * `audience` only tokens for that one hold.
   */
  async verify(token: string, audience?: string): Promise<VerifiedToken> {
    const selected = this.#select(token);
    // Who need not wait for a key does not.
    const key = selected instanceof Promise ? await selected : selected;
    const now = Date.now() / 1000;
    const claims = this.#claimsOf(token, key, now);
    const policy =
      audience === undefined ? this.#policy : { ...this.#policy, onlyAudience: audience };
    return this.#withRefresh(checkClaims(claims, key, policy, now), now);
  }

  /** Says each of the claims by name: a copy by `...` costs each join several times as much. */
  #withRefresh(claims: TokenClaims, now: number): VerifiedToken {
    const { subject, isUsername, issuer, id, issuedAt, expiresAt, login, scope } = claims;
    const beginning = issuedAt ?? now;
    const refreshAt = Math.floor(beginning + (expiresAt - beginning) * this.#refreshFraction);
    return { subject, isUsername, issuer, id, issuedAt, expiresAt, login, scope, refreshAt };
  }

  #select(token: string): TokenKey | Promise<TokenKey> {
    if (token.length > this.#maxBytes) throw new InvalidToken('invalid_token', 'too long');
    const header = this.#headerOf(token);
    const kid = header['kid'];
    if (kid !== undefined && (typeof kid !== 'string' || kid.length > MAX_KID_LENGTH)) {
      throw new InvalidToken('invalid_token', 'kid is no name');
    }
    const context = { kid: kid?.slice(0, 64) };
    // RFC 7515, section 4.1.11: who does not understand a critical header must refuse; we understand none. RFC 7797: b64.
    if (Object.hasOwn(header, 'crit') || Object.hasOwn(header, 'b64')) {
      throw new InvalidToken('invalid_token', 'has a critical header', context);
    }
    const ignored = FOREIGN_KEY_HEADERS.filter((name) => Object.hasOwn(header, name));
    if (ignored.length > 0) {
      this.#logger.info({ ...context, headers: ignored }, 'a token offers its own key: ignored');
    }
    const key = this.#keys.find(header['alg'], kid);
    return key instanceof Promise
      ? key.then((found) => knownKey(found, context))
      : knownKey(key, context);
  }

  /** Most tokens are signed with the same key as the one before, and have its header to the letter. */
  #headerOf(token: string): Dict {
    const text = token.slice(0, Math.max(0, token.indexOf('.')));
    if (text !== this.#headerText) {
      this.#header = parseHeader(text);
      // A copy: a slice would keep the whole token in memory.
      this.#headerText = Buffer.from(text).toString();
    }
    return this.#header;
  }

  #claimsOf(token: string, key: TokenKey, now: number): Dict {
    const digest = digestOf(token);
    const known = this.#verified.find(digest, key, now);
    if (known !== undefined) return known;
    const claims = this.#checkSignature(token, key, now);
    this.#verified.add(digest, key, claims);
    return claims;
  }

  #checkSignature(token: string, key: TokenKey, now: number): Dict {
    const context = { kid: key.kid };
    let payload: unknown;
    try {
      payload = jwt.verify(token, key.verifyingKey, {
        algorithms: [key.alg],
        clockTimestamp: now,
        clockTolerance: this.#policy.clockTolerance,
      });
    } catch (error) {
      throw toInvalidToken(error, context);
    }
    if (isDict(payload)) return payload;
    throw new InvalidToken('invalid_token', 'the payload is no object', context);
  }
}

function knownKey(key: TokenKey | undefined, context: TokenFailureContext): TokenKey {
  if (key === undefined) throw new InvalidToken('invalid_token', 'no key fits', context);
  return key;
}

/** What a {@link TokenIssuer} needs. */
export interface TokenIssuerOptions {
  /** The key that signs may be another one at each token. */
  readonly keys: { readonly signing: SigningKey | undefined };
  readonly issuer: string;
  readonly audience: string;
  /** How long a token lives, in whole seconds. Default 5 min. */
  readonly ttlMs?: number;
  /** The part of its life after which a token should be replaced. Default 0.8. */
  readonly refreshFraction?: number;
}

/** A fresh token and what its holder should know. */
export interface IssuedToken {
  readonly token: string;
  /** Seconds. */
  readonly expiresIn: number;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** Unix seconds. */
  readonly refreshAt: number;
}

/** Makes our own tokens. */
export class TokenIssuer {
  readonly #keys: TokenIssuerOptions['keys'];
  readonly #issuer: string;
  readonly #audience: string;
  readonly #ttl: number;
  readonly #refreshFraction: number;

  /** Throws RangeError for a life under a second. */
  constructor(options: TokenIssuerOptions) {
    const { ttlMs = 300_000 } = options;
    if (!Number.isFinite(ttlMs) || ttlMs < 1000) throw new RangeError('ttlMs must be 1000 or more');
    this.#keys = options.keys;
    this.#issuer = options.issuer;
    this.#audience = options.audience;
    this.#ttl = Math.floor(ttlMs / 1000);
    this.#refreshFraction = checkedFraction(options.refreshFraction);
  }

  /** Whether there is a key to sign with. */
  get isReady(): boolean {
    const key = this.#keys.signing;
    return key !== undefined && !hasEnded(key);
  }

  /**
   * Makes a token for the user whose id is `subject`, which ends with the key at the latest. `login` names the web log-in that it belongs
   * to (`sid`), so that it ends with it. Throws {@link UnusableKey} when no key is there to sign with.
   */
  issue(subject: string, login?: string): IssuedToken {
    const key = this.#keys.signing;
    if (key === undefined || hasEnded(key)) {
      throw new UnusableKey('invalid_key', -1, 'no key is there to sign with');
    }
    const { kid, alg, subjectClaim, signingKey } = key;
    const iat = Math.floor(Date.now() / 1000);
    const exp = Math.min(iat + this.#ttl, Math.floor(key.notAfter));
    const life = exp - iat;
    const claims = {
      ...{ iss: key.issuer ?? this.#issuer, aud: key.audience ?? this.#audience },
      ...{ sub: subject, [subjectClaim.name]: subject },
      ...{ iat, exp, jti: randomBytes(16).toString('base64url') },
      ...(login === undefined ? {} : { sid: login }),
    };
    const token = jwt.sign(claims, signingKey, {
      algorithm: alg,
      ...(kid === undefined ? {} : { keyid: kid }),
    });
    const refreshAt = Math.floor(iat + life * this.#refreshFraction);
    return { token, expiresIn: life, expiresAt: exp, refreshAt };
  }
}

/** Reads the JOSE header (RFC 7515, section 4), which chooses the key. */
function parseHeader(text: string): Dict {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    header = undefined;
  }
  if (isDict(header)) return header;
  throw new InvalidToken('invalid_token', 'malformed');
}

function toInvalidToken(error: unknown, context: { kid: string | undefined }): InvalidToken {
  if (error instanceof jwt.TokenExpiredError) {
    return new InvalidToken('token_expired', 'expired', context);
  }
  // Only the library's own words: a SyntaxError from JSON quotes what it could not read.
  const detail = error instanceof jwt.JsonWebTokenError ? error.message : 'malformed';
  return new InvalidToken('invalid_token', detail, context);
}

function checkedFraction(fraction = DEFAULT_REFRESH_FRACTION): number {
  if (fraction > 0 && fraction < 1) return fraction;
  throw new RangeError('refreshFraction must be between 0 and 1');
}
