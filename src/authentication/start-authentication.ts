import { Decoy } from '../auth/methods/decoy.js';
import type { ProofAttempts } from '../auth/methods/proof-attempts.js';
import { UserProofs } from '../auth/methods/user-proofs.js';
import type { Revocations } from '../auth/revocation/revocations.js';
import { SingleUseTickets } from '../auth/tickets/single-use-tickets.js';
import type { TokenIssuer } from '../auth/tokens/token.js';
import { REFRESH_PROCEDURE, SessionRefresh } from '../auth/tokens/session-refresh.js';
import { TokenBearers } from '../auth/tokens/token-bearers.js';
import type { UserEntry } from '../auth/users/memory-users.js';
import type { UserProvider } from '../auth/users/user-provider.js';
import type { AuthenticatorParts } from '../authmethods/authenticator-parts.js';
import { authenticatorNamed } from '../authmethods/authenticators.js';
import { configuredTokens } from './configured-tokens.js';
import type { Config } from '../config/config.js';
import { startUsers } from './configured-users.js';
import { startProviders } from './providers.js';
import type { ReadinessCheck } from '../readiness.js';
import type { Reloadable } from '../reload.js';
import type { Authenticator, Logger, Router, SessionProcedures } from '../router/index.js';

/** What finding out who somebody is consists of. */
export interface Authentication {
  readonly users: UserProvider;
  /** The tickets that can be used once. */
  readonly tickets: SingleUseTickets;
  /** Tells whose a token is. */
  readonly bearers: TokenBearers;
  /** The roles that somebody may come in with. */
  readonly grantableRoles: readonly string[];
  /** Makes tokens, as long as there is a key to sign with. */
  readonly issuer: TokenIssuer;
  /** The ways in of these names, in this order. */
  readonly authenticatorsOf: (authmethods: readonly string[]) => readonly Authenticator[];
  /** What each realm serves its sessions, so that they prove themselves anew. */
  readonly procedures: SessionProcedures;
  /** Whether there is somebody to decide for each way in that was asked for. */
  readonly isReady: ReadinessCheck;
  /** What can be exchanged while it runs. */
  readonly reloadables: readonly Reloadable[];
  close(): Promise<void>;
}

/** What {@link startAuthentication} builds on. */
export interface AuthenticationOptions {
  readonly config: Config;
  readonly users: readonly UserEntry[];
  readonly router: Router;
  readonly revocations: Revocations;
  readonly findWebSession: AuthenticatorParts['findWebSession'];
  readonly watchLogins: AuthenticatorParts['watchLogins'];
  /** Where wrong passwords and proofs are counted. */
  readonly attempts: ProofAttempts;
  readonly logger: Logger;
}

/**
 * Builds what finds out who somebody is, and starts the providers that the router asks. Throws for a key that cannot be used.
 */
export async function startAuthentication(options: AuthenticationOptions): Promise<Authentication> {
  const { config, logger, revocations } = options;
  const { keys, tokens, issuer } = configuredTokens(config, logger);
  const users = await startUsers(options);
  const bearers = new TokenBearers({ tokens, users, revocations });
  const providers = await startProviders(options, bearers);
  const tickets = new SingleUseTickets({ ...config.auth.ticket, users, logger });
  const parts: AuthenticatorParts = {
    ...options,
    ...providers,
    ...userParts(options, users),
    tokens,
    bearers,
    tickets,
  };
  const refresh = new SessionRefresh({ bearers, roles: parts.grantableRoles, logger });
  const made = new Map<string, Authenticator>();
  const authenticatorOf = (authmethod: string): Authenticator => {
    const authenticator = made.get(authmethod) ?? authenticatorNamed(authmethod, parts);
    made.set(authmethod, authenticator);
    return authenticator;
  };
  return {
    users,
    tickets,
    bearers,
    grantableRoles: parts.grantableRoles,
    issuer,
    authenticatorsOf: (authmethods) => authmethods.map(authenticatorOf),
    procedures: new Map([[REFRESH_PROCEDURE, refresh]]),
    isReady: async () =>
      (await providers.absent())
        .filter((authmethod) => made.has(authmethod))
        .map((authmethod) => `nobody answers for ${authmethod}`),
    reloadables: [keys],
    close: () => {
      keys.close();
      providers.close();
      return users.close();
    },
  };
}

/** What the methods share in which users prove who they are. */
function userParts(
  options: AuthenticationOptions,
  users: UserProvider,
): Pick<AuthenticatorParts, 'users' | 'proofs' | 'decoy' | 'grantableRoles'> {
  const roles = grantableRoles(options.config);
  return {
    users,
    grantableRoles: roles,
    proofs: new UserProofs({ ...options, users, roles }),
    decoy: new Decoy(options.config.auth.session.secrets[0]),
  };
}

/** A user may have any role but those that are kept for trusted listeners. */
function grantableRoles({ realms, auth, trusted, listeners }: Config): string[] {
  const kept = [trusted.role];
  for (const { admission } of listeners) if (admission.isTrusted) kept.push(admission.role);
  return [
    ...realms.flatMap(({ roles }) => roles.map(({ name }) => name)),
    ...auth.providers.roles,
  ].filter((name) => !kept.includes(name));
}
