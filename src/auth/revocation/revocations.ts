import type { Principal, Proof } from '../../router/index.js';

/** What is revoked: one token by its `jti`, all older tokens of a user by its id, or a web log-in by its name. */
export type RevokedKind = 'token' | 'user' | 'login';

/** One revocation. */
export interface Revocation {
  readonly kind: RevokedKind;
  readonly id: string;
  /** Tokens issued before then are meant, in ms since the epoch. */
  readonly before: number;
  /** No such token lives any more after then, in ms since the epoch. */
  readonly until: number;
}

/** Where revocations are kept over a restart. */
export interface RevocationStore {
  /** What is kept, the oldest first. */
  readonly kept: readonly Revocation[];
  /** All tokens issued until then (ms since the epoch) are refused, as revocations of that time are not known; undefined: none. */
  readonly forgottenUntil: number | undefined;
  /** Keeps some more, all at once. `all` is what there is now, for when the whole is written anew. Never throws. */
  readonly keep: (revocations: readonly Revocation[], all: RevocationState) => void;
}

/** All that is remembered. */
export interface RevocationState {
  readonly size: number;
  readonly revocations: Iterable<Revocation>;
  readonly forgottenUntil: number | undefined;
}

/** Bounds of {@link Revocations}. */
export interface RevocationsOptions {
  /** As long as a token may live after it was revoked: the verifier's `maxTtlMs` plus its clock tolerance. */
  readonly keepMs: number;
  /** How many are remembered. Default 100,000. */
  readonly max?: number;
  /** Default: they end with the process. */
  readonly store?: RevocationStore | undefined;
}

/** What stands or falls with a revocation. */
export type Revocable = {
  readonly [Key in 'proof' | 'login' | 'expiresAt']?: Principal[Key] | undefined;
};

/**
 * Remembers what was revoked, for as long as tokens of it may be about. Bounded, and closed when the bound is met: whoever holds a token as
 * old as what had to be forgotten is refused and fetches a new one.
 */
export class Revocations {
  readonly #keepMs: number;
  readonly #max: number;
  readonly #store: RevocationStore | undefined;
  /** By kind and id, the oldest first. */
  readonly #known = new Map<string, Revocation>();
  #forgottenUntil: number | undefined;

  /** Throws RangeError when nothing could be remembered. */
  constructor(options: RevocationsOptions) {
    const { keepMs, max = 100_000, store } = options;
    if (!(keepMs > 0 && max >= 1)) throw new RangeError('keepMs and max must be positive');
    this.#keepMs = keepMs;
    this.#max = max;
    this.#forgottenUntil = store?.forgottenUntil;
    for (const revocation of store?.kept ?? []) this.#set(revocation);
    this.#store = store;
    this.#sweep(Date.now());
  }

  /** How many are remembered now. */
  get size(): number {
    return this.#known.size;
  }

  /** From now on tokens of this web log-in are refused. */
  revokeLogin(login: string): void {
    const now = Date.now();
    this.#add([{ kind: 'login', id: login, before: now, until: now + this.#keepMs }], now);
  }

  /**
   * From now on the token with this `jti` is refused. It is remembered until `expiresAt` (Unix seconds), if that is known. Throws RangeError
   * for what is no time.
   */
  revokeToken(id: string, expiresAt = Infinity): void {
    if (Number.isNaN(expiresAt)) throw new RangeError('expiresAt is no time');
    const now = Date.now();
    const until = now + this.#keepMs;
    // A token is accepted a little longer than it says, as clocks differ.
    const end = Math.min(until, expiresAt * 1000 + MAX_TOLERANCE_MS);
    this.#add([{ kind: 'token', id, before: now, until: end }], now);
  }

  /** From now on tokens of these users that were issued before `issuedBefore` (Unix seconds; left out: now) are refused. */
  revokeUsers(userIds: readonly string[], issuedBefore = Date.now() / 1000): void {
    const revocations = userIds.map((id): Revocation => {
      const before = Math.max(this.#userBefore(id), issuedBefore * 1000);
      return { kind: 'user', id, before, until: before + this.#keepMs };
    });
    this.#add(revocations, Date.now());
  }

  /** Whether this stands on something that was revoked. A token without a time of issue is as old as can be. */
  isRevoked({ proof, login, expiresAt }: Revocable): boolean {
    // A backend's ticket, or what another provider vouches for, is nothing that could be revoked here.
    if (proof === undefined && login === undefined) return false;
    const issuedAt = (proof?.issuedAt ?? unknownTime(expiresAt)) * 1000;
    if (this.#forgottenUntil !== undefined && issuedAt <= this.#forgottenUntil) return true;
    return this.#knows('login', login) || (proof !== undefined && this.#isVoid(proof, issuedAt));
  }

  #isVoid({ id, subject }: Proof, issuedAt: number): boolean {
    return this.#knows('token', id) || issuedAt < this.#userBefore(subject);
  }

  #knows(kind: RevokedKind, id: string | undefined): boolean {
    return id !== undefined && this.#known.has(keyOf(kind, id));
  }

  /** What a user got before then is void, in ms since the epoch. */
  #userBefore(userId: string): number {
    return this.#known.get(keyOf('user', userId))?.before ?? -Infinity;
  }

  #add(revocations: readonly Revocation[], now: number): void {
    for (const revocation of revocations) this.#set(revocation);
    this.#sweep(now);
    this.#store?.keep(revocations, this.#state());
  }

  #set(revocation: Revocation): void {
    const key = keyOf(revocation.kind, revocation.id);
    this.#known.delete(key);
    this.#known.set(key, revocation);
  }

  /** Forgets what is over; where that is not enough, the oldest of what is not. */
  #sweep(now: number): void {
    for (const [key, { until }] of this.#known) {
      if (until < now) this.#known.delete(key);
      else if (this.#known.size <= this.#max) break;
    }
    if (this.#known.size <= this.#max) return;
    for (const [key, { before }] of this.#known) {
      if (this.#known.size <= this.#max) break;
      this.#known.delete(key);
      this.#forgottenUntil = Math.max(this.#forgottenUntil ?? -Infinity, before);
    }
  }

  #state(): RevocationState {
    const { size } = this.#known;
    return { size, revocations: this.#known.values(), forgottenUntil: this.#forgottenUntil };
  }
}

/** No verifier bears a clock that is off by more. */
const MAX_TOLERANCE_MS = 60_000;

/** Who came by no token came just now. */
const unknownTime = (expiresAt: number | undefined): number =>
  expiresAt === undefined ? Infinity : -Infinity;

const keyOf = (kind: RevokedKind, id: string): string => `${kind} ${id}`;
