import type { Authentication } from '../authentication/start-authentication.js';
import type { Config } from '../config/config.js';
import { InvalidToken } from '../auth/tokens/invalid-token.js';
import type { TokenBearers } from '../auth/tokens/token-bearers.js';
import type { TicketClaimant, TicketSource } from '../web/ticket-route.js';

/** What `POST /ticket` gives; undefined where no listener takes such tickets. */
export function ticketSource(
  { auth, listeners, realms }: Config,
  { tickets, bearers, grantableRoles }: Authentication,
): TicketSource | undefined {
  const isTaken =
    auth.order.includes('ticket') ||
    listeners.some(
      ({ admission }) => !admission.isTrusted && admission.authmethods.includes('ticket'),
    );
  if (!isTaken || !auth.ticket.kinds.includes('single_use')) return undefined;
  return {
    issue: (grant) => tickets.issue(grant),
    findBearer: (token) => findClaimant(bearers, token),
    realms: new Map(
      realms.map(({ name, roles }) => [
        name,
        new Set(roles.map((role) => role.name).filter((role) => grantableRoles.includes(role))),
      ]),
    ),
  };
}

async function findClaimant(
  bearers: TokenBearers,
  text: string,
): Promise<TicketClaimant | undefined> {
  try {
    const { user, token } = await bearers.identify(text);
    const { login, issuedAt, expiresAt, id, scope } = token;
    return { user, login, issuedAt, expiresAt: expiresAt * 1000, proofId: id, scope };
  } catch (error) {
    if (error instanceof InvalidToken) return undefined;
    throw error;
  }
}
