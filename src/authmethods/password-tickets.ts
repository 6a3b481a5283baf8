import { PasswordTickets } from '../auth/methods/password-tickets.js';
import type { TicketKind } from '../auth/tickets/ticket-kind.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** Kind `password` of authmethod `ticket`. */
export const passwordTickets = ({ users, attempts, proofs }: AuthenticatorParts): TicketKind =>
  new PasswordTickets({ users, attempts, proofs });
