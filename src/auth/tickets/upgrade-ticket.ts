import type { TransportDetails } from '../../router/index.js';
import { hasJwtForm } from '../tokens/jwt-form.js';

/** The ticket that came with the upgrade: in `?ticket=`, or as a bearer that is no token. Undefined when none did. */
export function ticketOf({ credentials }: TransportDetails): string | undefined {
  if (credentials === undefined) return undefined;
  const { ticket, bearer } = credentials;
  return ticket ?? (bearer === undefined || hasJwtForm(bearer) ? undefined : bearer);
}
