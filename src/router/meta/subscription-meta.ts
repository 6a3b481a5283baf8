import type { Authorization } from '../authorization.js';
import { Uri, WampError } from '../protocol/errors.js';
import type { Dict, List } from '../protocol/payload.js';
import type { MatchPolicy } from '../protocol/uri.js';
import type { RealmSessions } from '../realm-sessions.js';
import type { Session } from '../session.js';
import type {
  Subscription,
  SubscriptionDirectory,
  SubscriptionObserver,
} from '../broker/subscription.js';
import { idAt, matchAt, optionalText, textAt } from './arguments.js';
import { createdOf, Discovery } from './discovery.js';
import { eventually } from './eventually.js';
import type { MetaEvents } from './meta-events.js';
import type { MetaProcedures } from './meta-procedure.js';
import type { Visibility } from './visibility.js';

/** What the meta procedures of subscriptions ask of the broker. */
export interface ObservableBroker {
  readonly subscriptions: SubscriptionDirectory;
  revoke(subscription: Subscription, session: Session, reason?: string): boolean;
  /** Throws WampError. */
  getEvents(asker: Session, args: List, kwargs: Dict): List;
  /** Gives how many retained events it has removed. */
  purgeRetained(uri: string, match: MatchPolicy): number;
}

/** What they look into. */
export interface SubscriptionMetaOptions {
  readonly broker: () => ObservableBroker;
  readonly sessions: RealmSessions;
  readonly authorization: Authorization;
  readonly visibility: Visibility;
}

/**
 * The procedures of WAMP, Subscription Meta API, of Event History, and ours: `remove_subscriber` as Crossbar has it, and the removal of
 * retained events.
 */
export function subscriptionProcedures(options: SubscriptionMetaOptions): MetaProcedures {
  const { broker, visibility } = options;
  const discovery = new Discovery<Subscription>({
    directory: () => broker().subscriptions,
    visibility,
    unknown: Uri.noSuchSubscription,
  });
  return {
    'wamp.subscription.list': ({ caller }) => eventually(discovery.list(caller), alone),
    'wamp.subscription.lookup': ({ caller, args }) =>
      eventually(discovery.lookup(caller, textAt(args, 0), matchAt(args, 1)), alone),
    'wamp.subscription.match': ({ caller, args }) => {
      const matching = broker().subscriptions.matching(textAt(args, 0));
      return eventually(discovery.idsOf(caller, matching), (ids) => [ids.length > 0 ? ids : null]);
    },
    'wamp.subscription.get': ({ caller, args }) =>
      eventually(discovery.get(caller, idAt(args, 0)), (found) => [subscriptionDetails(found)]),
    'wamp.subscription.list_subscribers': ({ caller, args }) =>
      eventually(discovery.get(caller, idAt(args, 0)), ({ subscribers }) => [
        [...subscribers].map(({ id }) => id),
      ]),
    'wamp.subscription.count_subscribers': ({ caller, args }) =>
      eventually(discovery.get(caller, idAt(args, 0)), ({ subscribers }) => [subscribers.size]),
    'wamp.subscription.remove_subscriber': ({ caller, args, kwargs }) => {
      const subscriber = options.sessions.find(idAt(args, 1));
      const reason = optionalText(kwargs, 'reason');
      return eventually(discovery.get(caller, idAt(args, 0)), (subscription) => {
        const isRemoved =
          subscriber !== undefined && broker().revoke(subscription, subscriber, reason);
        if (!isRemoved) throw new WampError(Uri.noSuchSession);
        return [];
      });
    },
    ...eventProcedures(options),
  };
}

/** Event history is for who may subscribe, retained events may be removed by who may publish. */
function eventProcedures({ broker, authorization }: SubscriptionMetaOptions): MetaProcedures {
  return {
    'wamp.subscription.get_events': ({ caller, args, kwargs }) => {
      const subscription = broker().subscriptions.find(idAt(args, 0));
      if (subscription === undefined) throw new WampError(Uri.noSuchSubscription);
      const { uri, match } = subscription;
      return eventually(authorization.ask(caller, 'subscribe', uri, match), (isAllowed) => {
        if (!isAllowed) throw new WampError(Uri.notAuthorized);
        return broker().getEvents(caller, args, kwargs);
      });
    },
    'expressway.retained.purge': ({ caller, args }) => {
      const uri = textAt(args, 0);
      const match = matchAt(args, 1);
      return eventually(authorization.authorize(caller, 'publish', uri, match), (isAllowed) => {
        if (!isAllowed) throw new WampError(Uri.notAuthorized);
        return [broker().purgeRetained(uri, match)];
      });
    },
  };
}

/** Turns what happens to subscriptions into meta events. */
export function subscriptionEvents(
  events: MetaEvents,
  visibility: Visibility,
): SubscriptionObserver {
  const publish =
    (topic: string, argument: (subscription: Subscription) => unknown = ({ id }) => id) =>
    (session: Session, subscription: Subscription): void => {
      events.publishAbout(subscription, visibility, topic, () => [
        session.id,
        argument(subscription),
      ]);
    };
  return {
    oncreated: publish('wamp.subscription.on_create', subscriptionDetails),
    onsubscribed: publish('wamp.subscription.on_subscribe'),
    onunsubscribed: publish('wamp.subscription.on_unsubscribe'),
    ondeleted: publish('wamp.subscription.on_delete'),
  };
}

const subscriptionDetails = (subscription: Subscription): Dict => ({
  id: subscription.id,
  created: createdOf(subscription),
  uri: subscription.uri,
  match: subscription.match,
});

const alone = (result: unknown): List => [result];
