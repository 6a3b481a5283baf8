import { z } from 'zod';

import { isPasswordHash } from '../auth/users/password-verifier.js';
import { count, flag, name, text } from './scalars.js';

/** Schema of bytes in Base64 with padding; `size` bounds how many there are. */
const base64 = (expected: string, size: { readonly min: number; readonly max: number }) =>
  text(expected, (value) => {
    const bytes = Buffer.from(value, 'base64');
    return (
      bytes.toString('base64') === value && bytes.length >= size.min && bytes.length <= size.max
    );
  });

const iterations = () => count('a number of iterations', 1, 10_000_000);

const wampcraSchema = z
  .strictObject({
    secret: text('a secret'),
    salt: text('a salt').optional(),
    iterations: iterations().optional(),
    keylen: count('a number of bytes', 16, 64).optional(),
  })
  .superRefine(({ secret, salt, iterations, keylen }, context) => {
    const report = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (salt === undefined) {
      for (const [key, value] of Object.entries({ iterations, keylen })) {
        if (value !== undefined) report(key, `${key} only beside a salt`);
      }
    } else if (!isDerivedKey(secret, keylen ?? 32)) {
      report('secret', `with a salt the derived key: ${keylen ?? 32} bytes in Base64`);
    }
  });

// The client signs with the text itself, so only one spelling of the key is the right one.
const isDerivedKey = (secret: string, bytes: number): boolean => {
  const key = Buffer.from(secret, 'base64');
  return key.length === bytes && key.toString('base64') === secret;
};

const sha256 = { min: 32, max: 32 };

const scramKeys = () => ({
  stored_key: base64('the StoredKey of RFC 5802: 32 bytes in Base64', sha256),
  server_key: base64('the ServerKey of RFC 5802: 32 bytes in Base64', sha256),
});

const scramSchema = z
  .strictObject({
    kdf: z.enum(['pbkdf2', 'argon2id-13']),
    salt: base64('a salt: 8 to 64 bytes in Base64', { min: 8, max: 64 }),
    iterations: iterations(),
    memory: count('an amount of memory in KiB', 8, 4_194_304).optional(),
    ...scramKeys(),
    autobahn: z.strictObject(scramKeys()).optional(),
  })
  .superRefine(({ kdf, memory, autobahn }, context) => {
    if (kdf === 'pbkdf2' && autobahn !== undefined) {
      const message = 'autobahn only with argon2id-13';
      context.addIssue({ code: 'custom', path: ['autobahn'], message });
    }
    if ((kdf === 'argon2id-13') === (memory !== undefined)) return;
    const message = kdf === 'pbkdf2' ? 'memory only with argon2id-13' : 'memory in KiB';
    context.addIssue({ code: 'custom', path: ['memory'], message });
  });

const publicKey = () =>
  text('an Ed25519 public key: 64 hex digits', (value) =>
    /^[0-9a-f]{64}$/i.test(value),
  ).toLowerCase();

const certificate = () =>
  text('the SHA-256 fingerprint of a certificate: 64 hex digits, with or without colons', (value) =>
    /^(?:[0-9a-f]{64}|[0-9a-f]{2}(?::[0-9a-f]{2}){31})$/i.test(value),
  ).transform((value) => value.replaceAll(':', '').toLowerCase());

const time = () => {
  const expected = 'a time such as 2026-12-01T00:00:00Z';
  return z.iso
    .datetime({ offset: true, error: expected })
    .transform((value) => Date.parse(value) / 1000);
};

/** A user, with whatever it can be known by. */
export const userFields = z.strictObject({
  username: text(
    'a user name: 1 to 128 characters without a colon or control characters (RFC 7617)',
    (value) => /^[^:\p{C}]{1,128}$/u.test(value),
  ),
  id: name('the id of a user').optional(),
  role: name('the name of a role'),
  roles: z.array(name('the name of a role')).optional(),
  password: text(
    'a password hash: argon2id as "expressway hash-password" prints it, bcrypt, $scrypt$, $apr1$ or {SHA}, of bearable cost',
    isPasswordHash,
  ).optional(),
  disabled: flag().default(false),
  tokens_valid_from: time().optional(),
  wampcra: wampcraSchema.optional(),
  scram: scramSchema.optional(),
  public_keys: z.array(publicKey()).min(1, { error: 'at least one key' }).optional(),
  certificates: z.array(certificate()).min(1, { error: 'at least one' }).optional(),
});

const userSchema = userFields.superRefine((user, context) => {
  const { password, wampcra, scram, public_keys: keys, certificates } = user;
  if ([password, wampcra, scram, keys, certificates].some((each) => each !== undefined)) return;
  const message = 'a password, wampcra, scram, public_keys or certificates';
  context.addIssue({ code: 'custom', path: ['password'], message });
});

/** The users file. */
export const usersSchema = z.strictObject({ users: z.array(userSchema) });

/** A user as the file has it; times in Unix seconds, hex in lower case. */
export type UserInput = z.output<typeof userFields>;
