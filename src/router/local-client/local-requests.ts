import { Uri, WampError } from '../protocol/errors.js';
import { nextRequestId, NO_REQUEST, type RequestId } from '../protocol/id.js';
import type { ClientMessage, ErrorMessage, Result, RouterMessage } from '../protocol/message.js';
import { valuesOf, type CallResult } from './local-invocations.js';

/** Who hears of a request before it is over. */
export interface RequestHandlers {
  /** Runs before any later message is looked at: an EVENT may follow SUBSCRIBED at once. */
  readonly onreply?: ((reply: RouterMessage) => void) | undefined;
  /** Hears of progressive results. What it throws is nobody's to hear. */
  readonly onprogress?: ((part: CallResult) => void) | undefined;
}

interface Reply extends RequestHandlers {
  readonly resolve: (message: RouterMessage) => void;
  readonly reject: (error: Error) => void;
}

/** The requests of a local client that wait for their answers, and their numbers: 1, 2, 3 ... (WAMP 2.1.2). */
export class LocalRequests {
  readonly #send: (message: ClientMessage) => void;
  readonly #replies = new Map<RequestId, Reply>();
  #last: RequestId = NO_REQUEST;
  #isClosed = false;

  constructor(send: (message: ClientMessage) => void) {
    this.#send = send;
  }

  /** The number of the request that was sent last. */
  get last(): RequestId {
    return this.#last;
  }

  /** Sends a request. Resolves with its answer, rejects with WampError when that is an ERROR. */
  send(
    build: (request: RequestId) => ClientMessage,
    handlers: RequestHandlers = {},
  ): Promise<RouterMessage> {
    if (this.#isClosed) {
      return Promise.reject(new WampError(Uri.canceled, ['this client is closed']));
    }
    this.#last = nextRequestId(this.#last);
    const request = this.#last;
    return new Promise((resolve, reject) => {
      const { onreply, onprogress } = handlers;
      this.#replies.set(request, { onreply, onprogress, resolve, reject });
      this.#send(build(request));
    });
  }

  /** Whether a request still waits. */
  isPending(request: RequestId): boolean {
    return this.#replies.has(request);
  }

  /** The answer has come. */
  resolve(message: RouterMessage & { readonly request: RequestId }): void {
    const reply = this.#take(message.request);
    reply?.onreply?.(message);
    reply?.resolve(message);
  }

  /** The answer is an ERROR. */
  reject({ request, error, payload }: ErrorMessage): void {
    const { args, kwargs } = valuesOf(payload);
    this.#take(request)?.reject(new WampError(error, args, kwargs));
  }

  /** A part of the answer has come. */
  progress({ request, payload }: Result): void {
    try {
      this.#replies.get(request)?.onprogress?.(valuesOf(payload));
    } catch {
      // The callee is not to blame, and the result is still to come.
    }
  }

  /** Rejects all that wait, and whatever comes later. */
  close(reason: string): void {
    this.#isClosed = true;
    for (const { reject } of this.#replies.values()) reject(new WampError(Uri.canceled, [reason]));
    this.#replies.clear();
  }

  #take(request: RequestId): Reply | undefined {
    const reply = this.#replies.get(request);
    this.#replies.delete(request);
    return reply;
  }
}
