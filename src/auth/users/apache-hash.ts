import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { PasswordHash } from './checkable-hash.js';

const MD5 = /^\$apr1\$([./\w]{1,8})\$([./A-Za-z0-9]{22})$/u;
const SHA = /^\{SHA\}([\w+/]{27}=)$/u;

const ROUNDS = 1000;
/** So many at a time take a fraction of a millisecond. */
const ROUNDS_A_TURN = 50;

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The bytes of the digest in the order in which they are written, three to four characters. */
const WRITTEN = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

/** `text` as Apache's variant of MD5-crypt (`$apr1$`), as `htpasswd -m` makes it, else undefined. */
export function parseApacheMd5(text: string): PasswordHash | undefined {
  const [, salt, digest] = MD5.exec(text) ?? [];
  if (salt === undefined || digest === undefined) return undefined;
  return {
    profile: '$apr1',
    isOutdated: true,
    verify: async (password) => isSame(await apacheMd5(password, salt), digest),
    decoy: () => apacheMd5Decoy(salt),
  };
}

/** `text` as an unsalted SHA-1 (`{SHA}`), as `htpasswd -s` makes it, else undefined. */
export function parseApacheSha(text: string): PasswordHash | undefined {
  const [, digest] = SHA.exec(text) ?? [];
  return digest === undefined ? undefined : apacheSha(digest);
}

const apacheSha = (digest: string): PasswordHash => ({
  profile: '{SHA}',
  isOutdated: true,
  verify: (password) =>
    Promise.resolve(isSame(createHash('sha1').update(password).digest('base64'), digest)),
  decoy: () => apacheSha(randomBytes(20).toString('base64')),
});

const apacheMd5Decoy = (salt: string): PasswordHash => ({
  profile: '$apr1',
  isOutdated: true,
  verify: async (password) => (await apacheMd5(password, salt)) === '',
  decoy: () => apacheMd5Decoy(salt),
});

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

const md5 = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The digest as it is written after the salt. Lets others have their turn between the rounds. */
async function apacheMd5(text: string, salt: string): Promise<string> {
  const password = Buffer.from(text);
  let digest = md5(...beginning(password, salt));
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round % ROUNDS_A_TURN === 0 && round > 0) await setImmediate();
    const isOdd = round % 2 === 1;
    digest = md5(
      isOdd ? password : digest,
      round % 3 === 0 ? '' : salt,
      round % 7 === 0 ? '' : password,
      isOdd ? digest : password,
    );
  }
  return write(digest);
}

function beginning(password: Buffer, salt: string): readonly (Buffer | string)[] {
  const parts: (Buffer | string)[] = [password, '$apr1$', salt];
  const mixed = md5(password, salt, password);
  for (let left = password.length; left > 0; left -= mixed.length) {
    parts.push(mixed.subarray(0, left));
  }
  const first = password.subarray(0, 1);
  for (let bits = password.length; bits > 0; bits >>= 1) {
    parts.push(bits % 2 === 1 ? Buffer.alloc(1) : first);
  }
  return parts;
}

function write(digest: Buffer): string {
  const group = (value: number, length: number): string =>
    Array.from({ length }, (_, index) => ALPHABET.charAt((value >> (6 * index)) & 63)).join('');
  const byte = (index: number): number => digest[index] ?? 0;
  const groups = WRITTEN.map(([high, middle, low]) =>
    group((byte(high) << 16) | (byte(middle) << 8) | byte(low), 4),
  );
  return `${groups.join('')}${group(byte(11), 2)}`;
}
