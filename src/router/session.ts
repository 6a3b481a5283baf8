import { Inbox } from './inbox.js';
import { Uri, type ProtocolViolation } from './protocol/errors.js';
import { nextRequestId, NO_REQUEST, type RequestId, type SessionId } from './protocol/id.js';
import {
  MessageType,
  type Dict,
  type RoutedMessage,
  type RouterMessage,
} from './protocol/message.js';
import { isDict } from './protocol/options.js';
import type { Principal } from './principal.js';
import type { SessionLimits } from './session-limits.js';
import type { SessionTerms } from './session-terms.js';
import { CloseCode } from './transport/close-codes.js';
import type { Transport, TransportDetails } from './transport/transport.js';
import { countSent } from './transport/turns/turn.js';

/** How the requests of a session are numbered: 1, 2, 3 ... as WAMP 2.1.2 asks, or anyhow, as some old clients do. */
export type RequestIds = 'strict' | 'lenient';

/** Hears what becomes of a session. */
export interface SessionHost {
  /** The peer broke the protocol: the session is to be ended with ABORT. */
  readonly onviolation: (violation: ProtocolViolation) => void;
  /** The peer said GOODBYE and has its answer: its transport may open another session. */
  readonly ongoodbye: () => void;
  /** The session has ended itself: by closing its transport with this code, or by its GOODBYE. */
  readonly onend: (code?: CloseCode) => void;
}

/** What a session is made of. */
export interface SessionOptions extends SessionHost, SessionTerms {
  readonly id: SessionId;
  readonly principal: Principal;
  readonly transport: Transport;
  /** HELLO.Details.roles. */
  readonly roles: Dict;
  readonly requestIds: RequestIds;
  /** The terms of another role; left out: those that it has hold for all. */
  readonly termsOf?: ((authrole: string) => SessionTerms) | undefined;
  /** Whether it is one of the router's own clients, which alone may use reserved URIs. */
  readonly isInternal: boolean;
  /** Routes a message of this session. */
  readonly receive: (message: RoutedMessage) => void;
}

/** After its GOODBYE the router waits so long for the peer's. */
const GOODBYE_TIMEOUT_MS = 2000;

/** A client that has joined a realm (WAMP 4). */
export class Session {
  readonly id: SessionId;
  readonly isInternal: boolean;
  /** The door at which its messages wait when they must. */
  readonly inbox: Inbox;
  readonly #transport: Transport;
  readonly #requestIds: RequestIds;
  readonly #features: ReadonlySet<string>;
  readonly #host: SessionHost;
  readonly #termsOf: SessionOptions['termsOf'];
  #principal: Principal;
  #limits: SessionLimits;
  #trustLevel: number | undefined;
  #state: 'open' | 'closing' | 'closed' = 'open';
  #lastRequest: RequestId = NO_REQUEST;
  #goodbyeTimer: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.#principal = options.principal;
    this.#limits = options.limits;
    this.isInternal = options.isInternal;
    this.#trustLevel = options.trustLevel;
    this.#termsOf = options.termsOf;
    const { onviolation, ongoodbye, onend } = options;
    this.#host = { onviolation, ongoodbye, onend };
    this.#transport = options.transport;
    this.#transport.limitMessages?.(options.limits.messageBytes);
    this.#requestIds = options.requestIds;
    this.#features = featuresOf(options.roles);
    this.inbox = new Inbox({
      transport: options.transport,
      limits: options.limits,
      receive: options.receive,
      onflood: () => {
        this.close(CloseCode.rateLimited, 'too many messages');
      },
    });
  }

  /** Who it acts for. Another object after a {@link renew}, so that what was found out of one can be kept by it. */
  get principal(): Principal {
    return this.#principal;
  }

  get limits(): SessionLimits {
    return this.#limits;
  }

  /** Sent with what it publishes and calls (WAMP, Publication and Call Trust Levels). */
  get trustLevel(): number | undefined {
    return this.#trustLevel;
  }

  /** Whether it takes part in routing: false from the first word of its ending. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Where its client came from. */
  get transport(): TransportDetails {
    return this.#transport.details;
  }

  /** From now on it acts for this principal, by the terms of its role. The authid must be the same: its realm counts by it. */
  renew(principal: Principal): void {
    this.#principal = principal;
    const terms = this.#termsOf?.(principal.authrole);
    if (terms === undefined) return;
    this.#limits = terms.limits;
    this.#trustLevel = terms.trustLevel;
    this.inbox.setLimits(terms.limits);
    this.#transport.limitMessages?.(terms.limits.messageBytes);
  }

  /**
   * Sends a message, unless the session is ending. False when it is longer than the peer takes and was not sent; true also at the
   * ending, when there is nobody to tell.
   */
  send(message: RouterMessage): boolean {
    countSent();
    return this.#state !== 'open' || this.#transport.send(message);
  }

  /** Whether the client gives a sign of life within `timeoutMs`; true where its transport cannot tell. */
  isAlive(timeoutMs: number): Promise<boolean> {
    if (this.#state !== 'open') return Promise.resolve(false);
    return this.#transport.probe?.(timeoutMs) ?? Promise.resolve(true);
  }

  /** Whether the client announced a feature for one of its roles, e.g. `callee.call_canceling`. */
  announces(feature: string): boolean {
    return this.#features.has(feature);
  }

  /**
   * Counts a request. False when its id is not the one after the last, which is a protocol violation (WAMP 2.1.2): all six kinds of
   * request share one counter.
   */
  countRequest(request: RequestId): boolean {
    const isNext = request === nextRequestId(this.#lastRequest);
    this.#lastRequest = request;
    return isNext || this.#requestIds === 'lenient';
  }

  /**
   * Whether a CALL with this id is a further part of a progressive one, which may be over (WAMP, Progressive Call Invocations): it is not
   * above the last request, whatever that was. Only who announced the feature sends such.
   */
  isContinuation(request: RequestId): boolean {
    return (
      request <= this.#lastRequest &&
      request !== nextRequestId(this.#lastRequest) &&
      this.announces('caller.progressive_call_invocations')
    );
  }

  /**
   * Says GOODBYE: on purpose, so that the client does not come back. What the session holds is freed at once, nothing follows (WAMP 4.2.1);
   * the transport ends when the peer has answered, or soon.
   */
  sayGoodbye(reason: string, details: Dict): void {
    if (this.#state !== 'open') return;
    this.send({ type: MessageType.Goodbye, details, reason });
    this.#leave('closing');
    this.#goodbyeTimer = setTimeout(() => {
      this.close(CloseCode.normal, reason);
    }, GOODBYE_TIMEOUT_MS);
    this.#host.onend();
  }

  /** Answers the peer's GOODBYE, once, and ends the session; the transport stays. */
  answerGoodbye(): void {
    this.send({ type: MessageType.Goodbye, details: {}, reason: Uri.goodbyeAndOut });
    this.end();
    this.#host.ongoodbye();
  }

  /** Reports that the peer broke the protocol. */
  violate(violation: ProtocolViolation): void {
    this.#host.onviolation(violation);
  }

  /** Ends the session by closing its transport, so that the client comes back. Also the end of {@link sayGoodbye}. */
  close(code: CloseCode, reason: string): void {
    this.end();
    this.#transport.close(code, reason);
    this.#host.onend(code);
  }

  /** Ends the session without touching its transport. */
  end(): void {
    this.#leave('closed');
    clearTimeout(this.#goodbyeTimer);
  }

  #leave(state: 'closing' | 'closed'): void {
    this.#state = state;
    this.inbox.close();
  }
}

const NO_FEATURES: ReadonlySet<string> = new Set();

/** `role.feature` for each feature that a HELLO announces as true; both spellings of canceling are one (WAMP 11.2, 11.4). */
function featuresOf(roles: Dict): ReadonlySet<string> {
  const announced = new Set<string>();
  for (const [role, attributes] of Object.entries(roles)) {
    const features = isDict(attributes) ? attributes['features'] : undefined;
    if (!isDict(features)) continue;
    for (const [feature, value] of Object.entries(features)) {
      if (value === true) announced.add(`${role}.${feature.replace('cancelling', 'canceling')}`);
    }
  }
  return announced.size > 0 ? announced : NO_FEATURES;
}
