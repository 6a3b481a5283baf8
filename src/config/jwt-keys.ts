import { TokenKeys, UnusableKey, type TokenKeyOptions } from '../auth/tokens/token-keys.js';
import { ENDS_SOON_MS } from '../auth/tokens/signing-key-watch.js';
import { authSchema, type JwtKeyInput } from './auth-schema.js';
import type { ConfigNode, ConfigPath } from './config-node.js';
import type { SecretReader } from './secret-reader.js';
import { validate } from './validate.js';

const KEYS: ConfigPath = ['auth', 'jwt', 'keys'];

/** The keys of `auth.jwt.keys` with their secrets. What is wrong with them is told to `reader`. */
export async function readJwtKeys(
  root: ConfigNode,
  reader: SecretReader,
): Promise<readonly TokenKeyOptions[]> {
  const keys: TokenKeyOptions[] = [];
  // Of the list alone, so that mistakes around it do not hide those in the secrets.
  const inputs = validate(authSchema.shape.jwt.shape.keys, root, KEYS).value ?? [];
  for (const [index, input] of inputs.entries()) {
    const path = [...KEYS, index];
    const key = await readKey(input, path, reader);
    // Alone first, so that every bad key is told, and not only the first.
    if (key !== undefined && checkKeys([key], path, reader)) {
      checkEnd(key, [...path, 'not_after'], reader);
      keys.push(key);
    }
  }
  checkKeys(keys, KEYS, reader);
  return keys;
}

async function readKey(
  input: JwtKeyInput,
  path: ConfigPath,
  reader: SecretReader,
): Promise<TokenKeyOptions | undefined> {
  const before = reader.problems.length;
  const secret = await reader.read(path, 'secret');
  const publicKey = await reader.read(path, 'public_key');
  const privateKey = await reader.read(path, 'private_key');
  // A key that could not be read has been reported, and is not missing on top of it.
  if (reader.problems.length > before) return undefined;
  return {
    kid: input.kid,
    alg: input.alg,
    secret,
    publicKey,
    privateKey,
    sign: input.sign,
    notAfter: input.not_after,
    issuer: input.issuer,
    audience: input.audience,
    claims: input.claims,
    require: input.require,
  };
}

/** A key that signs must not have ended; whatever ends soon is spoken of. */
function checkEnd(
  { notAfter, sign }: TokenKeyOptions,
  path: ConfigPath,
  reader: SecretReader,
): void {
  if (notAfter === undefined) return;
  const remainingMs = notAfter * 1000 - Date.now();
  if (remainingMs <= 0) {
    if (sign === true) reader.report(path, 'expected a time to come, as this key signs tokens');
    else reader.warn(path, 'the key has ended, and can be taken out');
  } else if (sign === true && remainingMs <= ENDS_SOON_MS) {
    reader.warn(path, 'the key that signs tokens ends within a week: sign with another one');
  }
}

function checkKeys(
  keys: readonly TokenKeyOptions[],
  path: ConfigPath,
  reader: SecretReader,
): boolean {
  try {
    new TokenKeys(keys);
    return true;
  } catch (error) {
    if (!(error instanceof UnusableKey)) throw error;
    const place = error.code === 'weak_key' ? materialPlace(path, reader) : path;
    reader.report(place, `expected usable keys, but ${error.message}`);
    return false;
  }
}

/** Where the bytes of a key come from: often not where the rest of it is written. */
const materialPlace = (path: ConfigPath, reader: SecretReader): ConfigPath =>
  ['secret', 'public_key', 'private_key']
    .map((name) => reader.placeOf(path, name))
    .find((place) => place !== undefined) ?? path;
