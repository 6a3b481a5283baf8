import { Uri, WampError } from '../protocol/errors.js';
import type { Dict, List } from '../protocol/payload.js';
import type { RealmSessions } from '../realm-sessions.js';
import type {
  Registration,
  RegistrationDirectory,
  RegistrationObserver,
} from '../dealer/registration.js';
import type { Session } from '../session.js';
import { idAt, matchAt, optionalText, textAt } from './arguments.js';
import { createdOf, Discovery } from './discovery.js';
import { eventually } from './eventually.js';
import type { MetaEvents } from './meta-events.js';
import type { MetaProcedures } from './meta-procedure.js';
import type { Visibility } from './visibility.js';

/** What the meta procedures of registrations ask of the dealer. */
export interface ObservableDealer {
  readonly registrations: RegistrationDirectory;
  revoke(registration: Registration, session: Session, reason?: string): boolean;
}

/** What they look into. */
export interface RegistrationMetaOptions {
  readonly dealer: () => ObservableDealer;
  readonly sessions: RealmSessions;
  readonly visibility: Visibility;
}

/** The procedures of WAMP, Registration Meta API, and `remove_callee` as Crossbar has it. */
export function registrationProcedures(options: RegistrationMetaOptions): MetaProcedures {
  const { dealer, sessions, visibility } = options;
  const discovery = new Discovery<Registration>({
    directory: () => dealer().registrations,
    visibility,
    unknown: Uri.noSuchRegistration,
  });
  return {
    'wamp.registration.list': ({ caller }) => eventually(discovery.list(caller), alone),
    'wamp.registration.lookup': ({ caller, args }) =>
      eventually(discovery.lookup(caller, textAt(args, 0), matchAt(args, 1)), alone),
    'wamp.registration.match': ({ caller, args }) => {
      const best = dealer().registrations.best(textAt(args, 0));
      return eventually(discovery.idOf(caller, best), alone);
    },
    'wamp.registration.get': ({ caller, args }) =>
      eventually(discovery.get(caller, idAt(args, 0)), (found) => [registrationDetails(found)]),
    'wamp.registration.list_callees': ({ caller, args }) =>
      eventually(discovery.get(caller, idAt(args, 0)), ({ callees }) => [
        callees.map(({ id }) => id),
      ]),
    'wamp.registration.count_callees': ({ caller, args }) =>
      eventually(discovery.get(caller, idAt(args, 0)), ({ callees }) => [callees.length]),
    'wamp.registration.remove_callee': ({ caller, args, kwargs }) => {
      const callee = sessions.find(idAt(args, 1));
      const reason = optionalText(kwargs, 'reason');
      return eventually(discovery.get(caller, idAt(args, 0)), (registration) => {
        const isRemoved = callee !== undefined && dealer().revoke(registration, callee, reason);
        if (!isRemoved) throw new WampError(Uri.noSuchSession);
        return [];
      });
    },
  };
}

/** Turns what happens to registrations into meta events. */
export function registrationEvents(
  events: MetaEvents,
  visibility: Visibility,
): RegistrationObserver {
  const publish =
    (topic: string, argument: (registration: Registration) => unknown = ({ id }) => id) =>
    (session: Session, registration: Registration): void => {
      events.publishAbout(registration, visibility, topic, () => [
        session.id,
        argument(registration),
      ]);
    };
  return {
    oncreated: publish('wamp.registration.on_create', registrationDetails),
    onregistered: publish('wamp.registration.on_register'),
    onunregistered: publish('wamp.registration.on_unregister'),
    ondeleted: publish('wamp.registration.on_delete'),
  };
}

const registrationDetails = (registration: Registration): Dict => ({
  id: registration.id,
  created: createdOf(registration),
  uri: registration.uri,
  match: registration.match,
  invoke: registration.invoke,
});

const alone = (result: unknown): List => [result];
