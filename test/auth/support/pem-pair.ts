import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';

/** Both halves of a key pair as PEM. */
export interface PemPair {
  readonly publicKey: string;
  readonly privateKey: string;
}

const toPem = ({ publicKey, privateKey }: KeyPairKeyObjectResult): PemPair => ({
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
});

/** A fresh RSA pair. */
export const rsaPair = (modulusLength: number): PemPair =>
  toPem(generateKeyPairSync('rsa', { modulusLength }));

/** A fresh EC pair. */
export const ecPair = (namedCurve: string): PemPair =>
  toPem(generateKeyPairSync('ec', { namedCurve }));
