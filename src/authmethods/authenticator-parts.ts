import type { AuthmethodRegistry } from '../auth/providers/authmethod-registry.js';
import type { Revocations } from '../auth/revocation/revocations.js';
import type { LoginWatch } from '../auth/sessions/login-watch.js';
import type { OpenWebSession } from '../auth/sessions/own-web-sessions.js';
import type { TokenBearers } from '../auth/tokens/token-bearers.js';
import type { Decoy } from '../auth/methods/decoy.js';
import type { ProofAttempts } from '../auth/methods/proof-attempts.js';
import type { UserProofs } from '../auth/methods/user-proofs.js';
import type { SingleUseTickets } from '../auth/tickets/single-use-tickets.js';
import type { TokenVerifier } from '../auth/tokens/token.js';
import type { UserProvider } from '../auth/users/user-provider.js';
import type { Config } from '../config/config.js';
import type { WatchTimes } from '../authentication/login-watches.js';
import type { LocalClient, Logger } from '../router/index.js';

/** What the authenticators of an application have in common. */
export interface AuthenticatorParts {
  readonly config: Config;
  readonly logger: Logger;
  readonly users: UserProvider;
  /** Where wrong proofs are counted. */
  readonly attempts: ProofAttempts;
  /** How users prove who they are by what is kept of them. */
  readonly proofs: UserProofs;
  /** What stands in for users that there are not. */
  readonly decoy: Decoy;
  readonly tokens: TokenVerifier;
  /** Whose token it is: what decides whether a token lets somebody in, whichever way it came. */
  readonly bearers: TokenBearers;
  /** Those that `POST /ticket` gives. */
  readonly tickets: SingleUseTickets;
  /** The web session of a value of the session cookie, as it came. */
  readonly findWebSession: (value: string) => OpenWebSession | undefined;
  /** Makes a watch that ends the sessions of log-ins that have ended. */
  readonly watchLogins: (times: WatchTimes) => LoginWatch;
  readonly revocations: Revocations;
  /** The providers in the auth realm. */
  readonly registry: AuthmethodRegistry;
  /** The router's own client in the auth realm. */
  readonly client: LocalClient;
  /** The router's own client in a realm of the configuration, made when it is first asked for. */
  readonly clientIn: (realm: string) => LocalClient;
  /** The roles that somebody may come in with. */
  readonly grantableRoles: readonly string[];
}
