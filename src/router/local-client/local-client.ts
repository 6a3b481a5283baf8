import { Uri, WampError } from '../protocol/errors.js';
import {
  isId,
  NO_REQUEST,
  toRegistrationId,
  type RegistrationId,
  type RequestId,
  type SessionId,
  type SubscriptionId,
} from '../protocol/id.js';
import {
  MessageType,
  type ClientMessage,
  type Dict,
  type List,
  type RouterMessage,
  type Unregistered,
  type Unsubscribed,
} from '../protocol/message.js';
import { Payload } from '../protocol/payload.js';
import {
  LocalInvocations,
  valuesOf,
  type CallResult,
  type LocalProcedure,
} from './local-invocations.js';
import { LocalRequests } from './local-requests.js';
import { LocalSubscriptions, type LocalHandler } from './local-subscriptions.js';
import { jsonFormat } from '../serializer/json-serializer.js';

/** What the router is told of a local client: HELLO.Details.roles, as a client of another process would announce them. */
export const LOCAL_CLIENT_ROLES: Dict = {
  publisher: { features: { publisher_exclusion: true, subscriber_blackwhite_listing: true } },
  subscriber: {
    features: {
      pattern_based_subscription: true,
      publisher_identification: true,
      subscription_revocation: true,
    },
  },
  caller: { features: { call_canceling: true, progressive_call_results: true } },
  callee: {
    features: {
      call_canceling: true,
      caller_identification: true,
      pattern_based_registration: true,
      progressive_call_results: true,
      registration_revocation: true,
      shared_registration: true,
    },
  },
};

/** CALL.Options, and what concerns this client alone. */
export interface LocalCallOptions extends Dict {
  /** Cancels the call when it is aborted: it rejects with `wamp.error.canceled`, its callee is interrupted. */
  readonly signal?: AbortSignal;
  /** Asks for progressive results and gets them. What it throws is nobody's to hear. */
  readonly onprogress?: (part: CallResult) => void;
}

/** A procedure of a local client. */
export interface LocalRegistration {
  readonly id: RegistrationId;
  /** Gives the procedure up; invocations under way are still answered. Idempotent. */
  readonly unregister: () => Promise<void>;
}

/** A handler of a local client. */
export interface LocalSubscription {
  readonly id: SubscriptionId;
  /** Takes the handler away at once, and ends the subscription with its last handler. Idempotent. */
  readonly unsubscribe: () => Promise<void>;
}

/** How the client reaches its router. */
export interface LocalClientConnection {
  readonly session: SessionId;
  readonly send: (message: ClientMessage) => void;
  readonly close: () => void;
}

/** A WAMP client inside the router's own process. */
export class LocalClient {
  readonly session: SessionId;
  /** Resolves with the reason when the session is over, whoever ended it. */
  readonly closed: Promise<string>;
  readonly #connection: LocalClientConnection;
  readonly #requests: LocalRequests;
  readonly #invocations: LocalInvocations;
  readonly #subscriptions = new LocalSubscriptions();
  readonly #subscribing = new Set<Promise<unknown>>();
  #isClosed = false;
  #onclosed: (reason: string) => void = () => undefined;

  constructor(connection: LocalClientConnection) {
    this.session = connection.session;
    this.#connection = connection;
    this.#requests = new LocalRequests(connection.send);
    this.#invocations = new LocalInvocations(connection.send);
    this.closed = new Promise((resolve) => {
      this.#onclosed = resolve;
    });
  }

  /** Calls a procedure. Rejects with WampError, `wamp.error.canceled` when it is cancelled or this client closes first. */
  async call(
    procedure: string,
    args?: List,
    kwargs?: Dict,
    { signal, onprogress, ...wire }: LocalCallOptions = {},
  ): Promise<CallResult> {
    if (signal?.aborted === true) throw new WampError(Uri.canceled);
    const payload = Payload.of(jsonFormat, args, kwargs);
    const options = onprogress === undefined ? wire : { ...wire, receive_progress: true };
    const result = this.#requests.send(
      (request) => ({ type: MessageType.Call, request, options, procedure, payload }),
      { onprogress },
    );
    const request = this.#requests.last;
    const oncancel = (): void => {
      this.#cancel(request);
    };
    signal?.addEventListener('abort', oncancel);
    try {
      const reply = await result;
      return reply.type === MessageType.Result ? valuesOf(reply.payload) : NOTHING;
    } finally {
      signal?.removeEventListener('abort', oncancel);
    }
  }

  /** Registers a procedure. Rejects with WampError. */
  async register(
    procedure: string,
    handler: LocalProcedure,
    options: Dict = {},
  ): Promise<LocalRegistration> {
    const reply = await this.#requests.send(
      (request) => ({ type: MessageType.Register, request, options, procedure }),
      {
        onreply: (early) => {
          if (early.type === MessageType.Registered)
            this.#invocations.add(early.registration, handler);
        },
      },
    );
    if (reply.type !== MessageType.Registered) throw new WampError(Uri.protocolViolation);
    const { registration } = reply;
    return { id: registration, unregister: () => this.#unregister(registration) };
  }

  /** Publishes, and resolves with the publication's id when the router has acknowledged it. Rejects with WampError. */
  async publish(topic: string, args?: List, kwargs?: Dict, options: Dict = {}): Promise<number> {
    const payload = Payload.of(jsonFormat, args, kwargs);
    const reply = await this.#requests.send((request) => ({
      type: MessageType.Publish,
      request,
      options: { ...options, acknowledge: true },
      topic,
      payload,
    }));
    if (reply.type !== MessageType.Published) throw new WampError(Uri.protocolViolation);
    return reply.publication;
  }

  /** Subscribes, with SUBSCRIBE.Options such as `match` and `get_retained`. Rejects with WampError. */
  async subscribe(
    topic: string,
    handler: LocalHandler,
    options: Dict = {},
  ): Promise<LocalSubscription> {
    // One function given twice is two handlers.
    const own: LocalHandler = (event) => {
      handler(event);
    };
    const subscribed = this.#requests.send(
      (request) => ({ type: MessageType.Subscribe, request, options, topic }),
      {
        onreply: (early) => {
          if (early.type === MessageType.Subscribed)
            this.#subscriptions.add(early.subscription, own);
        },
      },
    );
    this.#subscribing.add(subscribed);
    try {
      const reply = await subscribed;
      if (reply.type !== MessageType.Subscribed) throw new WampError(Uri.protocolViolation);
      const { subscription } = reply;
      return { id: subscription, unsubscribe: () => this.#unsubscribe(subscription, own) };
    } finally {
      this.#subscribing.delete(subscribed);
    }
  }

  /** Leaves the realm. Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#connection.close();
    this.onclose('closed by the client');
  }

  /** For the router: the transport has ended. */
  onclose(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#requests.close(reason);
    this.#invocations.close(reason);
    this.#onclosed(reason);
  }

  /** For the router: a message has come. */
  onmessage(message: RouterMessage): void {
    if (this.#isClosed) return;
    switch (message.type) {
      case MessageType.Invocation:
        void this.#invocations.invoke(message);
        return;
      case MessageType.Interrupt:
        this.#invocations.interrupt(message.request);
        return;
      case MessageType.Event:
        this.#subscriptions.dispatch(message);
        return;
      case MessageType.Error:
        this.#requests.reject(message);
        return;
      case MessageType.Result:
        if (message.details['progress'] === true) this.#requests.progress(message);
        else this.#requests.resolve(message);
        return;
      case MessageType.Unsubscribed:
      case MessageType.Unregistered:
        if (message.request === NO_REQUEST) this.#forget(message);
        else this.#requests.resolve(message);
        return;
      case MessageType.Published:
      case MessageType.Subscribed:
      case MessageType.Registered:
        this.#requests.resolve(message);
        return;
      case MessageType.Goodbye:
        this.#connection.close();
        this.onclose(message.reason);
        return;
      case MessageType.Abort:
        this.onclose(message.reason);
        return;
      case MessageType.Welcome:
      case MessageType.Challenge:
        return;
    }
  }

  #cancel(request: RequestId): void {
    if (!this.#requests.isPending(request)) return;
    this.#connection.send({ type: MessageType.Cancel, request, options: { mode: 'killnowait' } });
  }

  async #unregister(registration: RegistrationId): Promise<void> {
    if (!this.#invocations.delete(registration)) return;
    await this.#requests.send((request) => ({
      type: MessageType.Unregister,
      request,
      registration,
    }));
  }

  async #unsubscribe(subscription: SubscriptionId, handler: LocalHandler): Promise<void> {
    if (!this.#subscriptions.remove(subscription, handler)) return;
    // Another SUBSCRIBE under way may get the very same subscription.
    await Promise.allSettled(this.#subscribing);
    if (!this.#subscriptions.forgetIfUnused(subscription)) return;
    await this.#requests.send((request) => ({
      type: MessageType.Unsubscribe,
      request,
      subscription,
    }));
  }

  /** WAMP, Subscription Revocation; WAMP, Registration Revocation. */
  #forget({ type, details }: Unsubscribed | Unregistered): void {
    const id = details?.[type === MessageType.Unsubscribed ? 'subscription' : 'registration'];
    if (!isId(id)) return;
    if (type === MessageType.Unsubscribed) this.#subscriptions.forget(id);
    else this.#invocations.delete(toRegistrationId(id));
  }
}

const NOTHING: CallResult = { args: [], kwargs: {} };
