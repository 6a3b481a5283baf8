import { isDeepStrictEqual } from 'node:util';
import type { JwksOptions } from '../auth/tokens/jwks.js';
import { KeyRing, type KeyRingContent } from '../auth/tokens/key-ring.js';
import { KeySet } from '../auth/tokens/key-set.js';
import { SigningKeyWatch } from '../auth/tokens/signing-key-watch.js';
import { TokenKeys } from '../auth/tokens/token-keys.js';
import type { Config } from '../config/config.js';
import type { Reloadable } from '../reload.js';
import type { Logger } from '../router/index.js';

/** The keys of `auth.jwt`, which may be others after the configuration was read again. */
export class ConfiguredKeys implements Reloadable {
  readonly covers = ['auth.jwt.keys', 'auth.jwt.jwks'];
  readonly ring: KeyRing;
  readonly #logger: Logger;
  readonly #watch: SigningKeyWatch;
  #sets: readonly { readonly options: JwksOptions; readonly set: KeySet }[] = [];

  /** Throws UnusableKey. */
  constructor(config: Config, logger: Logger) {
    this.#logger = logger;
    const { content, sets } = this.#read(config);
    this.#sets = sets;
    this.ring = new KeyRing(content);
    this.#watch = new SigningKeyWatch({ keys: this.ring, logger });
  }

  /** Throws UnusableKey. Endpoints that are configured as before keep what was fetched from them. */
  prepare(config: Config): () => void {
    const { content, sets } = this.#read(config);
    return () => {
      this.#sets = sets;
      this.ring.replace(content);
      const kids = config.auth.jwt.keys.map(({ kid }) => kid ?? null);
      this.#logger.info({ kids, signing: content.keys.signing?.kid }, 'token keys');
      this.#watch.look();
    };
  }

  /** Idempotent. */
  close(): void {
    this.#watch.close();
  }

  #read({ auth: { jwt } }: Config) {
    const sets = jwt.jwks.map((options) => ({ options, set: this.#setOf(options) }));
    const content: KeyRingContent = {
      keys: new TokenKeys(jwt.keys),
      sets: sets.map(({ set }) => set),
    };
    return { content, sets };
  }

  #setOf(options: JwksOptions): KeySet {
    const before = this.#sets.find((each) => isDeepStrictEqual(each.options, options));
    return before?.set ?? new KeySet({ ...options, logger: this.#logger });
  }
}
