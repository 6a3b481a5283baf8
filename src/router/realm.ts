import type { Action } from './authorizer.js';
import { Broker } from './broker/broker.js';
import { withDeadline } from './deadline.js';
import { Dealer } from './dealer.js';
import type { Logger } from './logger.js';
import { ProtocolViolation, Uri, WampError } from './protocol/errors.js';
import {
  MessageType,
  type Call,
  type Publish,
  type Register,
  type RoutedMessage,
  type Subscribe,
} from './protocol/message.js';
import { Payload } from './protocol/payload.js';
import { isReservedUri, isUriPattern, type MatchPolicy, type UriLimits } from './protocol/uri.js';
import { DEFAULT_RETENTION, type RealmOptions, type RealmRole } from './realm-options.js';
import { jsonFormat } from './serializer/json-serializer.js';
import type { RequestIds, Session } from './session.js';
import { CloseCode } from './transport/close-codes.js';

/** What the router lends its realms. */
export interface RealmSurroundings {
  readonly logger: Logger;
  readonly callTimeoutMs: number;
  /** How long an answer of the authorizer may take. */
  readonly authorizerMs: number;
  readonly uriLimits: UriLimits;
}

type AuthorizedMessage = Publish | Subscribe | Call | Register;
type Route<Message> = (session: Session, message: Message) => void;

/** A domain of its own: its sessions, and the routing between them (WAMP 1.3.1). Nothing crosses from one realm to another. */
export class Realm {
  readonly name: string;
  readonly roles: ReadonlyMap<string, RealmRole>;
  readonly isInternal: boolean;
  readonly requestIds: RequestIds | undefined;
  readonly #options: RealmOptions;
  readonly #surroundings: RealmSurroundings;
  readonly #uriLimits: UriLimits;
  readonly #sessions = new Set<Session>();
  readonly #sessionsByAuthid = new Map<string, number>();
  readonly #broker: Broker;
  readonly #dealer: Dealer;
  readonly #publish: Route<Publish> = (session, message) => {
    this.#broker.publish(session, message);
  };
  readonly #subscribe: Route<Subscribe> = (session, message) => {
    this.#broker.subscribe(session, message);
  };
  readonly #call: Route<Call> = (session, message) => {
    this.#dealer.call(session, message);
  };
  readonly #register: Route<Register> = (session, message) => {
    this.#dealer.register(session, message);
  };

  constructor(options: RealmOptions, surroundings: RealmSurroundings) {
    this.name = options.name;
    this.roles = options.roles;
    this.isInternal = options.isInternal ?? false;
    this.requestIds = options.requestIds;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#uriLimits = { ...surroundings.uriLimits, isStrict: options.hasStrictUris ?? false };
    this.#broker = new Broker({
      disclosure: options.disclosure ?? 'on_request',
      retention: options.retention ?? DEFAULT_RETENTION,
      history: options.history ?? [],
      logger: surroundings.logger,
    });
    this.#dealer = new Dealer({
      callTimeoutMs: surroundings.callTimeoutMs,
      disclosure: options.disclosure ?? 'on_request',
    });
  }

  /** The sessions that have joined and not left. */
  get sessions(): Iterable<Session> {
    return this.#sessions;
  }

  /** How many sessions this user has. */
  countSessionsOf(authid: string): number {
    return this.#sessionsByAuthid.get(authid) ?? 0;
  }

  /** Takes a session in: before its WELCOME, so that nothing of it can come earlier. */
  join(session: Session): void {
    const { authid } = session.principal;
    this.#sessions.add(session);
    this.#sessionsByAuthid.set(authid, this.countSessionsOf(authid) + 1);
  }

  /** Removes all that a session holds, whichever way it ended. Idempotent. */
  leave(session: Session): void {
    if (!this.#sessions.delete(session)) return;
    const { authid } = session.principal;
    const left = this.countSessionsOf(authid) - 1;
    if (left > 0) this.#sessionsByAuthid.set(authid, left);
    else this.#sessionsByAuthid.delete(authid);
    this.#broker.removeSession(session);
    this.#dealer.removeSession(session);
    this.#options.onleft?.(session.id);
  }

  /** Routes one message to its end, unless an answer of the authorizer must be awaited. */
  receive(session: Session, message: RoutedMessage): void {
    try {
      this.#route(session, message);
    } catch (error) {
      this.#fail(session, message, error);
    }
  }

  /** Ends the calls that have waited too long. */
  expireCalls(): void {
    this.#dealer.expireCalls(performance.now());
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

  /** Checks the request's number and URI, asks the authorizer, and goes on: at once, or when the answer has come. */
  #authorize<Message extends AuthorizedMessage>(
    session: Session,
    message: Message,
    action: Action,
    route: Route<Message>,
  ): void {
    countRequest(session, message);
    const uri = 'topic' in message ? message.topic : message.procedure;
    const match = matchOf(message);
    if (!isUriPattern(uri, match, this.#uriLimits)) throw new WampError(Uri.invalidUri);
    if (session.isInternal) {
      route(session, message);
      return;
    }
    if ((action === 'publish' || action === 'register') && isReservedUri(uri)) {
      throw new WampError(Uri.invalidUri, ['this URI is reserved']);
    }
    const answer = this.#ask(session, action, uri, match);
    if (answer === true) route(session, message);
    else if (answer === false) throw new WampError(Uri.notAuthorized);
    else this.#await(session, message, answer, route);
  }

  #ask(
    session: Session,
    action: Action,
    uri: string,
    match: MatchPolicy,
  ): boolean | Promise<boolean> {
    try {
      return this.#options.authorizer.authorize(session.principal, action, uri, match);
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #await<Message extends AuthorizedMessage>(
    session: Session,
    message: Message,
    answer: Promise<boolean>,
    route: Route<Message>,
  ): void {
    session.inbox.hold();
    const settle = (then: () => void): void => {
      if (!session.isOpen) return;
      try {
        then();
      } catch (error) {
        this.#fail(session, message, error);
      }
      session.inbox.release();
    };
    withDeadline(answer, this.#surroundings.authorizerMs).then(
      (isAllowed) => {
        settle(() => {
          if (!isAllowed) throw new WampError(Uri.notAuthorized);
          route(session, message);
        });
      },
      (error: unknown) => {
        this.#surroundings.logger.error({ error, realm: this.name }, 'the authorizer failed');
        settle(() => {
          throw new WampError(Uri.authorizationFailed);
        });
      },
    );
  }

  #fail(session: Session, message: RoutedMessage, error: unknown): void {
    if (error instanceof WampError && 'request' in message) {
      // An unacknowledged PUBLISH gets no answer at all, whatever became of it (WAMP 5.2.3).
      const isSilent =
        message.type === MessageType.Publish && message.options['acknowledge'] !== true;
      if (isSilent) return;
      session.send({
        type: MessageType.Error,
        requestType: message.type,
        request: message.request,
        details: {},
        error: error.uri,
        payload: Payload.of(jsonFormat, error.args, error.kwargs),
      });
    } else if (error instanceof ProtocolViolation) {
      session.violate(error);
    } else {
      this.#surroundings.logger.error({ error, realm: this.name, session: session.id }, 'a defect');
      session.close(CloseCode.internalError, 'internal error');
    }
  }
}

function countRequest(
  session: Session,
  message: AuthorizedMessage | { request: Publish['request'] },
): void {
  if (!session.countRequest(message.request)) {
    throw new ProtocolViolation('request ids are 1, 2, 3 and so on');
  }
}

/** How the URI of a message is to be matched: only subscriptions and registrations may have patterns. */
function matchOf(message: AuthorizedMessage): MatchPolicy {
  if (message.type === MessageType.Publish || message.type === MessageType.Call) return 'exact';
  const { match } = message.options;
  return match === 'prefix' || match === 'wildcard' ? match : 'exact';
}
