import type { Authorization } from '../authorization.js';
import type { DisclosurePolicy } from '../disclosure.js';
import type { LocalClient } from '../local-client/local-client.js';
import type { Logger } from '../logger.js';
import { MetaEvents } from '../meta/meta-events.js';
import type { MetaProcedures } from '../meta/meta-procedure.js';
import { PublicationLine } from '../meta/publication-line.js';
import { Visibility } from '../meta/visibility.js';
import type { Publish, Register } from '../protocol/message.js';
import type { Registration, RegistrationDirectory } from '../dealer/registration.js';
import type { Session } from '../session.js';
import type {
  Subscription,
  SubscriptionDirectory,
  SubscriptionObserver,
} from '../broker/subscription.js';
import { OrphanedSessions } from './orphaned-sessions.js';
import { inOwnWords } from './shared-registration.js';
import { StateHandlers, type Hold } from './state-handlers.js';
import { ThruwayEvents } from './thruway-events.js';
import type { ThruwayOptions } from '../realm-options.js';

/** The broker of the realm, as far as Thruway's ways need it. */
export interface ThruwayBroker {
  readonly subscriptions: SubscriptionDirectory;
  holdEvents(subscription: Subscription, session: Session): Hold;
  /** Throws WampError. */
  publish(session: Session, message: Publish, disclosure?: DisclosurePolicy): void;
}

/** The dealer of the realm, likewise. */
export interface ThruwayDealer {
  readonly registrations: RegistrationDirectory;
  /** Throws WampError. */
  register(session: Session, message: Register): void;
}

/** What a realm lends. */
export interface ThruwaySurroundings {
  readonly realm: string;
  readonly authorization: Authorization;
  readonly logger: Logger;
  /** Asked for when something happens. */
  readonly broker: () => ThruwayBroker;
  readonly dealer: () => ThruwayDealer;
  /** The realm's own session, in whose name events are published. */
  readonly session: Session;
  /** A client of the realm that no list has. */
  readonly connect: () => LocalClient;
  /** Answers a message with what was thrown. */
  readonly fail: (session: Session, message: Register, error: unknown) => void;
}

/**
 * What Thruway does beyond WAMP, on top of what every realm can do: states come through held events, its shared registrations are those of
 * the least busy callee. A realm without such wishes has none of this.
 */
export class Thruway {
  readonly #surroundings: ThruwaySurroundings;
  readonly #states: StateHandlers | undefined;
  readonly #orphans: OrphanedSessions | undefined;
  readonly #events: ThruwayEvents | undefined;
  readonly #isMultiregister: boolean;

  constructor(options: ThruwayOptions, surroundings: ThruwaySurroundings) {
    const { authorization, logger, broker, dealer } = surroundings;
    this.#surroundings = surroundings;
    this.#isMultiregister = options.multiregister === true;
    if (options.stateHandlers === true) {
      this.#states = new StateHandlers({
        authorization,
        logger,
        client: surroundings.connect(),
        hold: (subscription, session) => broker().holdEvents(subscription, session),
      });
    }
    if (options.replaceOrphanedSession === true) {
      this.#orphans = new OrphanedSessions({
        registrations: () => dealer().registrations,
        register: (session, message) => {
          dealer().register(session, message);
        },
        fail: surroundings.fail,
        logger,
      });
    }
    if (options.metaEvents === true) this.#events = eventsOf(surroundings);
  }

  /** What sessions may call. */
  get procedures(): MetaProcedures {
    return this.#states?.procedures ?? {};
  }

  /** Hears of a congestion. */
  readonly oncongestion = (registration: Registration): void => {
    this.#events?.congested(registration);
  };

  /** Hears of subscriptions besides `observer`. */
  observe(observer: SubscriptionObserver): SubscriptionObserver {
    const states = this.#states;
    if (states === undefined) return observer;
    return {
      ...observer,
      onsubscribed: (session, subscription) => {
        observer.onsubscribed(session, subscription);
        states.subscribed(session, subscription);
      },
    };
  }

  /** Registers. Throws WampError. */
  register(session: Session, message: Register): void {
    const inOurs = this.#isMultiregister ? inOwnWords(message) : message;
    if (this.#orphans !== undefined) this.#orphans.register(session, inOurs);
    else this.#surroundings.dealer().register(session, inOurs);
  }

  /** Publishes. Throws WampError. */
  publish(session: Session, message: Publish, disclosure?: DisclosurePolicy): void {
    const isState =
      this.#states !== undefined && message.options['_thruway_restoring_state'] === true;
    const inOurs = isState
      ? { ...message, options: { ...message.options, _snapshot: true } }
      : message;
    this.#surroundings.broker().publish(session, inOurs, disclosure);
  }

  /** A session has joined. */
  joined(session: Session): void {
    this.#events?.joined(session);
  }

  /** A session has left. */
  left(session: Session): void {
    this.#states?.left(session);
    this.#events?.left(session);
  }

  /** Tells nobody of anything any more. Idempotent. */
  close(): void {
    this.#events?.close();
  }
}

function eventsOf(surroundings: ThruwaySurroundings): ThruwayEvents {
  const { realm, logger, broker, session, authorization } = surroundings;
  const events = new MetaEvents({
    subscriptions: () => broker().subscriptions,
    publish: (message) => {
      broker().publish(session, message);
    },
    line: new PublicationLine(realm, logger),
  });
  return new ThruwayEvents(realm, events, new Visibility(authorization, ['call', 'register']));
}
