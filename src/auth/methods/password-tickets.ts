import {
  AuthenticatorUnavailable,
  type AuthenticationRequest,
  type Principal,
} from '../../router/index.js';
import { invalidTicket } from '../tickets/invalid-ticket.js';
import type { TicketKind } from '../tickets/ticket-kind.js';
import { PasswordCheckOverload } from '../users/password-verifier.js';
import type { User, UserProvider } from '../users/user-provider.js';
import { beginAttempt, type ProofAttempts } from './proof-attempts.js';
import { requiredAuthid, type UserProofs } from './user-proofs.js';

/** What {@link PasswordTickets} needs. */
export interface PasswordTicketsOptions {
  readonly users: Pick<UserProvider, 'verifyPassword'>;
  /** Where wrong passwords are counted. */
  readonly attempts: ProofAttempts;
  readonly proofs: Pick<UserProofs, 'admit'>;
}

// As long as a password may be that is given over HTTP (RFC 7617 credentials above that are refused).
const MAX_PASSWORD_BYTES = 1024;

/**
 * The kind of ticket that is a user's password, for clients that know no better method: HELLO names the user, the ticket is the password
 * (WAMP 13.1). Checked as at the log-in page: off the event loop, within bounds, locked out after too many wrong ones.
 */
export class PasswordTickets implements TicketKind {
  readonly name = 'password';
  readonly #options: PasswordTicketsOptions;

  constructor(options: PasswordTicketsOptions) {
    this.#options = options;
  }

  /** Nothing can be told from the form of a password but that it is not empty and not too long. */
  accepts(ticket: string): boolean {
    return ticket !== '' && Buffer.byteLength(ticket) <= MAX_PASSWORD_BYTES;
  }

  async redeem(ticket: string, request: AuthenticationRequest): Promise<Principal> {
    const { attempts, proofs } = this.#options;
    const username = requiredAuthid(request);
    const { peer } = request.transport;
    const attempt = await beginAttempt(attempts, username, peer);
    let user: User | undefined;
    try {
      user = await this.#options.users.verifyPassword(username, ticket, peer);
    } catch (error) {
      attempt.cancel();
      if (!(error instanceof PasswordCheckOverload)) throw error;
      throw new AuthenticatorUnavailable('too many password checks wait');
    }
    await attempt.settle(user !== undefined);
    if (user === undefined) throw invalidTicket();
    return proofs.admit(user, 'ticket');
  }
}
