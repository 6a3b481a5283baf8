import type { Entrance } from './connection.js';
import type { RealmRole } from './realm-options.js';
import type { SessionLimits } from './session-limits.js';

/** What a session is given by where it came in and by its role. */
export interface SessionTerms {
  readonly limits: SessionLimits;
  /** Sent with what it publishes and calls (WAMP, Publication and Call Trust Levels). */
  readonly trustLevel?: number | undefined;
}

/** The terms of the sessions of a role that come in by an entrance. */
export const termsOf = (entrance: Entrance, role: RealmRole | undefined): SessionTerms => ({
  limits: role?.limits === undefined ? entrance.limits : boundsOf(entrance, role.limits),
  trustLevel: role?.trustLevel,
});

const boundsByRole = new WeakMap<Partial<SessionLimits>, WeakMap<Entrance, SessionLimits>>();

/** The bounds of the sessions of a role that come in by an entrance: all of them share one object. */
function boundsOf(entrance: Entrance, roleLimits: Partial<SessionLimits>): SessionLimits {
  const byEntrance = boundsByRole.get(roleLimits) ?? new WeakMap<Entrance, SessionLimits>();
  boundsByRole.set(roleLimits, byEntrance);
  const bounds = byEntrance.get(entrance) ?? { ...entrance.limits, ...roleLimits };
  byEntrance.set(entrance, bounds);
  return bounds;
}
