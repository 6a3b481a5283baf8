import { Uri, WampError } from '../protocol/errors.js';
import { NO_REQUEST } from '../protocol/id.js';
import { MessageType, type Dict, type Register, type Unregister } from '../protocol/message.js';
import type { Registration, RegistrationObserver } from './registration.js';
import type { Session } from '../session.js';
import type { Invocations } from './invocations.js';
import type { ActiveRegistration } from './pending-call.js';
import type { PendingCalls } from './pending-calls.js';
import { registerWish, type RegisterRules } from './register-options.js';
import type { Registrations } from './registrations.js';

/** What an enrolment acts upon. */
export interface EnrolmentOptions {
  readonly registrations: Registrations;
  readonly calls: PendingCalls;
  readonly invocations: Invocations;
  readonly rules: RegisterRules;
  readonly observer: RegistrationObserver | undefined;
}

/** How sessions come to take part in registrations and cease to, and who is told. */
export class Enrolment {
  readonly #options: EnrolmentOptions;

  constructor(options: EnrolmentOptions) {
    this.#options = options;
  }

  /** Registers a procedure or pattern; with a shared policy, one that others have too. Throws WampError. */
  register(session: Session, message: Register): void {
    const { registrations, calls, invocations, rules } = this.#options;
    const { key, isForced, terms } = registerWish(session, message, rules);
    const replaced = isForced ? registrations.lookup(key.uri, key.match) : undefined;
    if (!isForced) registrations.check(key, session);
    else if (isOutOfReach(replaced, session)) throw new WampError(Uri.procedureAlreadyExists);
    if (registrations.countOf(session) >= session.limits.registrations) {
      throw new WampError(Uri.limitExceeded, ['too many registrations in this session']);
    }
    this.#revokeAll(replaced);
    const callee = { session, calls: calls.of(session), inFlight: 0, ...terms };
    const registration = registrations.add(key, callee);
    const { id } = registration;
    session.send({ type: MessageType.Registered, request: message.request, registration: id });
    const observer = this.#observerOf(registration);
    if (registration.members.length === 1) observer?.oncreated(session, registration);
    observer?.onregistered(session, registration);
    invocations.serve(registration);
  }

  /** Ends a registration of this session. Calls under way are still answered. Throws WampError. */
  unregister(session: Session, message: Unregister): void {
    const registration = this.#options.registrations.find(message.registration);
    if (registration === undefined || !this.#remove(registration, session)) {
      throw new WampError(Uri.noSuchRegistration);
    }
    session.send({ type: MessageType.Unregistered, request: message.request });
    this.#afterLeaving(session, registration);
  }

  /** Takes a registration away from a session; false when it does not take part in it. */
  revoke({ id }: Pick<Registration, 'id'>, session: Session, reason?: string): boolean {
    const registration = this.#options.registrations.find(id);
    if (registration === undefined || !this.#remove(registration, session)) return false;
    if (session.announces('callee.registration_revocation')) {
      const details: Dict = { registration: id, ...(reason !== undefined && { reason }) };
      session.send({ type: MessageType.Unregistered, request: NO_REQUEST, details });
    }
    this.#afterLeaving(session, registration);
    return true;
  }

  /** Ends all registrations of a session that has left. */
  removeSession(session: Session): void {
    for (const registration of this.#options.registrations.of(session)) {
      this.#remove(registration, session);
      this.#afterLeaving(session, registration);
    }
  }

  #remove({ id }: ActiveRegistration, session: Session): boolean {
    return this.#options.registrations.remove(id, session);
  }

  #revokeAll(registration: ActiveRegistration | undefined): void {
    if (registration === undefined) return;
    for (const session of registration.callees) {
      this.revoke(registration, session, 'another callee has taken the procedure');
    }
  }

  #afterLeaving(session: Session, registration: ActiveRegistration): void {
    const observer = this.#observerOf(registration);
    observer?.onunregistered(session, registration);
    if (registration.members.length === 0) observer?.ondeleted(session, registration);
    this.#options.invocations.endHopeless(registration);
  }

  /** The observer, unless the registration is the router's own. */
  #observerOf({ uri }: ActiveRegistration): RegistrationObserver | undefined {
    return uri.startsWith('wamp.') ? undefined : this.#options.observer;
  }
}

/** What the router's own clients have registered, nobody else takes away from them. */
const isOutOfReach = (registration: ActiveRegistration | undefined, session: Session): boolean =>
  !session.isInternal && registration?.callees.some(({ isInternal }) => isInternal) === true;
