import type { TransportDetails } from '../../router/index.js';

/** The parameter of the upgrade's query that holds a ticket. */
const PARAMETER = 'ticket';

/** Given instead of a ticket that is there twice: no kind accepts it. */
const AMBIGUOUS = '';

/** The ticket that came with the upgrade, in `?ticket=`; undefined when none did. */
export function ticketOf({ url }: TransportDetails): string | undefined {
  const question = url.indexOf('?');
  if (question === -1) return undefined;
  const [ticket, ...others] = new URLSearchParams(url.slice(question + 1)).getAll(PARAMETER);
  return others.length === 0 ? ticket : AMBIGUOUS;
}
