/** A password hash that can be checked within bounds. */
export interface PasswordHash {
  /**
   * What a check costs: those of one profile cost the same. Kind and parameters, as they stand before the salt:
   * `$argon2id$v=19$m=19456,t=2,p=1`.
   */
  readonly profile: string;
  /** Whether it should give way to one of ours: it is of another kind, or cheaper to guess. */
  readonly isOutdated: boolean;
  /** Bytes of a password that it looks at: what comes after them is not proven. Left out: all. */
  readonly maxBytes?: number;
  /** Whether it is of `password`, found out without holding the event loop up. */
  readonly verify: (password: string) => Promise<boolean>;
  /** A hash of the same profile of which nobody knows the password. */
  readonly decoy: () => PasswordHash;
}

/** What the check of one password may take: in KiB the memory, and the memory times the passes over it. */
export const HASH_BOUNDS = { memory: 262_144, work: 1_048_576, lanes: 16 } as const;
