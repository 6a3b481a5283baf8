import assert from 'node:assert/strict';
import {
  DEFAULT_SESSION_LIMITS,
  type Authenticator,
  type Dict,
  type List,
  type Router,
} from '../../../src/router/index.js';
import { toRequestId, type RequestId } from '../../../src/router/protocol/id.js';
import {
  MessageType,
  type Abort,
  type Challenge,
  type ClientMessage,
  type RouterMessage,
  type Welcome,
} from '../../../src/router/protocol/message.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import { jsonFormat } from '../../../src/router/serializer/json-serializer.js';
import { connectMemoryTransport } from '../../../src/router/transport/memory-transport.js';

/** The connection was closed with this code: the last that a peer receives. */
export interface Closed {
  readonly type: 'closed';
  readonly code: number;
}
type Received = RouterMessage | Closed;

/** A client from outside on a memory transport: queues what comes, so that nothing is missed. */
export class WampPeer {
  readonly #queue: Received[] = [];
  readonly #waiting: ((received: Received) => void)[] = [];
  readonly send: (message: ClientMessage) => void;
  /** Ends the connection as a lost one would. */
  readonly disconnect: () => void;

  constructor(router: Router, authenticators: readonly Authenticator[]) {
    const [transport, peer] = connectMemoryTransport({
      onmessage: (message) => {
        this.#take(message);
      },
      onclose: (code) => {
        this.#take({ type: 'closed', code });
      },
    });
    this.send = peer.send;
    this.disconnect = peer.close;
    router.attach(transport, {
      authenticators,
      requestIds: 'lenient',
      limits: DEFAULT_SESSION_LIMITS,
    });
  }

  /** The next message, or the end. */
  receive(): Promise<Received> {
    const next = this.#queue.shift();
    if (next !== undefined) return Promise.resolve(next);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  hello(realm: string, details: Dict = {}): void {
    const roles = { caller: {}, callee: {} };
    this.send({ type: MessageType.Hello, realm, details: { roles, ...details } });
  }

  authenticate(signature: string): void {
    this.send({ type: MessageType.Authenticate, signature, extra: {} });
  }

  async receiveChallenge(): Promise<Challenge> {
    const message = await this.receive();
    return message.type === MessageType.Challenge ? message : unexpected(message);
  }

  async receiveWelcome(): Promise<Welcome> {
    const message = await this.receive();
    return message.type === MessageType.Welcome ? message : unexpected(message);
  }

  async receiveAbort(): Promise<Abort> {
    const message = await this.receive();
    return message.type === MessageType.Abort ? message : unexpected(message);
  }

  /** The code of the close, if nothing comes before it. */
  async receiveClose(): Promise<number> {
    const message = await this.receive();
    return message.type === 'closed' ? message.code : unexpected(message);
  }

  /** Registers as a PHP client does: with an option that WAMP does not know. */
  async register(request: number, procedure: string): Promise<void> {
    const options = { replace_orphaned_session: 'yes' };
    this.send({ type: MessageType.Register, request: toRequestId(request), options, procedure });
    const message = await this.receive();
    if (message.type !== MessageType.Registered) unexpected(message);
  }

  /** Calls and gives the positional results. */
  async call(request: number, procedure: string, args: List): Promise<List> {
    const payload = Payload.of(jsonFormat, args);
    this.send({
      type: MessageType.Call,
      request: toRequestId(request),
      options: {},
      procedure,
      payload,
    });
    const message = await this.receive();
    return message.type === MessageType.Result ? message.payload.decodeArgs() : unexpected(message);
  }

  /** The next invocation: its request and its arguments. */
  async receiveInvocation(): Promise<[RequestId, List]> {
    const message = await this.receive();
    if (message.type !== MessageType.Invocation) return unexpected(message);
    return [message.request, message.payload.decodeArgs()];
  }

  yield(request: RequestId, args: List): void {
    const payload = Payload.of(jsonFormat, args);
    this.send({ type: MessageType.Yield, request, options: {}, payload });
  }

  #take(received: Received): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#queue.push(received);
    else waiting(received);
  }
}

const unexpected = (received: Received): never =>
  assert.fail(`unexpected: ${JSON.stringify(received)}`);
