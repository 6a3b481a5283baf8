import { randomInt } from 'node:crypto';
import { verify } from '@node-rs/bcrypt';
import type { PasswordHash } from './checkable-hash.js';

const BCRYPT = /^(\$2[aby]\$(\d{2}))\$[./A-Za-z0-9]{53}$/u;
const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The cost that takes about two seconds; each step doubles it. */
const MAX_COST = 15;
/** Kind, cost and salt: all before the digest. */
const HEAD_CHARACTERS = 29;

/** What bcrypt looks at of a password: what comes after it, it takes for right. */
const MAX_BYTES = 72;

/** `text` as a bcrypt hash of cost 4 to 15, else undefined. */
export function parseBcrypt(text: string): PasswordHash | undefined {
  const match = BCRYPT.exec(text);
  if (match === null) return undefined;
  const cost = Number(match[2]);
  return cost >= 4 && cost <= MAX_COST ? bcrypt(text, match[1] ?? '') : undefined;
}

const bcrypt = (text: string, profile: string): PasswordHash => ({
  profile,
  isOutdated: true,
  maxBytes: MAX_BYTES,
  verify: async (password) => {
    const isRight = await verify(password, text);
    // bcrypt repeats the password with a NUL between, so `a` and `a\0a` have one hash.
    return isRight && !password.includes('\0');
  },
  decoy: () => {
    const digest = Array.from({ length: 30 }, () => ALPHABET.charAt(randomInt(ALPHABET.length)));
    // The last character has two bits too many, which must be 0.
    return bcrypt(`${text.slice(0, HEAD_CHARACTERS)}${digest.join('')}.`, profile);
  },
});
