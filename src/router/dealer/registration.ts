import type { RegistrationId } from '../protocol/id.js';
import type { MatchPolicy } from '../protocol/uri.js';
import type { Session } from '../session.js';

/** How the callee of a call is chosen among those of a registration (WAMP, Shared Registration; `least_busy` is ours). */
export type InvocationPolicy = 'single' | 'roundrobin' | 'random' | 'first' | 'last' | 'least_busy';

/** A procedure or pattern that sessions have registered: one for each pair of URI and match policy. */
export interface Registration {
  readonly id: RegistrationId;
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly invoke: InvocationPolicy;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /** In the order in which they registered. */
  readonly callees: readonly Session[];
}

/** The registrations that there are, for those who only look. */
export interface RegistrationDirectory extends Iterable<Registration> {
  find(id: number): Registration | undefined;
  lookup(uri: string, match: MatchPolicy): Registration | undefined;
  /** Those that a session takes part in. */
  of(session: Session): readonly Registration[];
  /** The one that a call of `procedure` goes to. */
  best(procedure: string): Registration | undefined;
}

/** Hears how registrations come and go, in this order and while it happens (WAMP, Registration Meta API). Not of those below `wamp.`. */
export interface RegistrationObserver {
  /** The first callee has made it; {@link onregistered} follows. */
  readonly oncreated: (session: Session, registration: Registration) => void;
  readonly onregistered: (session: Session, registration: Registration) => void;
  readonly onunregistered: (session: Session, registration: Registration) => void;
  /** Its last callee has gone; comes after {@link onunregistered}. */
  readonly ondeleted: (session: Session, registration: Registration) => void;
}
