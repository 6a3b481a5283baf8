import type { ClientMessage, RouterMessage } from '../protocol/message.js';
import { CloseCode } from './close-codes.js';
import type { Transport, TransportDetails, TransportReceiver } from './transport.js';

/** The client's end of a memory transport. */
export interface MemoryPeer {
  /** Passes a message to the router, in a later microtask. */
  readonly send: (message: ClientMessage) => void;
  /** Ends the connection as a lost one would. */
  readonly close: () => void;
}

/** What the client's end hears. */
export interface MemoryPeerReceiver {
  readonly onmessage: (message: RouterMessage) => void;
  /** The router closed the transport; `code` and `reason` as a WebSocket's would be. */
  readonly onclose: (code: number, reason: string) => void;
}

/** What the transport of the router's own clients says of itself. */
export const MEMORY_DETAILS: TransportDetails = {
  type: 'memory',
  listener: 'internal',
  peer: 'internal',
  protocol: 'memory',
  headers: new Map(),
  url: '',
};

/**
 * Connects a client in this process with the router, without a serializer: messages are readonly and payloads are bytes. Both
 * directions deliver in microtasks, so neither side is ever called back while it is still routing.
 */
export function connectMemoryTransport(peer: MemoryPeerReceiver): [Transport, MemoryPeer] {
  const toRouter = new MicrotaskQueue<ClientMessage>((message) => receiver?.onmessage(message));
  const toPeer = new MicrotaskQueue<RouterMessage>((message) => {
    peer.onmessage(message);
  });
  let receiver: TransportReceiver | undefined;
  const end = (): boolean => {
    if (toPeer.isClosed) return false;
    toRouter.close();
    return true;
  };
  const transport: Transport = {
    details: MEMORY_DETAILS,
    open: (next) => {
      receiver = next;
    },
    send: (message) => {
      toPeer.push(message);
      return true;
    },
    close: (code, reason) => {
      if (!end()) return;
      toPeer.close(() => {
        peer.onclose(code, reason);
      });
      queueMicrotask(() => receiver?.onclose(CloseCode.normal));
    },
    pause: () => {
      toRouter.pause();
    },
    resume: () => {
      toRouter.resume();
    },
  };
  const client: MemoryPeer = {
    send: (message) => {
      toRouter.push(message);
    },
    close: () => {
      if (!end()) return;
      toPeer.close();
      queueMicrotask(() => receiver?.onclose(CloseCode.normal));
    },
  };
  return [transport, client];
}

/** Its reactions are microtasks; `queueMicrotask` makes an async resource for each, too. */
const NOW = Promise.resolve();

/** Delivers in order, one microtask for whatever has gathered. */
class MicrotaskQueue<Message> {
  readonly #deliver: (message: Message) => void;
  #messages: Message[] = [];
  #isScheduled = false;
  #isPaused = false;
  #isClosed = false;

  constructor(deliver: (message: Message) => void) {
    this.#deliver = deliver;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  push(message: Message): void {
    if (this.#isClosed) return;
    this.#messages.push(message);
    this.#schedule();
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  /** Takes no more; `then` runs after what is queued has been delivered. */
  close(then: () => void = () => undefined): void {
    this.#isClosed = true;
    void NOW.then(() => {
      this.#drain();
      then();
    });
  }

  #schedule(): void {
    if (this.#isScheduled || this.#messages.length === 0) return;
    this.#isScheduled = true;
    void NOW.then(() => {
      this.#isScheduled = false;
      if (!this.#isPaused) this.#drain();
    });
  }

  #drain(): void {
    const messages = this.#messages;
    this.#messages = [];
    for (const message of messages) this.#deliver(message);
  }
}
