import type { TransportDetails } from '../../router/index.js';

/**
 * The ticket that came with the upgrade: in `?ticket=`, or as a bearer beside the subprotocol, which counts only if it `isTicket`, as it may
 * be something else. Undefined when none did.
 */
export function ticketOf(
  { credentials }: TransportDetails,
  isTicket: (bearer: string) => boolean,
): string | undefined {
  if (credentials === undefined) return undefined;
  const { ticket, bearer } = credentials;
  if (ticket !== undefined) return ticket;
  return bearer !== undefined && isTicket(bearer) ? bearer : undefined;
}
