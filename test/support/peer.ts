import { deepEqual } from 'node:assert/strict';
import type { Entrance } from '../../src/router/entrance.js';
import { ProtocolViolation } from '../../src/router/protocol/errors.js';
import { MAX_ID } from '../../src/router/protocol/id.js';
import { isDict } from '../../src/router/protocol/options.js';
import type { Dict, List } from '../../src/router/protocol/message.js';
import type { Router } from '../../src/router/router.js';
import { jsonSerializer } from '../../src/router/serializer/json-serializer.js';
import { CloseCode } from '../../src/router/transport/close-codes.js';
import type { Transport, TransportReceiver } from '../../src/router/transport/transport.js';
import { MessageQueue } from './message-queue.js';
import { openEntrance } from './open-entrance.js';
import { fromBytes, toBytes } from './wire.js';

/** How the router ended a connection. */
export interface Closing {
  readonly code: number;
  readonly reason: string;
}

/** A client that speaks wire lists, with the real JSON serializer between itself and the router but no socket. */
export interface Peer {
  /** Sends wire lists in one go, as if they had come in one segment. */
  readonly send: (...wires: readonly List[]) => void;
  /** Sends the text as it is. */
  readonly sendText: (text: string) => void;
  /** The next message. Rejects when the router has closed the connection. */
  readonly receive: () => Promise<List>;
  /** Proves that nothing has come: a later request is answered next. Takes one request id. */
  readonly receiveNothing: () => Promise<void>;
  /** Says HELLO and gives the WELCOME. */
  readonly join: (realm: string, details?: Dict) => Promise<List>;
  /** Ends the connection as a lost one would. */
  readonly close: () => void;
  /** Resolves when the router has closed the connection. */
  readonly closed: Promise<Closing>;
  /** Messages that have come and were not looked at. */
  readonly unread: () => readonly List[];
  /** Whether the router reads from this connection. */
  readonly isRead: () => boolean;
}

/** The roles that {@link Peer.join} announces. */
export const CLIENT_ROLES: Dict = { publisher: {}, subscriber: {}, caller: {}, callee: {} };

const REQUEST_TYPES: readonly unknown[] = [16, 32, 34, 48, 64, 66];

/** Connects a client with a router. */
export function connect(
  router: Router,
  options: { readonly entrance?: Entrance; readonly address?: string } = {},
): Peer {
  const wire = new WireTransport(options.address ?? '192.0.2.1');
  router.attach(wire, options.entrance ?? openEntrance());
  let nextRequest = 1;
  const send = (...wires: readonly List[]): void => {
    for (const [type, request] of wires) {
      if (REQUEST_TYPES.includes(type) && typeof request === 'number') nextRequest = request + 1;
    }
    wire.deliver(wires.map(toBytes));
  };
  const receive = (): Promise<List> => wire.messages.take();
  return {
    send,
    sendText: (text) => {
      wire.deliver([Buffer.from(text)]);
    },
    receive,
    receiveNothing: async () => {
      const request = nextRequest;
      send([34, request, MAX_ID]);
      deepEqual(await receive(), [8, 34, request, {}, 'wamp.error.no_such_subscription']);
    },
    join: (realm, details = { roles: CLIENT_ROLES }) => {
      send([1, realm, details]);
      return receive();
    },
    close: () => {
      wire.lose();
    },
    closed: wire.closed,
    unread: () => wire.messages.takeAll(),
    isRead: () => !wire.isPaused,
  };
}

/** The session id in a WELCOME. */
export function sessionOf([type, session, details]: List): number {
  if (type !== 2 || typeof session !== 'number' || !isDict(details)) {
    throw new TypeError(`no WELCOME but ${JSON.stringify([type, session, details])}`);
  }
  return session;
}

/** The id that an acknowledgement ends with: of a subscription, a registration or a publication. */
export function idOf(acknowledgement: List): number {
  const id = acknowledgement[2];
  if (acknowledgement.length !== 3 || typeof id !== 'number') {
    throw new TypeError(`no acknowledgement but ${JSON.stringify(acknowledgement)}`);
  }
  return id;
}

class WireTransport implements Transport {
  readonly details;
  readonly messages = new MessageQueue<List>();
  readonly closed: Promise<Closing>;
  isPaused = false;
  readonly #serializer = jsonSerializer();
  #receiver: TransportReceiver | undefined;
  #inbound: Buffer[] = [];
  #isOpen = true;
  #onclosed: (closing: Closing) => void = () => undefined;

  constructor(peer: string) {
    this.details = {
      type: 'memory',
      listener: 'test',
      peer,
      protocol: 'wamp.2.json',
      headers: new Map<string, string[]>(),
      url: '/',
    } as const;
    this.closed = new Promise((resolve) => {
      this.#onclosed = resolve;
    });
  }

  open(receiver: TransportReceiver): void {
    this.#receiver = receiver;
  }

  send: Transport['send'] = (message) => {
    if (this.#isOpen) this.messages.push(fromBytes(this.#serializer.encode(message, () => 0)));
    return true;
  };

  close(code: CloseCode, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.messages.end(`closed with ${code} ${reason}`);
    this.#onclosed({ code, reason });
    queueMicrotask(() => this.#receiver?.onclose(code));
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    queueMicrotask(() => {
      this.#read();
    });
  }

  deliver(bytes: readonly Buffer[]): void {
    queueMicrotask(() => {
      this.#inbound.push(...bytes);
      this.#read();
    });
  }

  lose(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.messages.end('closed by the client');
    queueMicrotask(() => this.#receiver?.onclose(1006));
  }

  #read(): void {
    while (!this.isPaused && this.#isOpen) {
      const bytes = this.#inbound.shift();
      if (bytes === undefined) return;
      this.#receive(bytes);
    }
  }

  #receive(bytes: Buffer): void {
    let message;
    try {
      message = this.#serializer.decode(bytes);
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#receiver?.onviolation(error, CloseCode.protocolError);
      return;
    }
    this.#receiver?.onmessage(message);
  }
}
