import { ProtocolViolation } from './protocol/errors.js';
import type { Dict } from './protocol/message.js';
import type { Session } from './session.js';

const ATTRIBUTES = ['ppt_scheme', 'ppt_serializer', 'ppt_cipher', 'ppt_keyid'] as const;

/**
 * What the details of the outgoing message say of a payload that is passed through (WAMP, Payload Passthru Mode): the `ppt_*` attributes
 * as they came, whatever their values. Undefined for all others: without a `ppt_scheme` the remaining attributes mean nothing.
 */
export function passthruDetails(options: Dict): Dict | undefined {
  const scheme = options['ppt_scheme'];
  if (scheme === undefined || scheme === null || scheme === '') return undefined;
  const present = ATTRIBUTES.filter((attribute) => options[attribute] !== undefined);
  return Object.fromEntries(present.map((attribute) => [attribute, options[attribute]]));
}

/**
 * Throws ProtocolViolation when a client passes a payload through without having announced for its `role` that it can (WAMP, Payload
 * Passthru Mode). The router's own clients need not announce anything.
 */
export function checkPassthru(
  session: Session,
  role: 'publisher' | 'caller' | 'callee',
  passthru: Dict | undefined,
): void {
  if (passthru === undefined || session.isInternal) return;
  if (!session.announces(`${role}.payload_passthru_mode`)) {
    throw new ProtocolViolation(`payload_passthru_mode of the ${role} was not announced`);
  }
}
