import { parseMessage } from '../generator/message-codec.js';
import { Code } from '../generator/wamp-peer.js';

/** How a contender encodes a message for several peers and hands it to one of them. */
export interface Outlet<Peer, Encoded> {
  readonly encode: (text: Buffer) => Encoded;
  readonly send: (peer: Peer, message: Encoded) => void;
}

interface Topic<Peer> {
  readonly id: number;
  readonly subscribers: Set<Peer>;
}

/**
 * What a server must do at the very least, without realms, permissions or checks: an event is made once for all
 * subscribers of a topic; what the caller says goes unread to the callee, and back.
 */
export class PubSubRelay<Peer, Encoded> {
  readonly #outlet: Outlet<Peer, Encoded>;
  readonly #topics = new Map<string, Topic<Peer>>();
  #publication = 0;
  #caller: Peer | undefined;
  #callee: Peer | undefined;

  constructor(outlet: Outlet<Peer, Encoded>) {
    this.#outlet = outlet;
  }

  /** Takes one text message from a peer. Throws for what the benchmark never sends. */
  receive(peer: Peer, data: Buffer): void {
    if (peer === this.#callee) {
      this.#reply(this.#caller, data);
    } else if (peer === this.#caller || isInvocation(data)) {
      this.#caller = peer;
      this.#reply(this.#callee, data);
    } else {
      this.#route(peer, data);
    }
  }

  #route(peer: Peer, data: Buffer): void {
    const [code, request, , uri, args] = parseMessage('json', data, 0, data.length);
    if (code === Code.publish) this.#publish(String(uri), args);
    else if (code === Code.subscribe) this.#subscribe(peer, request, String(uri));
    else if (code === Code.register) this.#register(peer, request);
    else throw new Error(`unexpected message ${data.toString()}`);
  }

  #subscribe(peer: Peer, request: unknown, uri: string): void {
    const topic = this.#topics.get(uri) ?? { id: this.#topics.size + 1, subscribers: new Set() };
    this.#topics.set(uri, topic);
    topic.subscribers.add(peer);
    this.#reply(peer, Buffer.from(JSON.stringify([Code.subscribe + 1, request, topic.id])));
  }

  #register(peer: Peer, request: unknown): void {
    this.#reply(peer, Buffer.from(JSON.stringify([Code.register + 1, request, 1])));
    this.#callee = peer;
  }

  #publish(uri: string, args: unknown): void {
    const topic = this.#topics.get(uri);
    if (topic === undefined) return;
    this.#publication += 1;
    const event = JSON.stringify([Code.event, topic.id, this.#publication, {}, args]);
    const encoded = this.#outlet.encode(Buffer.from(event));
    for (const subscriber of topic.subscribers) this.#outlet.send(subscriber, encoded);
  }

  #reply(peer: Peer | undefined, text: Buffer): void {
    if (peer !== undefined) this.#outlet.send(peer, this.#outlet.encode(text));
  }
}

function isInvocation(data: Buffer): boolean {
  return data[1] === 0x36 && data[2] === 0x38;
}
