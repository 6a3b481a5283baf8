import type { MetaProcedure, MetaProcedures } from './meta/meta-procedure.js';
import type { Principal } from './principal.js';
import type { SessionId } from './protocol/id.js';
import type { Dict, List } from './protocol/message.js';
import { renewSession, type RenewalParts } from './renewal.js';
import type { Session } from './session.js';

/** A session, as a procedure of its realm sees who calls it. */
export interface CallingSession {
  readonly id: SessionId;
  /** Who it acts for now; a renewal puts another one in its place. */
  readonly principal: Principal;
  /**
   * Lets it go on for another principal of the same authid: later requests are authorized for that one, its role's limits hold, and what
   * it may not have any more is taken from it. False when the session is over. Throws WampError `wamp.error.no_such_role`.
   */
  readonly renew: (principal: Principal) => boolean;
}

/** A call of a {@link SessionProcedure}. */
export interface SessionCall {
  /** The same object in each call of one session. */
  readonly session: CallingSession;
  readonly args: List;
  readonly kwargs: Dict;
}

/** A procedure that a realm serves by itself, about whoever calls it. */
export interface SessionProcedure {
  /** Gives the positional results. What it throws or rejects with as WampError is told to the caller, anything else is not. */
  readonly answer: (call: SessionCall) => List | Promise<List>;
  /** Every session may call it, and the authorizer is not asked: it has to refuse by itself. Default: false. */
  readonly needsNoPermission?: boolean;
}

/** Procedures of a realm by their URIs. */
export type SessionProcedures = ReadonlyMap<string, SessionProcedure>;

/** As the realm's own client serves them. */
export const asMetaProcedures = (
  procedures: SessionProcedures,
  parts: RenewalParts,
): MetaProcedures =>
  Object.fromEntries([...procedures].map(([uri, { answer }]) => [uri, adapted(answer, parts)]));

const adapted =
  (answer: SessionProcedure['answer'], parts: RenewalParts): MetaProcedure =>
  async ({ caller, args, kwargs }) => {
    // It may end its caller's session, which the routing of the CALL has to be done with.
    await Promise.resolve();
    return answer({ session: callingSession(caller, parts), args, kwargs });
  };

const callingSessions = new WeakMap<Session, CallingSession>();

function callingSession(caller: Session, parts: RenewalParts): CallingSession {
  const known = callingSessions.get(caller);
  if (known !== undefined) return known;
  const session: CallingSession = {
    id: caller.id,
    get principal() {
      return caller.principal;
    },
    renew: (principal) => renewSession(caller, principal, parts),
  };
  callingSessions.set(caller, session);
  return session;
}

/** The URIs that everybody may call. */
export const openProcedures = (procedures: SessionProcedures): ReadonlySet<string> =>
  new Set(
    [...procedures].filter(([, each]) => each.needsNoPermission === true).map(([uri]) => uri),
  );
