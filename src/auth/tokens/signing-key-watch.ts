import type { Logger } from '../../router/index.js';
import type { SigningKey } from './token-keys.js';

/** So long before its end a key is spoken of. */
export const ENDS_SOON_MS = 7 * 86_400_000;
const DEFAULT_EVERY_MS = 6 * 3_600_000;

/** What a {@link SigningKeyWatch} needs. */
export interface SigningKeyWatchOptions {
  readonly keys: { readonly signing: SigningKey | undefined };
  readonly logger: Logger;
  /** Default 6 h. */
  readonly everyMs?: number;
}

/** Warns in the log, in time, that the key with which tokens are signed ends. */
export class SigningKeyWatch {
  readonly #options: SigningKeyWatchOptions;
  readonly #timer: NodeJS.Timeout;

  /** Looks at once, and every now and then. */
  constructor(options: SigningKeyWatchOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.look();
    }, options.everyMs ?? DEFAULT_EVERY_MS);
    // A word in the log is no reason to stay alive.
    this.#timer.unref();
    this.look();
  }

  /** Says so if the key has ended, or does within a week. */
  look(): void {
    const { keys, logger } = this.#options;
    if (keys.signing === undefined || keys.signing.notAfter === Infinity) return;
    const { kid, notAfter } = keys.signing;
    const endsAt = notAfter * 1000;
    const fields = { kid, not_after: new Date(endsAt).toISOString() };
    const remainingMs = endsAt - Date.now();
    if (remainingMs <= 0) {
      logger.error(fields, 'the key that signs tokens has ended: none are issued');
    } else if (remainingMs <= ENDS_SOON_MS) {
      logger.warn(fields, 'the key that signs tokens ends soon: sign with another one');
    }
  }

  /** Looks no more. Idempotent. */
  close(): void {
    clearInterval(this.#timer);
  }
}
