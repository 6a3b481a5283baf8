import type { Session } from './session.js';

/** The sessions of a realm, by their ids. */
export class RealmSessions implements Iterable<Session> {
  readonly #byId = new Map<number, Session>();
  readonly #countsByAuthid = new Map<string, number>();

  /** In the order in which they joined. */
  [Symbol.iterator](): Iterator<Session> {
    return this.#byId.values();
  }

  find(id: number): Session | undefined {
    return this.#byId.get(id);
  }

  /** How many sessions this user has. */
  countOf(authid: string): number {
    return this.#countsByAuthid.get(authid) ?? 0;
  }

  add(session: Session): void {
    const { authid } = session.principal;
    this.#byId.set(session.id, session);
    this.#countsByAuthid.set(authid, this.countOf(authid) + 1);
  }

  /** False when it was not there. */
  delete(session: Session): boolean {
    if (!this.#byId.delete(session.id)) return false;
    const { authid } = session.principal;
    const left = this.countOf(authid) - 1;
    if (left > 0) this.#countsByAuthid.set(authid, left);
    else this.#countsByAuthid.delete(authid);
    return true;
  }
}
