import { RevocationJournal } from '../auth/revocation/revocation-journal.js';
import { Revocations } from '../auth/revocation/revocations.js';
import type { Config } from '../config/config.js';
import type { Logger } from '../router/index.js';

/**
 * What is revoked, as the configuration says to keep it: for as long as tokens, tickets and web log-ins may be about, and over a restart if there is
 * a file for it. Throws UnusableRevocationFile when that cannot be read or written.
 */
export function configuredRevocations(config: Config, logger: Logger): Revocations {
  const { jwt, ticket, session, revocation } = config.auth;
  const { file, max } = revocation;
  const keepMs = Math.max(jwt.maxTtlMs + jwt.clockToleranceMs, ticket.ttlMs, session.ttlMs);
  if (file === undefined && config.production) {
    const message =
      'auth.revocation.file is not set: after a restart, what was revoked holds again';
    logger.warn({}, message);
  }
  const store = file === undefined ? undefined : new RevocationJournal({ file, logger });
  return new Revocations({ keepMs, max, store });
}
