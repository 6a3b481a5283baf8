import { createHmac, sign } from 'node:crypto';

/** A fit secret for HS256. */
export const SECRET = 'q3Zr8vLx1uYb6nTe0wKc5jHm2dSg9fPa';

const part = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** A compact JWS with exactly this header and payload (strings are taken as they are), signed as HS256. */
export function craftToken(header: unknown, payload: unknown, secret: string = SECRET): string {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

/** The same, signed with a private key and SHA-256; EC signatures in the form that JWS wants. */
export function craftSignedToken(header: unknown, payload: unknown, key: string): string {
  const input = `${part(header)}.${part(payload)}`;
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
