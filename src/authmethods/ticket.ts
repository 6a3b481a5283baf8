import { TicketAuthenticator } from '../auth/tickets/ticket-authenticator.js';
import type { Authenticator } from '../router/index.js';
import type { AuthenticatorParts } from './authenticator-parts.js';
import { TICKET_KIND_MAKERS } from './ticket-kinds.js';

/** `ticket`: whatever `auth.ticket.kinds` says is a ticket. */
export const ticketAuthenticator = (parts: AuthenticatorParts): Authenticator =>
  new TicketAuthenticator({
    kinds: parts.config.auth.ticket.kinds.map((name) => TICKET_KIND_MAKERS[name](parts)),
    maxBytes: parts.config.limits.tokenBytes,
  });
