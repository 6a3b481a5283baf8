import type { SessionLimits } from './session-limits.js';

/** What the sessions of a role have, wherever they came in. */
export interface RoleTerms {
  /** Limits that differ from the listener's. */
  readonly limits?: Partial<SessionLimits>;
  /** Sent with what they publish and call: an integer from 0 (WAMP, Publication and Call Trust Levels). Default: none is sent. */
  readonly trustLevel?: number;
}

/** What a session is given by where it came in and by its role. */
export interface SessionTerms {
  readonly limits: SessionLimits;
  /** Sent with what it publishes and calls (WAMP, Publication and Call Trust Levels). */
  readonly trustLevel?: number | undefined;
}

/** The terms of the sessions of a role that come in through a listener with these limits. */
export const termsOf = (listener: SessionLimits, role: RoleTerms | undefined): SessionTerms => ({
  limits: role?.limits === undefined ? listener : boundsOf(listener, role.limits),
  trustLevel: role?.trustLevel,
});

const boundsByRole = new WeakMap<Partial<SessionLimits>, WeakMap<SessionLimits, SessionLimits>>();

/** The bounds of a role's sessions that come in through a listener: all of them share one object. */
function boundsOf(listener: SessionLimits, role: Partial<SessionLimits>): SessionLimits {
  const byListener = boundsByRole.get(role) ?? new WeakMap<SessionLimits, SessionLimits>();
  boundsByRole.set(role, byListener);
  const bounds = byListener.get(listener) ?? { ...listener, ...role };
  byListener.set(listener, bounds);
  return bounds;
}
