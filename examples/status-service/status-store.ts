/** What a user is doing. Field names are those of the JSON and of the events. */
export interface UserStatus {
  readonly user: string;
  readonly status: string;
  readonly message: string;
  /** One counter over all users, rising in commit order: of two versions of anything the higher one is newer. */
  readonly version: number;
  /** ISO 8601, UTC. */
  readonly changed_at: string;
}

/** All statuses at one moment. */
export interface StatusSnapshot {
  /** By user name. */
  readonly statuses: readonly UserStatus[];
  /** The highest version given out until then, removals included. */
  readonly version: number;
}

/** What a set did. */
export interface StatusWrite {
  readonly status: UserStatus;
  readonly created: boolean;
}

/** The store is at one of its bounds: nothing was written. */
export class StoreFull extends Error {
  /** `users`: no room for another user. `backlog`: too many events wait for the router; room comes back by itself. */
  readonly bound: 'users' | 'backlog';

  constructor(bound: 'users' | 'backlog', limit: number) {
    super(
      bound === 'users'
        ? `there are already ${limit} users`
        : `${limit} events already wait for the router`,
    );
    this.name = 'StoreFull';
    this.bound = bound;
  }
}

/**
 * Where statuses live. A write stores the entity and its event in one transaction: after a crash there are both or neither.
 * Every method rejects when the database cannot be reached.
 */
export interface StatusStore {
  list(): Promise<StatusSnapshot>;
  find(user: string): Promise<UserStatus | undefined>;
  /** @throws {@link StoreFull} */
  set(user: string, change: { status: string; message: string }): Promise<StatusWrite>;
  /** The removed status under the version of its removal; undefined when there was none. @throws {@link StoreFull} */
  remove(user: string): Promise<UserStatus | undefined>;
  /** Idempotent. */
  close(): Promise<void>;
}
