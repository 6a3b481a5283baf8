import { BackendTickets } from '../auth/tickets/backend-tickets.js';
import { JwtTicketKind } from '../auth/tokens/jwt-ticket-kind.js';
import type { TicketKind } from '../auth/tickets/ticket-kind.js';
import type { TicketKindName } from '../config/ticket-config.js';
import type { AuthenticatorParts } from './authenticator-parts.js';
import { dynamicTickets } from './dynamic.js';
import { tokenAuthenticator } from './jwt.js';
import { passwordTickets } from './password-tickets.js';

/** How each kind of ticket is made. */
export const TICKET_KIND_MAKERS: Readonly<
  Record<TicketKindName, (parts: AuthenticatorParts) => TicketKind>
> = {
  dynamic: dynamicTickets,
  single_use: ({ tickets }) => tickets,
  jwt: (parts) => new JwtTicketKind(tokenAuthenticator(parts)),
  backend: ({ config: { auth }, grantableRoles, logger }) => {
    const { backend, sessionMs, max } = auth.ticket;
    return new BackendTickets({
      ...backend,
      // A configuration with this kind and without a key is refused.
      key: Buffer.from(backend.key ?? ''),
      roles: backend.roles.filter((role) => grantableRoles.includes(role)),
      sessionMs,
      max,
      logger,
    });
  },
  password: passwordTickets,
};
