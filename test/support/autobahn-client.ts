import { createRequire } from 'node:module';
import type { Ending } from './application.js';

/** What autobahn tells about an event. */
export interface EventDetails {
  readonly topic: string;
  readonly publisher: number | undefined;
  readonly retained: boolean;
}

/** What autobahn tells an endpoint about a call. */
export interface CallDetails {
  readonly procedure: string;
  readonly caller: number | undefined;
}

/** A call of autobahn: a promise of when.js, which tells of progress to its third callback. */
export type AutobahnCall = Promise<unknown> & {
  then(
    onresult: undefined,
    onerror: undefined,
    onprogress: (result: unknown) => void,
  ): Promise<unknown>;
  cancel(options: { readonly mode: string }): void;
};

/** What the tests use of an autobahn session. */
export interface AutobahnSession {
  readonly id: number;
  publish(topic: string, args: unknown[], kwargs: object, options: object): Promise<unknown>;
  subscribe(
    topic: string,
    handler: (args: unknown[], kwargs: object, details: EventDetails) => void,
    options?: object,
  ): Promise<{ readonly id: number }>;
  register(
    procedure: string,
    endpoint: (args: unknown[], kwargs: object, details: CallDetails) => unknown,
    options?: object,
  ): Promise<unknown>;
  call(procedure: string, args?: unknown[], kwargs?: object, options?: object): AutobahnCall;
}

/** WELCOME.Details as autobahn gives them. */
export type WelcomeDetails = Readonly<Record<string, unknown>>;

/** Why a connection closed. */
export interface CloseDetails {
  readonly reason: string | null;
  readonly message: string | null;
  readonly will_retry: boolean;
}

interface Connection {
  onopen: (session: AutobahnSession, details: WelcomeDetails) => void;
  onclose: (reason: string, details: CloseDetails) => boolean;
  open(): void;
  close(): void;
}

interface Autobahn {
  readonly Connection: new (options: object) => Connection;
  readonly log: { warn: (...words: unknown[]) => void };
  readonly auth_cra: {
    readonly sign: (key: string, challenge: string) => string;
    readonly derive_key: (
      secret: string,
      salt: string,
      iterations: number,
      keylen: number,
    ) => string;
  };
  readonly auth_cryptosign: {
    readonly sign_challenge: (
      pair: { readonly secretKey: Uint8Array },
      extra: Readonly<Record<string, unknown>>,
    ) => string;
  };
  readonly serializer: Readonly<
    Record<'JSONSerializer' | 'MsgpackSerializer' | 'CBORSerializer', new () => object>
  >;
}

// Node 22's own WebSocket announces itself as a browser's, which the trusted URL refuses; without it autobahn takes ws.
Reflect.deleteProperty(globalThis, 'WebSocket');
const autobahn = createRequire(import.meta.url)('autobahn') as Autobahn;
autobahn.log.warn = () => undefined;

/** What autobahn has for the methods in which a client signs. */
export const autobahnAuth = { cra: autobahn.auth_cra, cryptosign: autobahn.auth_cryptosign };

const { JSONSerializer, MsgpackSerializer, CBORSerializer } = autobahn.serializer;
const SERIALIZERS = {
  json: JSONSerializer,
  // Every number that it sends is a float64.
  msgpack: MsgpackSerializer,
  cbor: CBORSerializer,
};

/** What a program answers a challenge with. */
export type OnChallenge = (
  session: unknown,
  method: string,
  extra: Readonly<Record<string, unknown>>,
) => string | Promise<string>;

/** Where and how an autobahn client connects. */
export interface AutobahnOptions {
  /** Of a WebSocket; with `http:` the base of a long-poll; with `tcp:` or `unix:` a RawSocket as a listener tells it. */
  readonly url: string;
  /** Of a WebSocket; autobahn's own choice when left out. Its other transports speak JSON only. */
  readonly serializer?: keyof typeof SERIALIZERS;
  /** Answers a challenge; without it the client offers no authmethod, unless `authmethods` says so. */
  readonly onchallenge?: OnChallenge;
  /** Default `jwt` where there is `onchallenge`. */
  readonly authmethods?: readonly string[];
  readonly authid?: string;
  readonly authextra?: object;
}

/** An autobahn client, ended with the test. */
export interface AutobahnClient {
  /** The next session that opens. */
  nextSession(): Promise<{ session: AutobahnSession; details: WelcomeDetails }>;
  /** The next closing that autobahn reports. */
  nextClose(): Promise<CloseDetails>;
}

/** Starts autobahn with its own reconnection, the way a page would. */
export function startAutobahn(
  t: Ending,
  { url, serializer, ...authentication }: AutobahnOptions,
): AutobahnClient {
  const connection = new autobahn.Connection({
    transports: [transportTo(url)],
    ...(serializer && { serializers: [new SERIALIZERS[serializer]()] }),
    realm: 'realm1',
    initial_retry_delay: 0.1,
    ...(authentication.onchallenge && { authmethods: ['jwt'] }),
    ...authentication,
  });
  const sessions = new Arrivals<{ session: AutobahnSession; details: WelcomeDetails }>();
  const closes = new Arrivals<CloseDetails>();
  let isEnding = false;
  connection.onopen = (session, details) => {
    sessions.add({ session, details });
  };
  connection.onclose = (_reason, details) => {
    closes.add(details);
    return isEnding;
  };
  t.after(async () => {
    isEnding = true;
    // autobahn throws when it is closed already.
    await Promise.resolve()
      .then(() => {
        connection.close();
      })
      .catch(() => undefined);
  });
  connection.open();
  return { nextSession: () => sessions.next(), nextClose: () => closes.next() };
}

function transportTo(url: string): object {
  const { protocol, hostname, port, pathname } = new URL(url);
  switch (protocol) {
    case 'http:':
      return { type: 'longpoll', url };
    case 'tcp:':
      return { type: 'rawsocket', host: hostname, port: Number(port) };
    case 'unix:':
      return { type: 'rawsocket', path: pathname };
    default:
      return { type: 'websocket', url };
  }
}

/** Keeps what arrives until somebody asks, and asks until something arrives. */
export class Arrivals<Item> {
  readonly #items: Item[] = [];
  readonly #waiting: ((item: Item) => void)[] = [];

  /** Notes an arrival. */
  add(item: Item): void {
    const resolve = this.#waiting.shift();
    if (resolve === undefined) this.#items.push(item);
    else resolve(item);
  }

  /** The next one, in the order of arrival. */
  next(): Promise<Item> {
    const item = this.#items.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
