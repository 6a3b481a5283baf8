import {
  AuthenticationRefused,
  Uri,
  type AuthenticationRequest,
  type Principal,
} from '../../router/index.js';
import { isAuthid } from '../methods/authid.js';
import { beginAttempt, type ProofAttempts } from '../methods/proof-attempts.js';
import type { TicketKind } from '../tickets/ticket-kind.js';
import { invalidTicket } from '../tickets/invalid-ticket.js';
import type { DynamicAuthenticator } from './dynamic-authenticator.js';

/** Tickets that a dynamic authenticator judges: whatever no other kind accepts. Wrong ones are counted, as wrong passwords are (L3). */
export class DynamicTickets implements TicketKind {
  readonly name = 'dynamic';
  readonly #authenticator: DynamicAuthenticator;
  readonly #attempts: ProofAttempts;

  constructor(authenticator: DynamicAuthenticator, attempts: ProofAttempts) {
    this.#authenticator = authenticator;
    this.#attempts = attempts;
  }

  accepts(): boolean {
    return true;
  }

  async redeem(ticket: string, request: AuthenticationRequest): Promise<Principal> {
    if (!this.#authenticator.isFor(request.realm)) throw invalidTicket();
    const authid = request.details['authid'];
    const { peer } = request.transport;
    const attempt = await beginAttempt(this.#attempts, isAuthid(authid) ? authid : '', peer);
    try {
      const principal = await this.#authenticator.decide(request, authid, { ticket });
      await attempt.settle(true);
      return principal;
    } catch (error) {
      if (isWrong(error)) await attempt.settle(false);
      else attempt.cancel();
      throw error;
    }
  }
}

/** Whether the ticket was refused, and not the procedure at fault. */
const isWrong = (error: unknown): boolean =>
  error instanceof AuthenticationRefused && error.reason !== Uri.authenticationFailed;
