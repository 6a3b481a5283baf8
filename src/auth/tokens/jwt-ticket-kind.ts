import type { AuthenticationRequest, Authenticator, Principal } from '../../router/index.js';
import type { TicketKind } from '../tickets/ticket-kind.js';
import { AnsweredRequest } from './answered-request.js';
import { hasJwtForm } from './jwt-form.js';

/**
 * A token as a ticket, for clients that know no authmethod of ours: who judges it is whoever judges one of authmethod `jwt`, in the same
 * words.
 */
export class JwtTicketKind implements TicketKind {
  readonly name = 'jwt';
  readonly isForUpgrade = true;
  readonly #authenticator: Authenticator;

  constructor(authenticator: Authenticator) {
    this.#authenticator = authenticator;
  }

  accepts(ticket: string): boolean {
    return hasJwtForm(ticket);
  }

  async redeem(ticket: string, request: AuthenticationRequest): Promise<Principal> {
    const answered = new AnsweredRequest(request, ticket);
    const principal = await this.#authenticator.authenticate(answered);
    return { ...principal, authmethod: 'ticket' };
  }
}
