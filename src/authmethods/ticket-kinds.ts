import type { TicketKind } from '../auth/tickets/ticket-kind.js';
import type { TicketKindName } from '../config/ticket-config.js';
import type { AuthenticatorParts } from './authenticator-parts.js';

/** How each kind of ticket is made. */
export const TICKET_KIND_MAKERS: Readonly<
  Record<TicketKindName, (parts: AuthenticatorParts) => TicketKind>
> = {
  single_use: ({ tickets }) => tickets,
};
