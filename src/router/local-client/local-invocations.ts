import { LazySignal } from '../lazy-signal.js';
import { Uri, WampError } from '../protocol/errors.js';
import type { RegistrationId, RequestId } from '../protocol/id.js';
import {
  MessageType,
  type ClientMessage,
  type Dict,
  type ErrorMessage,
  type Invocation,
  type List,
} from '../protocol/message.js';
import { Payload } from '../protocol/payload.js';
import { jsonFormat } from '../serializer/json-serializer.js';

/** A payload as values: what a procedure returns and a call resolves with. */
export interface CallResult {
  readonly args: List;
  readonly kwargs: Dict;
}

/** What a procedure gets. */
export interface LocalInvocation extends CallResult {
  /** INVOCATION.Details; `caller` when registered with `disclose_caller`. */
  readonly details: Dict;
  /** Aborted when nobody waits for the result any more: the caller has cancelled or gone, the call is overdue, or this client closes. */
  readonly signal: AbortSignal;
  /** Sends a part of the result; undefined when the caller wants no parts. Throws TypeError for what cannot be sent. */
  readonly progress: ((args?: List, kwargs?: Dict) => void) | undefined;
}

/** Answers an invocation. A WampError that it throws becomes that ERROR, anything else `wamp.error.runtime_error` without a word. */
export type LocalProcedure = (invocation: LocalInvocation) => CallResult | Promise<CallResult>;

/** The procedures of a local client, and their invocations under way. */
export class LocalInvocations {
  readonly #send: (message: ClientMessage) => void;
  readonly #procedures = new Map<RegistrationId, LocalProcedure>();
  readonly #underWay = new Map<RequestId, LazySignal>();

  constructor(send: (message: ClientMessage) => void) {
    this.#send = send;
  }

  add(registration: RegistrationId, procedure: LocalProcedure): void {
    this.#procedures.set(registration, procedure);
  }

  /** False when it was not there. */
  delete(registration: RegistrationId): boolean {
    return this.#procedures.delete(registration);
  }

  /** Runs the procedure and sends its answer. Never rejects. */
  async invoke({ request, registration, details, payload }: Invocation): Promise<void> {
    const abort = new LazySignal();
    this.#underWay.set(request, abort);
    try {
      const procedure = this.#procedures.get(registration);
      if (procedure === undefined) throw new WampError(Uri.noSuchProcedure);
      const progress = details['receive_progress'] === true ? this.#progressOf(request) : undefined;
      const result = await procedure(new ReceivedInvocation(details, payload, abort, progress));
      const encoded = Payload.of(jsonFormat, result.args, result.kwargs);
      if (!this.#underWay.delete(request)) return;
      this.#send({ type: MessageType.Yield, request, options: {}, payload: encoded });
    } catch (error) {
      this.#refuse(request, error);
    }
  }

  /** The router ends an invocation. It is answered at once, whatever its procedure goes on to do. */
  interrupt(request: RequestId): void {
    const abort = this.#underWay.get(request);
    const error = new WampError(Uri.canceled);
    this.#refuse(request, error);
    abort?.abort(() => error);
  }

  /** Ends all invocations without an answer. */
  close(reason: string): void {
    const underWay = [...this.#underWay.values()];
    this.#underWay.clear();
    for (const abort of underWay) abort.abort(() => new WampError(Uri.canceled, [reason]));
  }

  #progressOf(request: RequestId): (args?: List, kwargs?: Dict) => void {
    return (args, kwargs) => {
      const payload = Payload.of(jsonFormat, args, kwargs);
      if (!this.#underWay.has(request)) return;
      this.#send({ type: MessageType.Yield, request, options: { progress: true }, payload });
    };
  }

  #refuse(request: RequestId, error: unknown): void {
    if (!this.#underWay.delete(request)) return;
    this.#send({
      type: MessageType.Error,
      requestType: MessageType.Invocation,
      request,
      details: {},
      ...refusalOf(error),
    });
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

/** Decodes what its procedure looks at. A class: each object literal with getters would be a shape of its own, which outlives it. */
class ReceivedInvocation implements LocalInvocation {
  readonly details: Dict;
  readonly progress: LocalInvocation['progress'];
  readonly #payload: Payload;
  readonly #abort: LazySignal;
  #args: List | undefined;
  #kwargs: Dict | undefined;

  constructor(
    details: Dict,
    payload: Payload,
    abort: LazySignal,
    progress: LocalInvocation['progress'],
  ) {
    this.details = details;
    this.progress = progress;
    this.#payload = payload;
    this.#abort = abort;
  }

  get args(): List {
    return (this.#args ??= this.#payload.decodeArgs());
  }

  get kwargs(): Dict {
    return (this.#kwargs ??= this.#payload.decodeKwargs());
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }
}

/** A payload's values. */
export const valuesOf = (payload: Payload): CallResult => ({
  args: payload.decodeArgs(),
  kwargs: payload.decodeKwargs(),
});
