import { z } from 'zod';

import { count, flag, name } from './scalars.js';

/** Section `auth.anonymous`. */
export const anonymousSchema = z.strictObject({ role: name('the name of a role').nullable() });

/** Section `auth.wampcra`. */
export const wampcraSchema = z.strictObject({
  decoy_iterations: count('a number of iterations', 0, 10_000_000),
});

/** Section `auth.scram`. */
export const scramSchema = z.strictObject({
  decoy_kdf: z.enum(['pbkdf2', 'argon2id-13']),
  decoy_iterations: count('a number of iterations', 1, 10_000_000),
  decoy_memory: count('an amount of memory in KiB', 8, 4_194_304),
});

/** Section `auth.tls`. */
export const tlsMethodSchema = z.strictObject({ common_name: flag() });
