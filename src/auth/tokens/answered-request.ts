import {
  MessageType,
  type Authenticate,
  type AuthenticationRequest,
  type Dict,
  type SessionId,
  type TransportDetails,
} from '../../router/index.js';

/** A request whose answer is there already: whoever asks the client is given it, and no CHALLENGE is sent. */
export class AnsweredRequest implements AuthenticationRequest {
  readonly session: SessionId;
  readonly realm: string;
  readonly details: Dict;
  readonly transport: TransportDetails;
  readonly challenge: () => Promise<Authenticate>;
  readonly #request: AuthenticationRequest;

  constructor(request: AuthenticationRequest, signature: string) {
    this.#request = request;
    this.session = request.session;
    this.realm = request.realm;
    this.details = request.details;
    this.transport = request.transport;
    this.challenge = () =>
      Promise.resolve({ type: MessageType.Authenticate, signature, extra: {} });
  }

  /** Made only for who looks at it, as in the request itself. */
  get signal(): AbortSignal {
    return this.#request.signal;
  }
}
