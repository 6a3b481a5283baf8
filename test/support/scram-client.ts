import { createHash, createHmac } from 'node:crypto';

/** What a client answers that has this salted password, in Base64 (RFC 5802, 3). */
export function clientProof(saltedPassword: Buffer, message: string): string {
  const clientKey = createHmac('sha256', saltedPassword).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest();
  const signature = createHmac('sha256', storedKey).update(message).digest();
  return Buffer.from(clientKey.map((byte, index) => byte ^ (signature[index] ?? 0))).toString(
    'base64',
  );
}
