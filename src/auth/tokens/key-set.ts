import { AuthenticatorUnavailable, silentLogger, type Logger } from '../../router/index.js';
import { fetchJwks, keyName, type FetchedKeys, type JwksOptions } from './jwks.js';
import type { TokenKey } from './token-keys.js';

/** The pause after the first failure; doubled for each further one. */
const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

/** What a {@link KeySet} needs. */
export interface KeySetOptions extends JwksOptions {
  readonly logger?: Logger;
  /** Default {@link fetchJwks}. */
  readonly fetchKeys?: (options: JwksOptions) => Promise<FetchedKeys>;
}

/**
 * The keys of one endpoint, fetched when they are needed and kept for a while. However many tokens with whatever `kid` come, the endpoint is
 * asked by one request at a time: again for an unknown `kid` not before the cooldown is over, after a failure ever later, and ahead of time
 * once half the time that keys count is over, so that nobody waits for it and a short failure goes unnoticed.
 */
export class KeySet {
  readonly #options: KeySetOptions;
  readonly #logger: Logger;
  readonly #fetchKeys: (options: JwksOptions) => Promise<FetchedKeys>;
  #keys: FetchedKeys = new Map();
  /** Milliseconds since the epoch, of the last time that it went well. */
  #fetchedAt = -Infinity;
  #failures = 0;
  #retryAt = -Infinity;
  #fetching: Promise<void> | undefined;

  constructor(options: KeySetOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#fetchKeys = options.fetchKeys ?? fetchJwks;
  }

  /** The key, if it is at hand and counts. */
  find(alg: string, kid: string): TokenKey | undefined {
    const { cacheMs } = this.#options;
    const age = Date.now() - this.#fetchedAt;
    if (age >= cacheMs) return undefined;
    const key = this.#keys.get(keyName(alg, kid));
    // Who finds it need not wait for the next ones; that these could not be fetched is told by whoever must.
    if (key !== undefined && age >= cacheMs / 2) this.#refresh().catch(() => undefined);
    return key;
  }

  /**
   * The key of a `kid` that was not found, after the endpoint was asked again, if it is time to. Rejects with AuthenticatorUnavailable when
   * nobody can say whether there is such a key.
   */
  async lookUp(alg: string, kid: string): Promise<TokenKey | undefined> {
    const { cacheMs, cooldownMs } = this.#options;
    const age = Date.now() - this.#fetchedAt;
    const isKnown = this.#failures === 0 && age < Math.min(cacheMs, cooldownMs);
    if (!isKnown) await this.#refresh();
    return this.#keys.get(keyName(alg, kid));
  }

  #refresh(): Promise<void> {
    if (this.#fetching === undefined && Date.now() < this.#retryAt) {
      return Promise.reject(this.#unavailable());
    }
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<void> {
    const { uri } = this.#options;
    try {
      this.#keys = await this.#fetchKeys(this.#options);
    } catch (error) {
      const pause = Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** this.#failures);
      this.#failures += 1;
      this.#retryAt = Date.now() + pause;
      this.#logger.warn({ uri, reason: reasonOf(error) }, 'keys could not be fetched');
      throw this.#unavailable();
    }
    this.#failures = 0;
    this.#retryAt = -Infinity;
    this.#fetchedAt = Date.now();
    this.#logger.info({ uri, keys: this.#keys.size }, 'keys fetched');
  }

  #unavailable(): AuthenticatorUnavailable {
    return new AuthenticatorUnavailable(`the keys of ${this.#options.uri} cannot be fetched now`);
  }
}

/** In words; the cause of a failed `fetch` tells more than itself. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
