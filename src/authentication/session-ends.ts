import type { Revocations } from '../auth/revocation/revocations.js';
import { SessionRevoker, type EndSessions } from '../auth/revocation/session-revoker.js';
import { UserWatch } from '../auth/revocation/user-watch.js';
import type { Closers } from '../closers.js';
import type { Logger, Router } from '../router/index.js';
import type { Authentication } from './start-authentication.js';

/** What ends sessions, and whose. */
export interface WatchParts {
  readonly router: Router;
  readonly authentication: Authentication;
  readonly revocations: Revocations;
  readonly closers: Closers;
}

/** Ends sessions when what they stand on is revoked. */
export function sessionRevoker(
  { logger }: { readonly logger: Logger },
  { router, revocations }: Pick<WatchParts, 'router' | 'revocations'>,
): SessionRevoker {
  const endSessions: EndSessions = (...end) => router.endSessions(...end);
  return new SessionRevoker({ revocations, endSessions, logger });
}

/** Ends sessions when their users may not have them any more. */
export function watchUsers({ logger }: { readonly logger: Logger }, parts: WatchParts): void {
  const { router, authentication, revocations, closers } = parts;
  const watch = new UserWatch({
    users: authentication.users,
    principals: () => router.principals,
    endSessions: (...end) => router.endSessions(...end),
    ongone: (userIds) => {
      // A whole second: who may log in again at once must not be refused for having been quick.
      revocations.revokeUsers(userIds, Math.floor(Date.now() / 1000));
    },
    logger,
  });
  closers.add(() => {
    watch.close();
  });
}
