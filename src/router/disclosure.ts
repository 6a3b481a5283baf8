import { Uri, WampError } from './protocol/errors.js';
import type { Dict } from './protocol/message.js';
import type { Session } from './session.js';

/** Whether a realm makes publishers and callers known: to nobody, where they ask for it, or always. */
export type DisclosurePolicy = 'never' | 'on_request' | 'always';

/**
 * Whether the sender of a message with these options is made known (WAMP, Publisher Identification; WAMP, Caller Identification). Throws
 * WampError when it asks for what the realm forbids.
 */
export function isDisclosed(policy: DisclosurePolicy, options: Dict): boolean {
  if (options['disclose_me'] !== true) return policy === 'always';
  if (policy === 'never') throw new WampError(Uri.disclosureNotAllowed);
  return true;
}

/** What an EVENT says of its publisher. */
export const publisherDetails = ({ id, principal }: Session): Dict => ({
  publisher: id,
  publisher_authid: principal.authid,
  publisher_authrole: principal.authrole,
});

/** What an INVOCATION says of its caller. */
export const callerDetails = ({ id, principal }: Session): Dict => ({
  caller: id,
  caller_authid: principal.authid,
  caller_authrole: principal.authrole,
});
