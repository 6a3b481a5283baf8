import { argon2idDecoy, hashPassword } from './argon2id-hash.js';
import type { PasswordHash } from './checkable-hash.js';
import { CheckQueue, type CheckQueueOptions } from './check-queue.js';
import { networkOf } from './network.js';
import { parsePasswordHash } from './password-hash.js';

export { hashPassword } from './argon2id-hash.js';
export { PasswordCheckOverload } from './check-queue.js';

/** Bounds of a {@link PasswordVerifier}. Each running check takes a thread of libuv's pool, and 19 MiB for an argon2id hash of ours. */
export type PasswordVerifierOptions = CheckQueueOptions;

/** Whether `text` is a password hash that {@link PasswordVerifier} can check. */
export const isPasswordHash = (text: string): boolean => parsePasswordHash(text) !== undefined;

// Each costs every log-in a check: far more than any move from one kind of hash to another leaves behind.
const MAX_PROFILES = 8;

/**
 * Checks passwords off the event loop, a few at a time. Where users have hashes of several profiles, each check takes one hash of each, the user's
 * own among them: so the time tells neither who exists nor whose hash is of which kind.
 */
export class PasswordVerifier {
  readonly #queue: CheckQueue;
  /** By profile: what is checked in place of the hash that somebody does not have. */
  #decoys = decoysOf([]);

  constructor(options: PasswordVerifierOptions = {}) {
    this.#queue = new CheckQueue(options);
  }

  /** Tells which hashes there are, all of them: an unknown user costs from now on what they cost. Ignores what is no hash. */
  expect(hashes: Iterable<string>): void {
    this.#decoys = decoysOf(hashes);
  }

  /**
   * Whether `passwordHash` is of `password`; undefined stands for no such user: false, at the same cost. `source` is the address that the
   * attempt comes from: those of one network wait for each other, and have no more than their share of the queue. Rejects with
   * {@link PasswordCheckOverload} when there is no place in the queue or the verifier is closed, and for what is no hash.
   */
  async verify(
    passwordHash: string | undefined,
    password: string,
    source?: string,
  ): Promise<boolean> {
    const line = source === undefined ? undefined : networkOf(source);
    return this.#queue.run(line, async () => {
      const own = passwordHash === undefined ? undefined : parsed(passwordHash);
      if (own !== undefined) this.#learn(own);
      let isRight = false;
      // A copy: others may learn of a profile while this one waits.
      for (const [profile, decoy] of [...this.#decoys]) {
        const isOwn = own?.profile === profile;
        const isMatch = await (isOwn ? own : decoy).verify(password);
        isRight ||= isOwn && isMatch;
      }
      return isRight;
    });
  }

  /**
   * The hash that should take the place of `passwordHash`, which is of `password`; undefined if it is as good, or if it does not prove all
   * of the password. Waits for its turn as checks do, and rejects as they do.
   */
  async rehash(passwordHash: string, password: string): Promise<string | undefined> {
    const { isOutdated, maxBytes = Infinity } = parsed(passwordHash);
    if (!isOutdated || Buffer.byteLength(password) > maxBytes) return undefined;
    return this.#queue.run(undefined, () => hashPassword(password));
  }

  /** Refuses what waits and what comes, and resolves when nothing runs any more. Idempotent. */
  close(): Promise<void> {
    return this.#queue.close();
  }

  #learn(hash: PasswordHash): void {
    if (this.#decoys.has(hash.profile)) return;
    if (this.#decoys.size >= MAX_PROFILES) {
      const [oldest = ''] = this.#decoys.keys();
      this.#decoys.delete(oldest);
    }
    this.#decoys.set(hash.profile, hash.decoy());
  }
}

function decoysOf(hashes: Iterable<string>): Map<string, PasswordHash> {
  const decoys = new Map<string, PasswordHash>();
  for (const text of hashes) {
    const hash = parsePasswordHash(text);
    if (hash === undefined || decoys.has(hash.profile) || decoys.size >= MAX_PROFILES) continue;
    decoys.set(hash.profile, hash.decoy());
  }
  if (decoys.size > 0) return decoys;
  const ours = argon2idDecoy();
  return new Map([[ours.profile, ours]]);
}

function parsed(text: string): PasswordHash {
  const hash = parsePasswordHash(text);
  // Not the text itself: it may be a password where a hash should be.
  if (hash === undefined)
    throw new Error('what is kept as a password hash is none that can be checked');
  return hash;
}
