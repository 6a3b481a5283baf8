import { createRequire } from 'node:module';
import type { Ending } from './application.js';

/** What the tests use of an autobahn session. */
export interface AutobahnSession {
  readonly id: number;
  publish(topic: string, args: unknown[], kwargs: object, options: object): Promise<unknown>;
  subscribe(topic: string, handler: (args: unknown[], kwargs: object) => void): Promise<unknown>;
  register(procedure: string, endpoint: (args: unknown[]) => unknown): Promise<unknown>;
  call(procedure: string, args?: unknown[]): Promise<unknown>;
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
}

// Node 22's own WebSocket announces itself as a browser's, which the trusted URL refuses; without it autobahn takes ws.
Reflect.deleteProperty(globalThis, 'WebSocket');
const autobahn = createRequire(import.meta.url)('autobahn') as Autobahn;
autobahn.log.warn = () => undefined;

/** Where and how an autobahn client connects. */
export interface AutobahnOptions {
  /** Of a WebSocket, or with `http:` the base of a long-poll. */
  readonly url: string;
  /** Answers a challenge; without it the client offers no authmethod. */
  readonly onchallenge?: () => string | Promise<string>;
}

/** An autobahn client, ended with the test. */
export interface AutobahnClient {
  /** The next session that opens. */
  nextSession(): Promise<{ session: AutobahnSession; details: WelcomeDetails }>;
  /** The next closing that autobahn reports. */
  nextClose(): Promise<CloseDetails>;
}

/** Starts autobahn with its own reconnection, the way a page would. */
export function startAutobahn(t: Ending, { url, onchallenge }: AutobahnOptions): AutobahnClient {
  const connection = new autobahn.Connection({
    ...(url.startsWith('http:') ? { transports: [{ type: 'longpoll', url }] } : { url }),
    realm: 'realm1',
    initial_retry_delay: 0.1,
    ...(onchallenge && { authmethods: ['jwt'], onchallenge }),
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
