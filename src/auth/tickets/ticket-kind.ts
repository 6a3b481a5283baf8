import type { AuthenticationRequest, Principal } from '../../router/index.js';

/** One kind of what authmethod `ticket` takes as a ticket. */
export interface TicketKind {
  /** Its name in `auth.ticket.kinds`. */
  readonly name: string;
  /** Whether it may come with the upgrade, in `?ticket=` or in the subprotocol. Left out: only in AUTHENTICATE. */
  readonly isForUpgrade?: boolean;
  /** Whether a ticket is of this kind, told by its form alone: the first kind that accepts it decides, and its refusal is final. */
  accepts(ticket: string): boolean;
  /**
   * Who the ticket stands for. Rejects as an authenticator does: AuthenticationRefused, AuthenticatorUnavailable, or a defect. A kind whose
   * tickets can be used once consumes them before it waits for anything.
   */
  redeem(ticket: string, request: AuthenticationRequest): Promise<Principal>;
}
