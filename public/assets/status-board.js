/**
 * @typedef {object} Status What one user's row shows.
 * @property {string} user
 * @property {string} status
 * @property {string} message
 * @property {number} version One counter over all users, strictly increasing in the order of commits, removals included.
 * @property {string} changed_at ISO 8601.
 */

/** How many removals a complete board remembers one by one; older ones are covered by the floor. */
const maximumRemovals = 1000;

/**
 * Every user's newest status, out of a snapshot and events that may come before it, after it, twice or out of order. The newest
 * version of a user wins, whichever way it arrived, so nothing has to be held back while the snapshot is on its way.
 */
export class StatusBoard {
  /** @type {Map<string, Status>} */
  #current = new Map();
  /** Versions of removals, oldest first: what a late event must not bring back. @type {Map<string, number>} */
  #removed = new Map();
  /** No event up to this version is news. */
  #floor = 0;
  /** The rows of before resync(), shown until the snapshot tells what became of them. @type {Map<string, Status>} */
  #earlier = new Map();
  #isComplete = false;

  /** Whether a snapshot has come since the start or the last resync(). */
  get isComplete() {
    return this.#isComplete;
  }

  /**
   * To be called before a snapshot is asked for: events may have been missed. What is known is still shown, but counts no more:
   * an event that came before the question is in the answer.
   */
  resync() {
    this.#earlier = new Map(this.#visible());
    this.#current = new Map();
    this.#removed = new Map();
    this.#floor = 0;
    this.#isComplete = false;
  }

  /**
   * A user's status has changed.
   * @param {Status} status
   * @returns {boolean} Whether that was news.
   */
  change(status) {
    if (!this.#isNews(status)) return false;
    this.#set(status);
    return true;
  }

  /**
   * A user is gone.
   * @param {Pick<Status, 'user' | 'version'>} removal
   * @returns {boolean} Whether that was news.
   */
  remove(removal) {
    if (!this.#isNews(removal)) return false;
    this.#current.delete(removal.user);
    this.#removed.delete(removal.user);
    this.#removed.set(removal.user, removal.version);
    if (this.#isComplete) this.#forgetOldRemovals();
    return true;
  }

  /**
   * All rows as they were at `version`; what events told beyond that version stays.
   * @param {readonly Status[]} rows
   * @param {number} version
   */
  apply(rows, version) {
    const listed = new Set(rows.map((row) => row.user));
    for (const row of rows) {
      if (row.version > this.#knownVersion(row.user)) this.#set(row);
    }
    for (const [user, row] of this.#current) {
      if (!listed.has(user) && row.version <= version) this.#current.delete(user);
    }
    for (const [user, removedAt] of this.#removed) {
      if (removedAt <= version) this.#removed.delete(user);
    }
    this.#floor = version;
    this.#earlier.clear();
    this.#isComplete = true;
    this.#forgetOldRemovals();
  }

  /**
   * What to show, by user.
   * @returns {Status[]}
   */
  rows() {
    return [...this.#visible().values()].sort((a, b) => compareUsers(a.user, b.user));
  }

  #visible() {
    if (this.#isComplete) return this.#current;
    const visible = new Map(this.#earlier);
    for (const user of this.#removed.keys()) visible.delete(user);
    for (const [user, status] of this.#current) visible.set(user, status);
    return visible;
  }

  /** @param {Status} status */
  #set(status) {
    this.#removed.delete(status.user);
    this.#current.set(status.user, status);
  }

  /** @param {Pick<Status, 'user' | 'version'>} event */
  #isNews({ user, version }) {
    return version > this.#floor && version > this.#knownVersion(user);
  }

  /** @param {string} user */
  #knownVersion(user) {
    return this.#current.get(user)?.version ?? this.#removed.get(user) ?? 0;
  }

  #forgetOldRemovals() {
    for (const [user, version] of this.#removed) {
      if (this.#removed.size <= maximumRemovals) return;
      this.#removed.delete(user);
      this.#floor = Math.max(this.#floor, version);
    }
  }
}

const { compare: compareNames } = new Intl.Collator(undefined, { numeric: true });

/**
 * @param {string} a
 * @param {string} b
 */
function compareUsers(a, b) {
  if (a === b) return 0;
  return compareNames(a, b) || (a < b ? -1 : 1);
}
