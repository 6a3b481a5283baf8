import { PatternMap } from '../pattern-map/pattern-map.js';
import { Uri, WampError } from '../protocol/errors.js';
import { newRegistrationId, type RegistrationId } from '../protocol/id.js';
import type { Payload } from '../protocol/payload.js';
import type { MatchPolicy } from '../protocol/uri.js';
import type { InvocationPolicy, RegistrationDirectory } from './registration.js';
import type { Session } from '../session.js';
import type { ActiveRegistration, Callee, PendingCall } from './pending-call.js';

/** What a registration is known by. */
export interface RegistrationKey {
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly invoke: InvocationPolicy;
}

/** The registrations of a realm and who takes part in which. */
export class Registrations implements RegistrationDirectory {
  readonly #byUri = new PatternMap<SharedRegistration>();
  readonly #byId = new Map<number, SharedRegistration>();
  readonly #bySession = new Map<Session, Set<SharedRegistration>>();

  /** All, the oldest first. */
  [Symbol.iterator](): Iterator<ActiveRegistration> {
    return this.#byId.values();
  }

  /** The one with this id. */
  find(id: number): ActiveRegistration | undefined {
    return this.#byId.get(id);
  }

  /** The one of exactly this URI and match policy. */
  lookup(uri: string, match: MatchPolicy): ActiveRegistration | undefined {
    return this.#byUri.find(uri, match);
  }

  /** The one that a call of `procedure` goes to (WAMP, Pattern-based Registrations). */
  best(procedure: string): ActiveRegistration | undefined {
    return this.#byUri.best(procedure);
  }

  /** How many a session takes part in. */
  countOf(session: Session): number {
    return this.#bySession.get(session)?.size ?? 0;
  }

  /** Those that a session takes part in. */
  of(session: Session): ActiveRegistration[] {
    return [...(this.#bySession.get(session) ?? [])];
  }

  /**
   * Throws WampError unless this session may take part: the registration is shared, by the same policy until its last callee leaves, and
   * the session is not among them (WAMP, Shared Registration).
   */
  check({ uri, match, invoke }: RegistrationKey, session: Session): void {
    const existing = this.#byUri.find(uri, match);
    if (existing === undefined) return;
    if (invoke === 'single' || existing.invoke !== invoke || existing.has(session)) {
      throw new WampError(Uri.procedureAlreadyExists);
    }
  }

  /** Adds a callee to the registration, which is made when there is none. */
  add(key: RegistrationKey, callee: Callee): ActiveRegistration {
    const registration = this.#byUri.find(key.uri, key.match) ?? this.#create(key);
    registration.members.push(callee);
    const held = this.#bySession.get(callee.session);
    if (held === undefined) this.#bySession.set(callee.session, new Set([registration]));
    else held.add(registration);
    return registration;
  }

  /** Removes a callee, and the registration with its last. False when the session does not take part in it. */
  remove(id: number, session: Session): boolean {
    const registration = this.#byId.get(id);
    if (registration?.leave(session) !== true) return false;
    const held = this.#bySession.get(session);
    held?.delete(registration);
    if (held?.size === 0) this.#bySession.delete(session);
    if (registration.members.length === 0) {
      this.#byId.delete(registration.id);
      this.#byUri.delete(registration.uri, registration.match);
    }
    return true;
  }

  #create(key: RegistrationKey): SharedRegistration {
    const registration = new SharedRegistration(key);
    this.#byUri.set(key.uri, key.match, registration);
    this.#byId.set(registration.id, registration);
    return registration;
  }
}

class SharedRegistration implements ActiveRegistration {
  readonly id: RegistrationId = newRegistrationId();
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly invoke: InvocationPolicy;
  readonly created = Date.now();
  readonly members: Callee[] = [];
  turn = 0;
  kept = 0;
  waiting: Map<PendingCall, Payload> | undefined = undefined;

  constructor({ uri, match, invoke }: RegistrationKey) {
    this.uri = uri;
    this.match = match;
    this.invoke = invoke;
  }

  get callees(): readonly Session[] {
    return this.members.map(({ session }) => session);
  }

  has(session: Session): boolean {
    return this.members.some((member) => member.session === session);
  }

  leave(session: Session): boolean {
    const place = this.members.findIndex((member) => member.session === session);
    if (place < 0) return false;
    this.members.splice(place, 1);
    // So that nobody's turn is skipped.
    if (place < this.turn) this.turn -= 1;
    return true;
  }
}
