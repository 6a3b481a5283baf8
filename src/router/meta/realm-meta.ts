import type { Authorization } from '../authorization.js';
import type { DisclosurePolicy } from '../disclosure.js';
import type { Logger } from '../logger.js';
import type { Publish, Register, RoutedMessage } from '../protocol/message.js';
import type { RealmSessions } from '../realm-sessions.js';
import type { RegistrationObserver } from '../dealer/registration.js';
import type { Session } from '../session.js';
import type { SubscriptionObserver } from '../broker/subscription.js';
import { Testaments } from './testaments.js';
import { MetaClient } from './meta-client.js';
import { MetaEvents } from './meta-events.js';
import type { MetaProcedures } from './meta-procedure.js';
import { PublicationLine } from './publication-line.js';
import {
  registrationEvents,
  registrationProcedures,
  type ObservableDealer,
} from './registration-meta.js';
import { publishJoin, publishLeave, sessionProcedures } from './session-meta.js';
import {
  subscriptionEvents,
  subscriptionProcedures,
  type ObservableBroker,
} from './subscription-meta.js';
import {
  publishTestaments,
  testamentProcedures,
  type TestamentMetaOptions,
} from './testament-meta.js';
import { Visibility } from './visibility.js';

/** What WELCOME says of the meta API, beside the features of broker and dealer (WAMP 10). */
export const META_FEATURES = {
  broker: { session_meta_api: true, subscription_meta_api: true },
  dealer: { session_meta_api: true, registration_meta_api: true, testament_meta_api: true },
} as const;

/** The broker of the realm, as far as its meta part needs it. */
export interface MetaBroker extends ObservableBroker {
  /** Throws WampError. */
  publish(session: Session, message: Publish, disclosure?: DisclosurePolicy): void;
}

/** The dealer of the realm, as far as its meta part needs it. */
export interface MetaDealer extends ObservableDealer {
  /** Throws WampError. */
  register(session: Session, message: Register): void;
}

/** What a realm lends its meta part. */
export interface RealmMetaOptions {
  /** Names the realm in the log. */
  readonly realm: string;
  readonly sessions: RealmSessions;
  readonly authorization: Authorization;
  readonly disclosure: DisclosurePolicy;
  readonly logger: Logger;
  /** Asked for when something happens: broker and dealer are made with the observers below. */
  readonly broker: () => MetaBroker;
  readonly dealer: () => MetaDealer;
  /** Routes a message of the realm's own client. */
  readonly receive: (session: Session, message: RoutedMessage) => void;
}

/**
 * The meta API of one realm (WAMP 10, Session Testament): tells of sessions, subscriptions and registrations by events, and answers for
 * them by procedures. Routing pays nothing for it: it is told when something comes or goes.
 */
export class RealmMeta {
  readonly subscriptionObserver: SubscriptionObserver;
  readonly registrationObserver: RegistrationObserver;
  readonly #events: MetaEvents;
  readonly #line: PublicationLine;
  readonly #testaments: TestamentMetaOptions;
  readonly #client: MetaClient;
  readonly #options: RealmMetaOptions;
  readonly #topics: Visibility;
  readonly #procedures: Visibility;
  #isClosed = false;

  constructor(options: RealmMetaOptions) {
    const { realm, logger, authorization, disclosure, broker } = options;
    this.#options = options;
    const client = new MetaClient({
      findSession: (id) => options.sessions.find(id),
      register: (session, message) => {
        options.dealer().register(session, message);
      },
      receive: options.receive,
      logger,
    });
    this.#client = client;
    this.#line = new PublicationLine(realm, logger);
    this.#topics = new Visibility(authorization, ['subscribe']);
    this.#procedures = new Visibility(authorization, ['call', 'register']);
    this.#events = new MetaEvents({
      subscriptions: () => broker().subscriptions,
      publish: (message) => {
        broker().publish(client.session, message);
      },
      line: this.#line,
    });
    this.#testaments = {
      testaments: new Testaments(),
      authorization,
      disclosure,
      line: this.#line,
      publish: (session, message, policy) => {
        broker().publish(session, message, policy);
      },
    };
    this.subscriptionObserver = subscriptionEvents(this.#events, this.#topics);
    this.registrationObserver = registrationEvents(this.#events, this.#procedures);
  }

  /** The realm's own session, which no list has. */
  get session(): Session {
    return this.#client.session;
  }

  /** Registers the procedures, and `others`: once, when broker and dealer are there. */
  serve(others: MetaProcedures = {}): void {
    const { sessions, authorization, broker, dealer } = this.#options;
    this.#client.serve({
      ...sessionProcedures(sessions),
      ...testamentProcedures(this.#testaments),
      ...subscriptionProcedures({ broker, sessions, authorization, visibility: this.#topics }),
      ...registrationProcedures({ dealer, sessions, visibility: this.#procedures }),
      ...others,
    });
  }

  /** A session has joined. */
  joined(session: Session): void {
    publishJoin(this.#events, session);
  }

  /** A session is leaving: its subscriptions and registrations are to be removed next. */
  leaving(session: Session): void {
    if (!this.#isClosed) publishTestaments(this.#testaments, session);
  }

  /** All that the session held has been removed. */
  left(session: Session): void {
    publishLeave(this.#events, session);
  }

  /** Publishes nothing any more, neither meta events nor testaments; what waits is forgotten. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#events.close();
    this.#line.clear();
  }
}
