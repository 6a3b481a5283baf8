import type { Authorizer, RealmOptions, SessionLimits } from '../../router/index.js';
import { AUTH_REALM, namespaceOf, REGISTER_METHOD } from './authmethod-registry.js';

/** Who may come into the auth realm from outside, and what for. */
export interface AuthRealmOptions {
  /** The listeners through which providers come; none: the realm is for the router's own clients only. */
  readonly listeners: readonly string[];
  /** Their roles. */
  readonly roles: readonly string[];
  /** Bounds of their sessions: each log-in is two messages of theirs. */
  readonly limits: Partial<SessionLimits>;
  /** The authmethods that they may answer for. */
  readonly methods: readonly string[];
  readonly onleft: NonNullable<RealmOptions['onleft']>;
}

/** The auth realm: those who come into it from outside can announce providers and be asked as such, and nothing else. */
export const authRealm = (options: AuthRealmOptions): RealmOptions => ({
  name: AUTH_REALM,
  isInternal: options.listeners.length === 0,
  listeners: new Set(options.listeners),
  // Thruway's clients number their requests at random.
  requestIds: 'lenient',
  authorizer: providerAuthorizer(options.methods),
  roles: new Map(options.roles.map((role) => [role, { limits: options.limits }])),
  retention: { topics: 0, bytes: 0 },
  thruway: { replaceOrphanedSession: true },
  onleft: options.onleft,
});

function providerAuthorizer(methods: readonly string[]): Authorizer {
  const namespaces = methods.map(namespaceOf);
  return {
    authorize: (_principal, action, uri, match) =>
      action === 'call'
        ? uri === REGISTER_METHOD
        : action === 'register' &&
          match === 'exact' &&
          namespaces.some((namespace) => uri.startsWith(namespace)),
  };
}
