import { hash } from 'node:crypto';
import type { Dict } from '../../router/index.js';
import type { TokenKey } from './token-keys.js';

/** How many are remembered. */
const MAX_TOKENS = 4_096;

interface VerifiedSignature {
  readonly key: TokenKey;
  readonly claims: Dict;
  /** Unix seconds: the library's answer is the same as long as these hold. */
  readonly from: number;
  readonly until: number;
}

/**
 * Remembers whose signatures have been verified: a client comes back with the same token after each loss of its connection, and thousands do
 * at once after a restart of a proxy. By digest, so that no token is kept; who made it is a part of what is remembered, so that a key that is
 * there no more verifies nothing.
 */
export class VerifiedTokens {
  readonly #tolerance: number;
  readonly #byDigest = new Map<string, VerifiedSignature>();

  /** `tolerance`: by how many seconds another clock may be off. */
  constructor(tolerance: number) {
    this.#tolerance = tolerance;
  }

  /** The claims of a token that this key was found to have made, if it still counts at `now` (Unix seconds). */
  find(digest: string, key: TokenKey, now: number): Dict | undefined {
    const known = this.#byDigest.get(digest);
    if (known?.key !== key || now < known.from || now >= known.until) return undefined;
    return known.claims;
  }

  /** The signature holds, and so do `exp` and `nbf` now. */
  add(digest: string, key: TokenKey, claims: Dict): void {
    const { nbf, exp } = claims;
    if (typeof exp !== 'number') return;
    for (const oldest of this.#byDigest.keys()) {
      if (this.#byDigest.size < MAX_TOKENS) break;
      this.#byDigest.delete(oldest);
    }
    const from = typeof nbf === 'number' ? nbf - this.#tolerance : -Infinity;
    this.#byDigest.set(digest, { key, claims, from, until: exp + this.#tolerance });
  }
}

/** What a token is known by. */
export const digestOf = (token: string): string => hash('sha256', token, 'base64');
