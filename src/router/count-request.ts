import { ProtocolViolation } from './protocol/errors.js';
import type { RequestId } from './protocol/id.js';
import type { Session } from './session.js';

/** Counts a request of a session. Throws ProtocolViolation when its id is not the one after the last (WAMP 2.1.2). */
export function countRequest(session: Session, { request }: { readonly request: RequestId }): void {
  if (!session.countRequest(request)) {
    throw new ProtocolViolation('request ids are 1, 2, 3 and so on');
  }
}
