import type { ConfigInput } from './schema.js';
import type { TICKET_KINDS } from './ticket-schema.js';

/** What authmethod `ticket` can take as a ticket. */
export type TicketKindName = (typeof TICKET_KINDS)[number];

/** What authmethod `ticket` takes, and how `POST /ticket` makes it. */
export interface TicketConfig {
  /** In the order in which they are tried, by the form of the ticket. */
  readonly kinds: readonly TicketKindName[];
  /** How long a ticket can be used. */
  readonly ttlMs: number;
  /** How long a session may last that was opened by one. */
  readonly sessionMs: number;
  /** Unused tickets in all, and of one user. */
  readonly max: number;
  readonly maxPerUser: number;
  /** Whether a ticket is good only for the address to which it was given. */
  readonly bindsAddress: boolean;
  readonly backend: {
    /** Shared with the backends that make tickets; undefined: none does. */
    readonly key: string | undefined;
    /** The roles that their tickets may give. */
    readonly roles: readonly string[];
    /** How long such a ticket may live at most. */
    readonly maxTtlMs: number;
  };
}

/** Section `auth.ticket` in the program's terms. */
export const buildTicket = (
  { ticket }: ConfigInput['auth'],
  key: string | undefined,
): TicketConfig => ({
  kinds: ticket.kinds,
  ttlMs: ticket.ttl,
  sessionMs: ticket.session,
  max: ticket.max,
  maxPerUser: ticket.max_per_user,
  bindsAddress: ticket.bind_address,
  backend: { key, roles: ticket.backend_roles, maxTtlMs: ticket.backend_max_ttl },
});
