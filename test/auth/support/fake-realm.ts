import { newRegistrationId, newSessionId } from '../../../src/router/protocol/id.js';
import {
  Uri,
  WampError,
  type CallResult,
  type Dict,
  type List,
  type LocalInvocation,
  type LocalRegistration,
  type SessionId,
} from '../../../src/router/index.js';

type Handler = (invocation: LocalInvocation) => CallResult | Promise<CallResult>;
interface Registration {
  readonly owner: FakeClient;
  readonly handler: Handler;
  readonly options: Dict;
}

/** A realm of clients that call each other: the part of a dealer that providers and authenticators meet. */
export class FakeRealm {
  readonly registrations = new Map<string, Registration>();
  readonly left: SessionId[] = [];

  connect(): FakeClient {
    return new FakeClient(this);
  }
}

/** Behaves as LocalClient does for register, call and close; arguments travel as JSON. */
export class FakeClient {
  readonly session = newSessionId();
  readonly closed: Promise<string>;
  /** What was called, in order. */
  readonly calls: { readonly procedure: string; readonly args: unknown }[] = [];
  readonly #realm: FakeRealm;
  #resolveClosed: (reason: string) => void = () => undefined;

  constructor(realm: FakeRealm) {
    this.#realm = realm;
    this.closed = new Promise((resolve) => (this.#resolveClosed = resolve));
  }

  register(procedure: string, handler: Handler, options: Dict = {}): Promise<LocalRegistration> {
    if (this.#realm.registrations.has(procedure)) {
      return Promise.reject(new WampError(Uri.procedureAlreadyExists));
    }
    this.#realm.registrations.set(procedure, { owner: this, handler, options });
    return Promise.resolve({
      id: newRegistrationId(),
      unregister: () => {
        this.#realm.registrations.delete(procedure);
        return Promise.resolve();
      },
    });
  }

  async call(procedure: string, args: List = []): Promise<CallResult> {
    const sent = JSON.parse(JSON.stringify(args)) as List;
    this.calls.push({ procedure, args: sent });
    const registration = this.#realm.registrations.get(procedure);
    if (registration === undefined) throw new WampError(Uri.noSuchProcedure);
    const details =
      registration.options['disclose_caller'] === true ? { caller: this.session } : {};
    const gone = registration.owner.closed.then(() => {
      throw new WampError(Uri.canceled);
    });
    const { signal } = new AbortController();
    const invocation = { args: sent, kwargs: {}, details, signal, progress: undefined };
    const answer = Promise.resolve(invocation).then(registration.handler);
    try {
      return await Promise.race([answer, gone]);
    } catch (error) {
      throw error instanceof WampError ? error : new WampError(Uri.runtimeError);
    }
  }

  close(reason = 'wamp.close.goodbye_and_out'): void {
    for (const [procedure, { owner }] of this.#realm.registrations) {
      if (owner === this) this.#realm.registrations.delete(procedure);
    }
    this.#realm.left.push(this.session);
    this.#resolveClosed(reason);
  }
}
