import { Uri, WampError } from '../protocol/errors.js';
import type { Dict } from '../protocol/payload.js';
import { isUri } from '../protocol/uri.js';
import type { RealmSessions } from '../realm-sessions.js';
import type { Session } from '../session.js';
import { idAt, optionalText, textAt, textsAt } from './arguments.js';
import type { MetaEvents } from './meta-events.js';
import type { MetaCall, MetaProcedures } from './meta-procedure.js';

/** The procedures of WAMP, Session Meta API. The router's own clients are no sessions to them, and cannot be killed. */
export function sessionProcedures(sessions: RealmSessions): MetaProcedures {
  const chosen = (where: (session: Session) => boolean): Session[] =>
    [...sessions].filter((session) => !session.isInternal && where(session));
  const find = (id: number): Session => {
    const session = sessions.find(id);
    if (session === undefined || session.isInternal) throw new WampError(Uri.noSuchSession);
    return session;
  };
  const withRole = (roles: ReadonlySet<string> | undefined) => (session: Session) =>
    roles?.has(session.principal.authrole) ?? true;
  const killOthers = (call: MetaCall, where: (session: Session) => boolean): readonly number[] => {
    const farewell = farewellOf(call.kwargs);
    const victims = chosen((session) => session !== call.caller && where(session));
    for (const victim of victims) victim.sayGoodbye(...farewell);
    return victims.map(({ id }) => id);
  };
  return {
    'wamp.session.count': ({ args }) => [chosen(withRole(textsAt(args, 0))).length],
    'wamp.session.list': ({ args }) => [chosen(withRole(textsAt(args, 0))).map(({ id }) => id)],
    'wamp.session.get': ({ args }) => [sessionDetails(find(idAt(args, 0)))],
    'wamp.session.kill': ({ caller, args, kwargs }) => {
      const id = idAt(args, 0);
      const farewell = farewellOf(kwargs);
      const victim = find(id);
      if (victim === caller) throw new WampError(Uri.noSuchSession);
      victim.sayGoodbye(...farewell);
      return [];
    },
    'wamp.session.kill_by_authid': (call) => {
      const wanted = textAt(call.args, 0);
      return [killOthers(call, ({ principal }) => principal.authid === wanted)];
    },
    'wamp.session.kill_by_authrole': (call) => {
      const wanted = textAt(call.args, 0);
      return [killOthers(call, ({ principal }) => principal.authrole === wanted).length];
    },
    'wamp.session.kill_all': (call) => [killOthers(call, () => true).length],
  };
}

/** Tells that a session has joined. */
export function publishJoin(events: MetaEvents, session: Session): void {
  if (session.isInternal) return;
  events.publish('wamp.session.on_join', () => [sessionDetails(session)]);
}

/** Tells that a session has left. */
export function publishLeave(events: MetaEvents, { id, principal, isInternal }: Session): void {
  if (isInternal) return;
  events.publish('wamp.session.on_leave', () => [id, principal.authid, principal.authrole]);
}

/** Of the transport only its kind: no header, address or path of a peer is anybody else's business. */
function sessionDetails({ id, principal, transport }: Session): Dict {
  return {
    session: id,
    authid: principal.authid,
    authrole: principal.authrole,
    authmethod: principal.authmethod,
    authprovider: principal.authprovider,
    transport: { type: transport.type, protocol: transport.protocol },
  };
}

/** GOODBYE.Reason and Details. Throws WampError `invalid_uri` for a reason that is no URI, before anybody is killed. */
function farewellOf(kwargs: Dict): readonly [reason: string, details: Dict] {
  const message = optionalText(kwargs, 'message');
  const reason = kwargs['reason'] ?? Uri.killed;
  if (typeof reason !== 'string' || !isUri(reason)) throw new WampError(Uri.invalidUri);
  return [reason, message === undefined ? {} : { message }];
}
