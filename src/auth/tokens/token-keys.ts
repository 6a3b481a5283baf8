import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { weaknessOf } from './weak-secret.js';

/** The algorithms that a key may name (RFC 7518, section 3.1), without `none`. */
export const TOKEN_ALGORITHMS = [
  'HS256',
  'HS384',
  'HS512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
] as const;

/** One of {@link TOKEN_ALGORITHMS}. */
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

/** One key as configured under `auth.jwt.keys`. */
export interface TokenKeyOptions {
  /** The exact `kid` of the tokens made with it. Left out: for tokens without `kid`; one such key for each algorithm. */
  readonly kid?: string | undefined;
  /** The only algorithm that tokens of this key may use. */
  readonly alg: TokenAlgorithm;
  /** For HS*: as many bytes as the hash has, or more (RFC 7518, section 3.2). A string stands for its UTF-8. */
  readonly secret?: string | Uint8Array | undefined;
  /** For RS*, PS* and ES*: PEM of a public key or certificate. RSA of 2048 bits or more. */
  readonly publicKey?: string | undefined;
  /** The same, but able to sign: PEM of a private key. */
  readonly privateKey?: string | undefined;
  /** Our own tokens are made with it. At most one key of a list. */
  readonly sign?: boolean | undefined;
  /** `iss` of its tokens, if not the application's. */
  readonly issuer?: string | undefined;
  /** `aud` of its tokens, if not the application's. */
  readonly audience?: string | undefined;
  /**
   * The claim that names the user, if not `sub` with the user's id: by username (`authid`) or by id (`user_id`), one of the two.
   */
  readonly claims?: SubjectClaimOptions | undefined;
  /** From then on it verifies and signs nothing any more (Unix seconds). Left out: it has no end. */
  readonly notAfter?: number | undefined;
  /** Claims that its tokens must have, in place of `exp iat iss aud sub`. `exp` is required in any case. */
  readonly require?: readonly string[] | undefined;
}

/** Which claim names the user of a token; not both. */
export interface SubjectClaimOptions {
  /** The name of a claim that holds a username. */
  readonly authid?: string | undefined;
  /** The name of a claim that holds a user's id. */
  readonly user_id?: string | undefined;
}

/** The claim that names the user, and how. */
export interface SubjectClaim {
  readonly name: string;
  /** Whether it holds a username; else the user's id. */
  readonly isUsername: boolean;
}

/** A checked key, ready for use. */
export interface TokenKey {
  readonly kid: string | undefined;
  readonly alg: TokenAlgorithm;
  readonly verifyingKey: KeyObject;
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  readonly subjectClaim: SubjectClaim;
  /** Unix seconds; Infinity: it has no end. */
  readonly notAfter: number;
  readonly required: readonly string[];
}

/** The key that makes our own tokens. */
export interface SigningKey extends TokenKey {
  readonly signingKey: KeyObject;
}

/** A configured key cannot be used. The message names the key by kid or place and never holds any of its bytes. */
export class UnusableKey extends Error {
  override readonly name = 'UnusableKey';
  readonly code: 'weak_key' | 'invalid_key';
  /** Its place in the list, from 0; -1 when the list as a whole is meant. */
  readonly index: number;

  constructor(code: 'weak_key' | 'invalid_key', index: number, message: string) {
    super(message);
    this.code = code;
    this.index = index;
  }
}

const DEFAULT_REQUIRED = ['exp', 'iat', 'iss', 'aud', 'sub'] as const;
const MIN_RSA_BITS = 2048;
const CURVES: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
};

/**
 * The keys that tokens are verified and made with. Built once: with a KeyObject a check takes a fraction of what it takes
 * with the key's bytes. Throws {@link UnusableKey} for a key that is weak, no key, or not distinguishable from another.
 */
export class TokenKeys {
  /** The key with `sign: true`, if there is one. */
  readonly signing: SigningKey | undefined;
  readonly #byKid = new Map<string, TokenKey>();
  readonly #withoutKid = new Map<string, TokenKey>();
  readonly #only: TokenKey | undefined;

  constructor(list: readonly TokenKeyOptions[]) {
    let only: TokenKey | undefined;
    for (const [index, options] of list.entries()) {
      const key = parseTokenKey(options, index);
      const map = key.kid === undefined ? this.#withoutKid : this.#byKid;
      const name = key.kid ?? key.alg;
      if (map.has(name))
        throw invalid(index, options, 'cannot be told from another key of the list');
      map.set(name, key);
      if ('signingKey' in key) {
        if (this.signing !== undefined)
          throw invalid(index, options, 'is a second key to sign with');
        this.signing = key;
      }
      only = key;
    }
    this.#only = list.length === 1 ? only : undefined;
  }

  /**
   * The one key for a token's header, or undefined. With `kid`: the key of exactly that kid. Without: the key of this algorithm
   * that was configured without kid, or the only key there is. Its algorithm always is `alg`; nothing of the payload counts. A key that
   * has ended is not found.
   */
  find(alg: unknown, kid: string | undefined): TokenKey | undefined {
    const key =
      kid === undefined
        ? (this.#only ?? (typeof alg === 'string' ? this.#withoutKid.get(alg) : undefined))
        : this.#byKid.get(kid);
    return key !== undefined && key.alg === alg && !hasEnded(key) ? key : undefined;
  }

  /** Whether a key of this kid is there, whatever its algorithm and its end. */
  has(kid: string): boolean {
    return this.#byKid.has(kid);
  }
}

/** Whether a key verifies and signs nothing any more. */
export const hasEnded = ({ notAfter }: Pick<TokenKey, 'notAfter'>): boolean =>
  Date.now() / 1000 >= notAfter;

/** Checks one key, which is at `index` of its list. Throws {@link UnusableKey}. */
export function parseTokenKey(options: TokenKeyOptions, index: number): TokenKey | SigningKey {
  if (!TOKEN_ALGORITHMS.includes(options.alg)) {
    throw invalid(index, options, 'names no algorithm that can be used');
  }
  const given = [options.secret, options.publicKey, options.privateKey];
  if (given.filter((part) => part !== undefined).length !== 1) {
    throw invalid(index, options, 'needs one of secret, public key and private key');
  }
  const [verifyingKey, signingKey] = options.alg.startsWith('HS')
    ? secretKey(options, index)
    : keyPair(options, index);
  const key: TokenKey = {
    kid: options.kid,
    alg: options.alg,
    verifyingKey,
    issuer: options.issuer,
    audience: options.audience,
    subjectClaim: subjectClaim(options, index),
    notAfter: options.notAfter ?? Infinity,
    required: [...new Set(['exp', ...(options.require ?? DEFAULT_REQUIRED)])],
  };
  if (options.sign !== true) return key;
  if (signingKey === undefined) throw invalid(index, options, 'cannot sign without a private key');
  return { ...key, signingKey };
}

function subjectClaim(options: TokenKeyOptions, index: number): SubjectClaim {
  const { authid, user_id: userId } = options.claims ?? {};
  if (authid === undefined) return { name: userId ?? 'sub', isUsername: false };
  if (userId !== undefined) throw invalid(index, options, 'names the user by two claims');
  return { name: authid, isUsername: true };
}

function secretKey(options: TokenKeyOptions, index: number): [KeyObject, KeyObject] {
  if (options.secret === undefined)
    throw invalid(index, options, `needs a secret for ${options.alg}`);
  const secret =
    typeof options.secret === 'string' ? Buffer.from(options.secret) : Buffer.from(options.secret);
  const weakness = weaknessOf(secret, Number(options.alg.slice(2)) / 8);
  if (weakness !== undefined)
    throw new UnusableKey('weak_key', index, `${named(index, options)} ${weakness}`);
  const key = createSecretKey(secret);
  return [key, key];
}

function keyPair(options: TokenKeyOptions, index: number): [KeyObject, KeyObject | undefined] {
  if (options.secret !== undefined) {
    throw invalid(index, options, `needs a public or private key for ${options.alg}`);
  }
  let signingKey: KeyObject | undefined;
  let verifyingKey: KeyObject;
  try {
    if (options.privateKey !== undefined) signingKey = createPrivateKey(options.privateKey);
    verifyingKey = createPublicKey(options.privateKey ?? options.publicKey ?? '');
  } catch {
    // The cause may quote the PEM, so it is left out.
    throw invalid(index, options, 'is no readable PEM');
  }
  checkKind(options, index, verifyingKey);
  return [verifyingKey, signingKey];
}

function checkKind(options: TokenKeyOptions, index: number, key: KeyObject): void {
  const details = key.asymmetricKeyDetails ?? {};
  const curve = CURVES[options.alg];
  if (curve !== undefined) {
    if (key.asymmetricKeyType === 'ec' && details.namedCurve === curve) return;
    throw invalid(index, options, `is no EC key on ${curve}, which ${options.alg} needs`);
  }
  const isPss = key.asymmetricKeyType === 'rsa-pss' && options.alg.startsWith('PS');
  if (key.asymmetricKeyType !== 'rsa' && !isPss) {
    throw invalid(index, options, `is no RSA key, which ${options.alg} needs`);
  }
  const bits = details.modulusLength ?? 0;
  if (bits >= MIN_RSA_BITS) return;
  throw new UnusableKey(
    'weak_key',
    index,
    `${named(index, options)} has ${bits} bits; RSA needs ${MIN_RSA_BITS}`,
  );
}

const named = (index: number, options: TokenKeyOptions): string =>
  options.kid === undefined ? `key ${index + 1}` : `key ${JSON.stringify(options.kid)}`;

const invalid = (index: number, options: TokenKeyOptions, problem: string): UnusableKey =>
  new UnusableKey('invalid_key', index, `${named(index, options)} ${problem}`);
