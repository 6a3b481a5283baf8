import type { AuthenticationRequest, Principal } from '../../router/index.js';
import type { TicketKind } from '../tickets/ticket-kind.js';
import { invalidTicket } from '../tickets/invalid-ticket.js';
import type { DynamicAuthenticator } from './dynamic-authenticator.js';

/** Tickets that a dynamic authenticator judges: whatever no other kind accepts. */
export class DynamicTickets implements TicketKind {
  readonly name = 'dynamic';
  readonly #authenticator: DynamicAuthenticator;

  constructor(authenticator: DynamicAuthenticator) {
    this.#authenticator = authenticator;
  }

  accepts(): boolean {
    return true;
  }

  redeem(ticket: string, request: AuthenticationRequest): Promise<Principal> {
    if (!this.#authenticator.isFor(request.realm)) return Promise.reject(invalidTicket());
    return this.#authenticator.decide(request, request.details['authid'], { ticket });
  }
}
