import { timingSafeEqual } from 'node:crypto';

/** Whether two secrets are the same; takes as long wherever they differ. Their lengths are no secret. */
export function sameBytes(one: Uint8Array | string, other: Uint8Array | string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The bytes of text in Base64 (RFC 4648, 4) in its one canonical form; undefined for any other text. */
export function fromBase64(text: unknown): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** The bytes of so many pairs of hexadecimal digits; undefined for any other value. */
export const fromHex = (text: unknown, bytes: number): Buffer | undefined =>
  typeof text === 'string' && text.length === bytes * 2 && /^[0-9a-f]+$/i.test(text)
    ? Buffer.from(text, 'hex')
    : undefined;
