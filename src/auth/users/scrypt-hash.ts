import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { HASH_BOUNDS, type PasswordHash } from './checkable-hash.js';

const SCRYPT =
  /^(\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3}))\$([\w+/]{8,128})={0,2}\$([\w+/]{22,128})={0,2}$/u;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

interface ScryptOptions {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly maxmem: number;
}

/** `text` as an scrypt hash (RFC 7914) in PHC notation, within {@link HASH_BOUNDS}, else undefined. */
export function parseScrypt(text: string): PasswordHash | undefined {
  const match = SCRYPT.exec(text);
  if (match === null) return undefined;
  const options = optionsOf(Number(match[2]), Number(match[3]), Number(match[4]));
  if (options === undefined) return undefined;
  const [salt, digest] = match.slice(5).map((part) => Buffer.from(part, 'base64'));
  if (salt === undefined || digest === undefined) return undefined;
  return hashOf({ profile: match[1] ?? '', options, salt }, digest);
}

/** Undefined for what cannot be, or costs too much. */
function optionsOf(ln: number, r: number, p: number): ScryptOptions | undefined {
  const bytes = 128 * 2 ** ln * r;
  const isPossible = ln >= 1 && r >= 1 && p >= 1;
  const isBearable =
    bytes <= HASH_BOUNDS.memory * 1024 &&
    bytes * p <= HASH_BOUNDS.work * 1024 &&
    p <= HASH_BOUNDS.lanes;
  // Node's own bound is 32 MiB; what it counts is a little more than the table.
  const maxmem = 2 * bytes + 1_048_576;
  return isPossible && isBearable ? { N: 2 ** ln, r, p, maxmem } : undefined;
}

interface Derivation {
  readonly profile: string;
  readonly options: ScryptOptions;
  readonly salt: Buffer;
}

const hashOf = (derivation: Derivation, digest: Buffer): PasswordHash => ({
  profile: derivation.profile,
  isOutdated: true,
  verify: async (password) => {
    const { salt, options } = derivation;
    return timingSafeEqual(await derive(password, salt, digest.length, options), digest);
  },
  decoy: () => hashOf(derivation, randomBytes(digest.length)),
});
