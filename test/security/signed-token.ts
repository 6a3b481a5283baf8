import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { goodClaims } from '../support/tokens.js';

/** A key pair of a program that makes tokens, and what is configured of it here. */
export interface ForeignKey {
  readonly privateKey: KeyObject;
  /** PEM. */
  readonly publicKey: string;
}

/** An RSA pair of `bits` bits, as for RS256 and PS256. */
export function rsaKey(bits = 2048): ForeignKey {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** An EC pair on P-256, as for ES256. */
export function ecKey(): ForeignKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** What a signed token differs in from a good one. */
export interface SignedTokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A token with an RSA or ECDSA signature, made without any library. A header or claim of undefined is left out. */
export function signToken(
  alg: 'RS256' | 'RS384' | 'ES256',
  { privateKey }: ForeignKey,
  { claims, header }: SignedTokenChanges = {},
): string {
  const text = `${encode({ alg, typ: 'JWT', ...header })}.${encode({ ...goodClaims(), ...claims })}`;
  // RFC 7518, section 3.4: the two numbers side by side, not DER.
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const hash = `sha${alg.slice(2)}`;
  return `${text}.${sign(hash, Buffer.from(text), key).toString('base64url')}`;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
