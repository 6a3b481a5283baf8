import { Uri, WampError } from './protocol/errors.js';
import {
  nextRequestId,
  NO_REQUEST,
  type RegistrationId,
  type RequestId,
  type SessionId,
  type SubscriptionId,
} from './protocol/id.js';
import {
  MessageType,
  type ClientMessage,
  type Dict,
  type ErrorMessage,
  type Event,
  type Invocation,
  type List,
  type RouterMessage,
} from './protocol/message.js';
import { Payload } from './protocol/payload.js';
import { jsonFormat } from './serializer/json-serializer.js';

/** A payload as values: what a procedure returns and a call resolves with. */
export interface CallResult {
  readonly args: List;
  readonly kwargs: Dict;
}

/** What a procedure or an event's handler gets. */
export interface LocalInvocation extends CallResult {
  /** INVOCATION.Details or EVENT.Details; `caller` when registered with `disclose_caller`. */
  readonly details: Dict;
}

/** Answers an invocation. A WampError that it throws becomes that ERROR, anything else `wamp.error.runtime_error` without a word. */
export type LocalProcedure = (invocation: LocalInvocation) => CallResult | Promise<CallResult>;

/** How the client reaches its router. */
export interface LocalClientConnection {
  readonly session: SessionId;
  readonly send: (message: ClientMessage) => void;
  readonly close: () => void;
}

interface Reply {
  readonly resolve: (message: RouterMessage) => void;
  readonly reject: (error: Error) => void;
}

/** A WAMP client inside the router's own process. */
export class LocalClient {
  readonly session: SessionId;
  /** Resolves with the reason when the session is over, whoever ended it. */
  readonly closed: Promise<string>;
  readonly #connection: LocalClientConnection;
  readonly #replies = new Map<RequestId, Reply>();
  readonly #procedures = new Map<RegistrationId, LocalProcedure>();
  readonly #handlers = new Map<SubscriptionId, Set<(event: LocalInvocation) => void>>();
  #lastRequest: RequestId = NO_REQUEST;
  #isClosed = false;
  #onclosed: (reason: string) => void = () => undefined;

  constructor(connection: LocalClientConnection) {
    this.session = connection.session;
    this.#connection = connection;
    this.closed = new Promise((resolve) => {
      this.#onclosed = resolve;
    });
  }

  /** Calls a procedure. Rejects with WampError, `wamp.error.canceled` when this client closes first. */
  async call(
    procedure: string,
    args?: List,
    kwargs?: Dict,
    options: Dict = {},
  ): Promise<CallResult> {
    const payload = Payload.of(jsonFormat, args, kwargs);
    const reply = await this.#request((request) => ({
      type: MessageType.Call,
      request,
      options,
      procedure,
      payload,
    }));
    return reply.type === MessageType.Result ? valuesOf(reply.payload) : NOTHING;
  }

  /** Registers a procedure. Rejects with WampError. */
  async register(procedure: string, handler: LocalProcedure, options: Dict = {}): Promise<void> {
    await this.#request(
      (request) => ({ type: MessageType.Register, request, options, procedure }),
      (reply) => {
        if (reply.type === MessageType.Registered)
          this.#procedures.set(reply.registration, handler);
      },
    );
  }

  /** Publishes, and resolves when the router has acknowledged it. Rejects with WampError. */
  async publish(topic: string, args?: List, kwargs?: Dict, options: Dict = {}): Promise<void> {
    const payload = Payload.of(jsonFormat, args, kwargs);
    await this.#request((request) => ({
      type: MessageType.Publish,
      request,
      options: { ...options, acknowledge: true },
      topic,
      payload,
    }));
  }

  /** Subscribes. What the handler throws is nobody's to hear. Rejects with WampError. */
  async subscribe(topic: string, handler: (event: LocalInvocation) => void): Promise<void> {
    await this.#request(
      (request) => ({ type: MessageType.Subscribe, request, options: {}, topic }),
      (reply) => {
        if (reply.type !== MessageType.Subscribed) return;
        const handlers = this.#handlers.get(reply.subscription) ?? new Set();
        this.#handlers.set(reply.subscription, handlers.add(handler));
      },
    );
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
    for (const { reject } of this.#replies.values()) reject(new WampError(Uri.canceled, [reason]));
    this.#replies.clear();
    this.#onclosed(reason);
  }

  /** For the router: a message has come. */
  onmessage(message: RouterMessage): void {
    if (this.#isClosed) return;
    switch (message.type) {
      case MessageType.Invocation:
        void this.#invoke(message);
        return;
      case MessageType.Event:
        this.#dispatch(message);
        return;
      case MessageType.Error:
        this.#takeReply(message.request)?.reject(errorOf(message));
        return;
      case MessageType.Goodbye:
        this.#connection.close();
        this.onclose(message.reason);
        return;
      case MessageType.Published:
      case MessageType.Subscribed:
      case MessageType.Unsubscribed:
      case MessageType.Registered:
      case MessageType.Unregistered:
      case MessageType.Result:
        this.#takeReply(message.request)?.resolve(message);
        return;
      case MessageType.Abort:
        this.onclose(message.reason);
        return;
      case MessageType.Welcome:
      case MessageType.Challenge:
      case MessageType.Interrupt:
        return;
    }
  }

  /** `onreply` runs before any later message is looked at: an EVENT may follow SUBSCRIBED at once. */
  #request(
    build: (request: RequestId) => ClientMessage,
    onreply: (reply: RouterMessage) => void = () => undefined,
  ): Promise<RouterMessage> {
    if (this.#isClosed)
      return Promise.reject(new WampError(Uri.canceled, ['this client is closed']));
    this.#lastRequest = nextRequestId(this.#lastRequest);
    const request = this.#lastRequest;
    return new Promise((resolve, reject) => {
      this.#replies.set(request, {
        resolve: (reply) => {
          onreply(reply);
          resolve(reply);
        },
        reject,
      });
      this.#connection.send(build(request));
    });
  }

  #takeReply(request: RequestId): Reply | undefined {
    const reply = this.#replies.get(request);
    this.#replies.delete(request);
    return reply;
  }

  #dispatch(event: Event): void {
    for (const handler of this.#handlers.get(event.subscription) ?? []) {
      try {
        handler({ ...valuesOf(event.payload), details: event.details });
      } catch {
        // The publisher is not to blame, and the other handlers shall have their event.
      }
    }
  }

  async #invoke({ request, registration, details, payload }: Invocation): Promise<void> {
    try {
      const procedure = this.#procedures.get(registration);
      if (procedure === undefined) throw new WampError(Uri.noSuchProcedure);
      const result = await procedure({ ...valuesOf(payload), details });
      const encoded = Payload.of(jsonFormat, result.args, result.kwargs);
      this.#connection.send({ type: MessageType.Yield, request, options: {}, payload: encoded });
    } catch (error) {
      this.#connection.send({
        type: MessageType.Error,
        requestType: MessageType.Invocation,
        request,
        details: {},
        ...refusalOf(error),
      });
    }
  }
}

/** What a procedure's failure is to the caller. What cannot be encoded is a defect like any other, not the end of the process. */
function refusalOf(error: unknown): Pick<ErrorMessage, 'error' | 'payload'> {
  try {
    if (error instanceof WampError) {
      return { error: error.uri, payload: Payload.of(jsonFormat, error.args, error.kwargs) };
    }
  } catch {
    // Falls through to the error without words.
  }
  return { error: Uri.runtimeError, payload: Payload.of(jsonFormat) };
}

const NOTHING: CallResult = { args: [], kwargs: {} };

const valuesOf = (payload: Payload): CallResult => ({
  args: payload.decodeArgs(),
  kwargs: payload.decodeKwargs(),
});

const errorOf = ({ error, payload }: ErrorMessage): WampError =>
  new WampError(error, payload.decodeArgs(), payload.decodeKwargs());
