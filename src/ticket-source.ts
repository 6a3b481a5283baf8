import type { Authentication } from './authentication.js';
import type { Config } from './config/config.js';
import type { TicketSource } from './web/ticket-route.js';

/** What `POST /ticket` gives; undefined where no listener takes such tickets. */
export function ticketSource(
  { auth, listeners, realms }: Config,
  { tickets, findBearer, grantableRoles }: Authentication,
): TicketSource | undefined {
  const isTaken =
    auth.order.includes('ticket') ||
    listeners.some(
      ({ admission }) => !admission.isTrusted && admission.authmethods.includes('ticket'),
    );
  if (!isTaken || !auth.ticket.kinds.includes('single_use')) return undefined;
  return {
    issue: (grant) => tickets.issue(grant),
    findBearer,
    realms: new Map(
      realms.map(({ name, roles }) => [
        name,
        new Set(roles.map((role) => role.name).filter((role) => grantableRoles.includes(role))),
      ]),
    ),
  };
}
