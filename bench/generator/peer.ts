/** The serializers that the generator speaks. */
export type SerializerName = 'json' | 'msgpack' | 'cbor';

/** How a peer proves who it is; `token` answers the CHALLENGE, and is left out for `anonymous`. */
export interface Credentials {
  readonly realm: string;
  readonly authmethod: 'jwt' | 'ticket' | 'anonymous';
  readonly authid?: string;
  readonly token?: string;
}

/** Where a server listens, and how one joins it; no credentials where it knows no sessions. Can be cloned to a thread. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly credentials?: Credentials;
}

/** A connected client as the loads see it: messages are WAMP's, whatever the wire carries. */
export interface Peer {
  /** What the bytes are that `onmessage` hears of. */
  readonly serializer: SerializerName;
  /** Hears of each message: its bytes `start` to `end` (exclusive), which are the hearer's only during the call. */
  set onmessage(receive: (buffer: Buffer, start: number, end: number) => void);
  /** Hears when the connection ends by itself. */
  set onclose(receive: (error: Error) => void);
  /** The next request id of this session: 1, 2, 3, … */
  nextRequest(): number;
  /** Queues a message, given as JSON text, for the end of this turn. */
  send(text: string): void;
  /** Subscribes and answers the subscription's id. */
  subscribe(topic: string, match?: 'exact' | 'prefix' | 'wildcard'): Promise<number>;
  /** Registers and answers the registration's id. */
  register(procedure: string): Promise<number>;
  /** Ends the connection at once. */
  close(): void;
}
