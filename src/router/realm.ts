import type { Action } from './action.js';
import { Authorization, isAllowed, type AuthorizedMessage } from './authorization.js';
import type { Answer } from './authorizer.js';
import { awaitAnswer } from './await-answer.js';
import { Broker } from './broker/broker.js';
import { countRequest } from './count-request.js';
import { Dealer } from './dealer/dealer.js';
import type { DisclosurePolicy } from './disclosure.js';
import { connectHiddenClient } from './local-client/hidden-client.js';
import type { Logger } from './logger.js';
import { RealmMeta } from './meta/realm-meta.js';
import { ProtocolViolation, Uri, WampError } from './protocol/errors.js';
import {
  MessageType,
  type Call,
  type Publish,
  type Register,
  type RoutedMessage,
  type Subscribe,
} from './protocol/message.js';
import type { UriLimits } from './protocol/uri.js';
import {
  REALM_DEFAULTS,
  type Expiry,
  type RealmOptions,
  type RealmRole,
  type ThruwayOptions,
} from './realm-options.js';
import { RealmSessions } from './realm-sessions.js';
import { sendRefusal } from './refusal.js';
import { asMetaProcedures, openProcedures, type SessionProcedures } from './session-procedure.js';
import type { RequestIds, Session } from './session.js';
import { Thruway } from './thruway/thruway.js';
import { CloseCode } from './transport/close-codes.js';

/** What the router lends its realms. */
export interface RealmSurroundings {
  readonly logger: Logger;
  readonly callTimeoutMs: number;
  /** How long an answer of the authorizer may take. */
  readonly authorizerMs: number;
  readonly uriLimits: UriLimits;
  readonly expiry: Expiry;
}

type Route<Message> = (session: Session, message: Message, disclosure?: DisclosurePolicy) => void;

/** A domain of its own: its sessions, and the routing between them (WAMP 1.3.1). Nothing crosses from one realm to another. */
export class Realm {
  readonly name: string;
  readonly roles: ReadonlyMap<string, RealmRole>;
  readonly requestIds: RequestIds | undefined;
  readonly expiry: Expiry;
  readonly #options: RealmOptions;
  readonly #surroundings: RealmSurroundings;
  readonly #sessions = new RealmSessions();
  readonly #authorization: Authorization;
  readonly #meta: RealmMeta;
  readonly #thruway: Thruway | undefined;
  readonly #broker: Broker;
  readonly #dealer: Dealer;
  readonly #publish: Route<Publish> = (session, message, disclosure) => {
    (this.#thruway ?? this.#broker).publish(session, message, disclosure);
  };
  readonly #subscribe: Route<Subscribe> = (session, message) => {
    this.#broker.subscribe(session, message);
  };
  readonly #call: Route<Call> = (session, message, disclosure) => {
    this.#dealer.call(session, message, disclosure);
  };
  readonly #register: Route<Register> = (session, message) => {
    (this.#thruway ?? this.#dealer).register(session, message);
  };

  constructor(options: RealmOptions, surroundings: RealmSurroundings) {
    const { name, roles, disclosure, ...rules } = { ...REALM_DEFAULTS, ...options };
    this.name = name;
    this.roles = roles;
    this.requestIds = rules.requestIds;
    this.expiry = { ...surroundings.expiry, ...rules.expiry };
    this.#options = options;
    this.#surroundings = surroundings;
    this.#authorization = authorizationOf(options, surroundings);
    this.#meta = new RealmMeta({
      realm: name,
      sessions: this.#sessions,
      authorization: this.#authorization,
      disclosure,
      logger: surroundings.logger,
      broker: () => this.#broker,
      dealer: () => this.#dealer,
      receive: (session, message) => {
        this.receive(session, message);
      },
    });
    this.#thruway = rules.thruway && this.#connectThruway(rules.thruway);
    const { subscriptionObserver, registrationObserver } = this.#meta;
    this.#broker = new Broker({
      disclosure,
      retention: rules.retention,
      history: rules.history,
      observer: this.#thruway?.observe(subscriptionObserver) ?? subscriptionObserver,
      logger: surroundings.logger,
    });
    this.#dealer = new Dealer({
      callTimeoutMs: surroundings.callTimeoutMs,
      disclosure,
      allowsForceReregister: rules.allowsForceReregister,
      waitingCalls: rules.waitingCalls,
      observer: registrationObserver,
      oncongestion: this.#thruway?.oncongestion,
    });
    this.#serve(rules.procedures);
  }

  /** The sessions that have joined and not left. */
  get sessions(): Iterable<Session> {
    return this.#sessions;
  }

  /** Whether it is there for those who come in through this listener. */
  isOpenTo(listener: string): boolean {
    return this.#options.isInternal !== true && this.#options.listeners?.has(listener) !== false;
  }

  /** How many sessions this user has. */
  countSessionsOf(authid: string): number {
    return this.#sessions.countOf(authid);
  }

  /** Takes a session in: before its WELCOME, so that nothing of it can come earlier. */
  join(session: Session): void {
    this.#sessions.add(session);
    this.#meta.joined(session);
    this.#thruway?.joined(session);
  }

  /**
   * Removes all that a session holds, whichever way it ended. What others hear of it comes in this order: its testaments, what becomes of
   * its subscriptions and registrations, and that it has left. Idempotent.
   */
  leave(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    this.#meta.leaving(session);
    this.#broker.removeSession(session);
    this.#dealer.removeSession(session);
    this.#meta.left(session);
    this.#thruway?.left(session);
    this.#options.onleft?.(session.id);
  }

  /** The realm ends with its router: nobody is told of the sessions that leave from now on, and no testament is published. */
  close(): void {
    this.#meta.close();
    this.#thruway?.close();
  }

  /** Routes one message to its end, unless an answer of the authorizer must be awaited. */
  receive(session: Session, message: RoutedMessage): void {
    try {
      this.#route(session, message);
    } catch (error) {
      this.#fail(session, message, error);
    }
  }

  /** Ends the calls that have waited too long; to be called every second or so. */
  expireCalls(): void {
    this.#dealer.expireCalls(performance.now());
  }

  /** Registers what the realm answers for itself. */
  #serve(procedures: SessionProcedures = new Map()): void {
    const parts = {
      roles: this.roles,
      authorization: this.#authorization,
      broker: this.#broker,
      dealer: this.#dealer,
    };
    this.#meta.serve({ ...this.#thruway?.procedures, ...asMetaProcedures(procedures, parts) });
  }

  #connectThruway(wishes: ThruwayOptions): Thruway {
    return new Thruway(wishes, {
      realm: this.name,
      authorization: this.#authorization,
      logger: this.#surroundings.logger,
      broker: () => this.#broker,
      dealer: () => this.#dealer,
      session: this.#meta.session,
      connect: () =>
        connectHiddenClient((session, message) => {
          this.receive(session, message);
        }),
      fail: (session, message, error) => {
        this.#fail(session, message, error);
      },
    });
  }

  #route(session: Session, message: RoutedMessage): void {
    switch (message.type) {
      case MessageType.Publish:
        this.#authorize(session, message, 'publish', this.#publish);
        return;
      case MessageType.Call:
        if (session.isContinuation(message.request)) this.#dealer.continueCall(session, message);
        else this.#authorize(session, message, 'call', this.#call);
        return;
      case MessageType.Yield:
        this.#dealer.yield(session, message);
        return;
      case MessageType.Error:
        this.#dealer.error(session, message);
        return;
      case MessageType.Subscribe:
        this.#authorize(session, message, 'subscribe', this.#subscribe);
        return;
      case MessageType.Register:
        this.#authorize(session, message, 'register', this.#register);
        return;
      case MessageType.Unsubscribe:
        countRequest(session, message);
        this.#broker.unsubscribe(session, message);
        return;
      case MessageType.Unregister:
        countRequest(session, message);
        this.#dealer.unregister(session, message);
        return;
      case MessageType.Cancel:
        this.#dealer.cancel(session, message);
        return;
      case MessageType.Goodbye:
        session.answerGoodbye();
        return;
      case MessageType.Abort:
        session.close(CloseCode.normal, 'aborted');
        return;
    }
  }

  /** Checks the request's number, asks whether it may be, and goes on: at once, or when the answer has come. */
  #authorize<Message extends AuthorizedMessage>(
    session: Session,
    message: Message,
    action: Action,
    route: Route<Message>,
  ): void {
    countRequest(session, message);
    const answer = this.#authorization.authorizeMessage(session, message, action);
    if (answer === true) route(session, message);
    else if (!(answer instanceof Promise)) this.#conclude(session, message, answer, route);
    else {
      awaitAnswer(session, answer, {
        onanswer: (given) => {
          this.#conclude(session, message, given, route);
        },
        onerror: (error) => {
          this.#fail(session, message, error);
        },
      });
    }
  }

  #conclude<Message extends AuthorizedMessage>(
    session: Session,
    message: Message,
    answer: Answer,
    route: Route<Message>,
  ): void {
    if (!isAllowed(answer)) throw new WampError(Uri.notAuthorized);
    route(session, message, this.#authorization.disclosureOf(answer));
  }

  #fail(session: Session, message: RoutedMessage, error: unknown): void {
    if (error instanceof WampError && 'request' in message) {
      sendRefusal(session, message, error);
    } else if (error instanceof ProtocolViolation) {
      session.violate(error);
    } else {
      this.#surroundings.logger.error({ error, realm: this.name, session: session.id }, 'a defect');
      session.close(CloseCode.internalError, 'internal error');
    }
  }
}

function authorizationOf(options: RealmOptions, surroundings: RealmSurroundings): Authorization {
  const { name: realm, procedures, ...rules } = { ...REALM_DEFAULTS, ...options };
  return new Authorization({
    ...surroundings,
    realm,
    authorizer: rules.authorizer,
    disclosure: rules.disclosure,
    uriLimits: { ...surroundings.uriLimits, isStrict: rules.hasStrictUris },
    openProcedures: procedures && openProcedures(procedures),
  });
}
