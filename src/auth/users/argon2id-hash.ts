import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import { HASH_BOUNDS, type PasswordHash } from './checkable-hash.js';

// argon2id by the library's default; 19 MiB, 2 passes, 1 lane: the first choice of OWASP's Password Storage Cheat Sheet.
const COST = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** The least memory times passes that the same page counts as good as ours (7 MiB, 5 passes). */
const LEAST_WORK = 35_840;
const DIGEST_BYTES = 32;

const ARGON2ID =
  /^(\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,7}),p=(\d{1,3}))\$[\w+/]{11,128}\$[\w+/]{16,256}$/;

/** Hashes a password for the users file: argon2id, 19 MiB, t=2, p=1, off the event loop. */
export const hashPassword = (password: string): Promise<string> => hash(password, COST);

/** `text` as an argon2id hash within {@link HASH_BOUNDS}, else undefined. */
export function parseArgon2id(text: string): PasswordHash | undefined {
  const match = ARGON2ID.exec(text);
  if (match === null) return undefined;
  const cost = { memory: Number(match[2]), passes: Number(match[3]), lanes: Number(match[4]) };
  if (!isPossible(cost) || !isBearable(cost)) return undefined;
  return argon2id(text, match[1] ?? '', cost.memory * cost.passes < LEAST_WORK);
}

interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
}

// RFC 9106, 3.1: at least 8 KiB a lane.
const isPossible = ({ memory, passes, lanes }: Cost): boolean =>
  lanes >= 1 && passes >= 1 && memory >= 8 * lanes;

const isBearable = ({ memory, passes, lanes }: Cost): boolean =>
  memory <= HASH_BOUNDS.memory && memory * passes <= HASH_BOUNDS.work && lanes <= HASH_BOUNDS.lanes;

/** A hash of the cost that {@link hashPassword} gives, of which nobody knows the password. */
export function argon2idDecoy(): PasswordHash {
  const profile = `$argon2id$v=19$m=${COST.memoryCost},t=${COST.timeCost},p=${COST.parallelism}`;
  return argon2id(
    withoutPadding(profile, randomBytes(16), randomBytes(DIGEST_BYTES)),
    profile,
    false,
  );
}

const argon2id = (text: string, profile: string, isOutdated: boolean): PasswordHash => ({
  profile,
  isOutdated,
  verify: (password) => verify(text, password),
  decoy: () => {
    const [salt = '', digest = ''] = text.split('$').slice(-2);
    const bytes = Buffer.from(digest, 'base64').length;
    const other = withoutPadding(profile, Buffer.from(salt, 'base64'), randomBytes(bytes));
    return argon2id(other, profile, isOutdated);
  },
});

const withoutPadding = (profile: string, ...parts: readonly Buffer[]): string =>
  [profile, ...parts.map((part) => part.toString('base64').replace(/=+$/u, ''))].join('$');
