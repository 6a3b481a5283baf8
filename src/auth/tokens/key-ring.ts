import { AuthenticatorUnavailable } from '../../router/index.js';
import type { KeySet } from './key-set.js';
import type { TokenKeySource } from './token.js';
import type { SigningKey, TokenKey, TokenKeys } from './token-keys.js';

/** What is on a {@link KeyRing}. */
export interface KeyRingContent {
  /** Those of the configuration. */
  readonly keys: TokenKeys;
  /** Those that are fetched; a `kid` is looked for in their order. */
  readonly sets: readonly KeySet[];
}

/**
 * The keys that count now: those of the configuration, then those of its endpoints. Exchanged as a whole when the configuration is read
 * again.
 */
export class KeyRing implements TokenKeySource {
  #content: KeyRingContent;

  constructor(content: KeyRingContent) {
    this.#content = content;
  }

  /** What is on it. */
  get content(): KeyRingContent {
    return this.#content;
  }

  /** The key of the configuration that signs. */
  get signing(): SigningKey | undefined {
    return this.#content.keys.signing;
  }

  /** Puts other keys in the place of all that are on it. */
  replace(content: KeyRingContent): void {
    this.#content = content;
  }

  /** As {@link TokenKeySource.find}. A key that is fetched always has a `kid`, and none that the configuration names. */
  find(
    alg: unknown,
    kid: string | undefined,
  ): TokenKey | undefined | Promise<TokenKey | undefined> {
    const { keys, sets } = this.#content;
    const own = keys.find(alg, kid);
    if (own !== undefined || sets.length === 0) return own;
    if (typeof alg !== 'string' || kid === undefined || keys.has(kid)) return undefined;
    for (const set of sets) {
      const key = set.find(alg, kid);
      if (key !== undefined) return key;
    }
    return lookUp(sets, alg, kid);
  }
}

async function lookUp(
  sets: readonly KeySet[],
  alg: string,
  kid: string,
): Promise<TokenKey | undefined> {
  const results = await Promise.allSettled(sets.map((set) => set.lookUp(alg, kid)));
  for (const result of results) {
    if (result.status === 'fulfilled' && result.value !== undefined) return result.value;
  }
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return undefined;
  const cause: unknown = failed.reason;
  throw cause instanceof Error ? cause : new AuthenticatorUnavailable('no key can be fetched now');
}
