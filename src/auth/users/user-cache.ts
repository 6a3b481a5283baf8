import { idOf, type UserEntry } from './user-table.js';

/** Bounds of a {@link UserCache}. */
export interface UserCacheOptions {
  /** How long an entry is taken for unchanged, in ms. */
  readonly keepMs: number;
  /** Entries at most; the one that was put in longest ago gives way. Default 10,000. */
  readonly max?: number;
}

interface Kept {
  readonly entry: UserEntry;
  readonly until: number;
}

/** Users that were found a short time ago. */
export class UserCache {
  readonly #keepMs: number;
  readonly #max: number;
  /** By id, the one that was put in last at the end. */
  readonly #kept = new Map<string, Kept>();
  readonly #ids = new Map<string, string>();

  constructor({ keepMs, max = 10_000 }: UserCacheOptions) {
    this.#keepMs = keepMs;
    this.#max = max;
  }

  /** The user of that id, if it was put in shortly. */
  findById(id: string): UserEntry | undefined {
    const kept = this.#kept.get(id);
    return kept !== undefined && kept.until > Date.now() ? kept.entry : undefined;
  }

  /** The user of that name, if it was put in shortly. */
  find(username: string): UserEntry | undefined {
    const id = this.#ids.get(username);
    return id === undefined ? undefined : this.findById(id);
  }

  /** Puts a user in, in the place of what was known of it. */
  add(entry: UserEntry): void {
    const id = idOf(entry);
    this.remove(id);
    this.#kept.set(id, { entry, until: Date.now() + this.#keepMs });
    this.#ids.set(entry.username, id);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#max && oldest !== undefined) this.remove(oldest);
  }

  /** Forgets the user of that id. */
  remove(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    if (this.#ids.get(kept.entry.username) === id) this.#ids.delete(kept.entry.username);
  }

  /** Forgets all. */
  clear(): void {
    this.#kept.clear();
    this.#ids.clear();
  }
}
