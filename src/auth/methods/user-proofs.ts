import {
  AuthenticationRefused,
  Uri,
  type AuthenticationRequest,
  type Dict,
  type Logger,
  type Principal,
} from '../../router/index.js';
import type { User, UserProvider } from '../users/user-provider.js';
import { isAuthid } from './authid.js';
import { beginAttempt, type ProofAttempts } from './proof-attempts.js';

/** What {@link UserProofs} needs. */
export interface UserProofsOptions {
  readonly users: UserProvider;
  /** Where wrong proofs are counted. */
  readonly attempts: ProofAttempts;
  /** The roles that a user may come in with. */
  readonly roles: readonly string[];
  readonly logger: Logger;
}

/** A proof that has been checked. */
export interface CheckedProof {
  readonly authmethod: string;
  /** Under what name a wrong one is counted: the one that the client gave. */
  readonly name: string;
  /** Whose proof it is; undefined: there is nobody whose it could be, and it counts as wrong. */
  readonly user: User | undefined;
  readonly isRight: boolean;
  /** For WELCOME. */
  readonly authextra?: Dict;
  /** For ABORT, beside the message. */
  readonly refusal?: Dict;
}

/** What the methods have in common by which a user proves who he is: who may try, and what follows from a right or wrong proof. */
export class UserProofs {
  readonly users: UserProvider;
  readonly #attempts: ProofAttempts;
  readonly #roles: ReadonlySet<string>;
  readonly #logger: Logger;

  constructor(options: UserProofsOptions) {
    this.users = options.users;
    this.#attempts = options.attempts;
    this.#roles = new Set(options.roles);
    this.#logger = options.logger;
  }

  /**
   * The principal of who gave a right proof. Rejects with the same words for a wrong proof and for an unknown user, after it was counted; with
   * AuthenticatorUnavailable, right or wrong, when there were too many wrong ones.
   */
  async conclude(proof: CheckedProof, request: AuthenticationRequest): Promise<Principal> {
    const { user, authmethod } = proof;
    const { peer } = request.transport;
    const isRight = proof.isRight && user !== undefined;
    const attempt = await beginAttempt(this.#attempts, proof.name, peer);
    await attempt.settle(isRight);
    if (!isRight) {
      // The name of a failed log-in is not logged: people type their password there.
      this.#logger.info({ peer, authmethod }, 'proof refused');
      throw invalidCredentials(proof.refusal);
    }
    return this.admit(user, authmethod, proof.authextra);
  }

  /** The principal of a user whose proof was right; asks once more, as the user may have been disabled since the challenge. */
  async admit({ id }: User, authmethod: string, authextra?: Dict): Promise<Principal> {
    const user = await this.users.findById(id);
    if (user === undefined) throw invalidCredentials();
    const { username: authid, role: authrole } = user;
    if (!this.#roles.has(authrole)) {
      this.#logger.error({ authid, authrole }, 'the role of a user is not for users');
      throw new AuthenticationRefused(Uri.authenticationFailed, 'authentication_failed');
    }
    return {
      authid,
      authrole,
      authroles: user.roles.filter((role) => this.#roles.has(role)),
      authmethod,
      authprovider: 'users',
      ...(authextra && { authextra }),
      proof: { subject: user.id, issuedAt: Date.now() / 1000 },
    };
  }
}

/** The refusal of a wrong proof, of an unknown user, and of a user for whom there is nothing to check it against. */
export const invalidCredentials = (details: Dict = {}): AuthenticationRefused =>
  new AuthenticationRefused(Uri.authenticationDenied, 'invalid_credentials', details);

/** HELLO.Details.authid, where a method needs one. Throws AuthenticationRefused. */
export function requiredAuthid({ details }: AuthenticationRequest): string {
  const authid = details['authid'];
  if (isAuthid(authid)) return authid;
  throw new AuthenticationRefused(
    Uri.authenticationDenied,
    'authid must be a plain string of 1 to 128 characters',
  );
}
