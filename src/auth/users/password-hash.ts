import { parseApacheMd5, parseApacheSha } from './apache-hash.js';
import { parseArgon2id } from './argon2id-hash.js';
import { parseBcrypt } from './bcrypt-hash.js';
import type { PasswordHash } from './checkable-hash.js';
import { parseScrypt } from './scrypt-hash.js';

const PARSERS = [parseArgon2id, parseBcrypt, parseScrypt, parseApacheMd5, parseApacheSha];

/**
 * What `text` is as a password hash: argon2id, bcrypt (`$2a$`, `$2b$`, `$2y$`), scrypt in PHC notation (`$scrypt$ln=…,r=…,p=…$`), or
 * one of Apache's htpasswd (`$apr1$`, `{SHA}`). Undefined for anything else, and where a check would take more than 256 MiB or
 * about a second: such a hash would be an attack on this machine.
 */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  for (const parse of PARSERS) {
    const hash = parse(text);
    if (hash !== undefined) return hash;
  }
  return undefined;
}
