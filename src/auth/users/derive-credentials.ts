import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { hashRaw } from '@node-rs/argon2';
import { saslprep } from '../methods/saslprep.js';
import { scramKeysOf } from '../methods/scram-exchange.js';
import type { ScramCredentials, WampCraCredentials } from './user-provider.js';

const SALT_BYTES = 16;
const KEY_BYTES = 32;

/** How a password is salted. */
export type ScramDerivation = Pick<ScramCredentials, 'kdf' | 'iterations' | 'memory'>;

/** A password is no password for SCRAM: SASLprep (RFC 4013) prohibits a character of it. */
export class ProhibitedPassword extends Error {
  override readonly name = 'ProhibitedPassword';
  readonly code = 'ERR_PROHIBITED_PASSWORD';
}

/** What is kept of a password for WAMP-CRA: a key, salted anew, that is derived off the event loop. */
export async function deriveWampCra(
  password: string,
  iterations: number,
): Promise<Required<WampCraCredentials>> {
  const salt = randomBytes(SALT_BYTES).toString('base64');
  const key = await promisify(pbkdf2)(password, salt, iterations, KEY_BYTES, 'sha256');
  return { secret: key.toString('base64'), salt, iterations, keylen: KEY_BYTES };
}

/**
 * What is kept of a password for WAMP-SCRAM: keys, salted anew, that are derived off the event loop; with argon2id also those of clients that are
 * like autobahn for Python. Rejects with {@link ProhibitedPassword}.
 */
export async function deriveScram(
  password: string,
  { kdf, iterations, memory }: ScramDerivation,
): Promise<ScramCredentials> {
  const normalized = saslprep(password);
  if (normalized === undefined) throw new ProhibitedPassword('a character is not allowed');
  const salt = randomBytes(SALT_BYTES);
  const derivation = { kdf, salt: salt.toString('base64'), iterations };
  if (kdf === 'pbkdf2') {
    const salted = await promisify(pbkdf2)(normalized, salt, iterations, KEY_BYTES, 'sha256');
    return { ...derivation, ...encoded(salted) };
  }
  const cost = { timeCost: iterations, memoryCost: memory ?? 0, parallelism: 1 };
  const hash = (text: string): Promise<Buffer> =>
    hashRaw(text, { ...cost, outputLen: KEY_BYTES, salt });
  // It takes the password as it is, and of the hash the Base64 text that stands in an encoded one.
  const text = (await hash(password)).toString('base64').replaceAll('=', '');
  const salted = await hash(normalized);
  return { ...derivation, memory, ...encoded(salted), autobahn: encoded(text) };
}

function encoded(salted: Buffer | string): Pick<ScramCredentials, 'storedKey' | 'serverKey'> {
  const { storedKey, serverKey } = scramKeysOf(salted);
  return { storedKey: storedKey.toString('base64'), serverKey: serverKey.toString('base64') };
}
