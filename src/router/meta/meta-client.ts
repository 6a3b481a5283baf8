import type { Logger } from '../logger.js';
import { Uri, WampError } from '../protocol/errors.js';
import { nextRequestId, NO_REQUEST, type RegistrationId, type RequestId } from '../protocol/id.js';
import {
  MessageType,
  type Invocation,
  type List,
  type Register,
  type RoutedMessage,
  type RouterMessage,
} from '../protocol/message.js';
import { Payload } from '../protocol/payload.js';
import { jsonFormat } from '../serializer/json-serializer.js';
import { hiddenSession } from '../local-client/hidden-session.js';
import type { Session } from '../session.js';
import { MEMORY_DETAILS } from '../transport/memory-transport.js';
import type { Eventually } from './eventually.js';
import type { MetaProcedure, MetaProcedures } from './meta-procedure.js';

/** How the client reaches its realm. */
export interface MetaClientOptions {
  readonly findSession: (id: number) => Session | undefined;
  readonly register: (session: Session, message: Register) => void;
  /** Routes an answer. */
  readonly receive: (session: Session, message: RoutedMessage) => void;
  readonly logger: Logger;
}

/**
 * The realm's own client, which serves its meta procedures and publishes its meta events. It never joined: no list has it. What a
 * session asks of it is done within the routing of the CALL itself, before the session's next message is looked at, were that its GOODBYE.
 */
export class MetaClient {
  readonly session: Session;
  readonly #options: MetaClientOptions;
  readonly #procedures = new Map<RegistrationId, MetaProcedure>();
  #registering: MetaProcedure | undefined;
  #lastRequest: RequestId = NO_REQUEST;

  constructor(options: MetaClientOptions) {
    this.#options = options;
    this.session = hiddenSession({
      details: MEMORY_DETAILS,
      open: () => undefined,
      send: (message) => {
        this.#take(message);
        return true;
      },
      close: () => undefined,
      pause: () => undefined,
      resume: () => undefined,
    });
  }

  /** Registers procedures. Throws WampError when one is taken. */
  serve(procedures: MetaProcedures): void {
    for (const [procedure, handler] of Object.entries(procedures)) {
      this.#lastRequest = nextRequestId(this.#lastRequest);
      this.#registering = handler;
      this.#options.register(this.session, {
        type: MessageType.Register,
        request: this.#lastRequest,
        options: { disclose_caller: true },
        procedure,
      });
    }
  }

  #take(message: RouterMessage): void {
    if (message.type === MessageType.Invocation) {
      void this.#invoke(message);
    } else if (message.type === MessageType.Registered && this.#registering !== undefined) {
      this.#procedures.set(message.registration, this.#registering);
    }
  }

  /** The procedure runs at once; its answer comes later, as the dealer has not yet seen to the call that it is to end. */
  async #invoke(invocation: Invocation): Promise<void> {
    const { request } = invocation;
    try {
      const payload = Payload.of(jsonFormat, await this.#call(invocation));
      this.#send({ type: MessageType.Yield, request, options: {}, payload });
    } catch (error) {
      this.#refuse(request, error);
    }
  }

  #call({ registration, details, payload }: Invocation): Eventually<List> {
    const procedure = this.#procedures.get(registration);
    const caller = this.#options.findSession(Number(details['caller']));
    if (procedure === undefined || caller === undefined) throw new WampError(Uri.canceled);
    const args = payload.decodeArgs();
    return procedure({ caller, args, kwargs: payload.decodeKwargs(), format: payload.format });
  }

  #refuse(request: RequestId, error: unknown): void {
    if (!(error instanceof WampError)) this.#options.logger.error({ error }, 'a defect');
    const { uri, args, kwargs } =
      error instanceof WampError ? error : new WampError(Uri.runtimeError);
    this.#send({
      type: MessageType.Error,
      requestType: MessageType.Invocation,
      request,
      details: {},
      error: uri,
      payload: Payload.of(jsonFormat, args, kwargs),
    });
  }

  #send(message: RoutedMessage): void {
    this.#options.receive(this.session, message);
  }
}
