import { createRequire } from 'node:module';

/** What this file uses of an autobahn session. */
export interface AutobahnSession {
  readonly isOpen: boolean;
  publish(topic: string, args: unknown[], kwargs: object, options: object): Promise<unknown>;
  register(procedure: string, endpoint: () => Promise<unknown>): Promise<unknown>;
}

/** A lost or refused connection, told once. */
export interface ConnectionEnd {
  /** In words; a URI when the router gave one in GOODBYE or ABORT. */
  readonly why: string;
}

/** One connection attempt and, if it succeeds, the session's life. It never reconnects. */
export interface AutobahnConnection {
  /** Ends it: with GOODBYE if the session is open. `onend` is told. Idempotent. */
  readonly close: () => void;
  /** Ends it without waiting for the peer, which may be dead. `onend` is told at once. Idempotent. */
  readonly drop: (why: string) => void;
}

/** Where to connect, and how long the router may take to answer HELLO with WELCOME. */
export interface AutobahnConnectionOptions {
  readonly url: string;
  readonly realm: string;
  readonly authid: string;
  readonly deadlineMs: number;
  readonly onjoin: (session: AutobahnSession) => void;
  readonly onend: (end: ConnectionEnd) => void;
}

interface CloseDetails {
  readonly reason: string | null;
  readonly message: string | null;
}

interface RawConnection {
  readonly isConnected: boolean;
  readonly transport: { close?: () => void };
  onopen?: (session: AutobahnSession) => void;
  onclose?: (reason: string, details: CloseDetails) => boolean;
  open(): void;
  close(): void;
}

interface Autobahn {
  readonly Connection: new (options: object) => RawConnection;
  readonly Result: new (args: readonly unknown[], kwargs: object) => object;
  readonly Error: new (uri: string, args?: readonly unknown[]) => { readonly error: string };
  readonly serializer: { readonly JSONSerializer: new () => object };
  readonly log: { warn: (...words: unknown[]) => void };
}

// Node 22 and later have a WebSocket of their own and autobahn prefers it, but it says `Sec-Fetch-Mode` like a browser,
// and the trusted URL answers browsers with 403. Without it autobahn takes the ws package, on every Node alike.
Reflect.deleteProperty(globalThis, 'WebSocket');

// autobahn ships no types: this is the one place that asserts them.
const autobahn = createRequire(import.meta.url)('autobahn') as Autobahn;

// It prints two lines for each refused attempt; our callers say what is worth saying.
autobahn.log.warn = () => undefined;

/** The answer of a procedure, as autobahn wants it. */
export function autobahnResult(args: readonly unknown[], kwargs: object): object {
  return new autobahn.Result(args, kwargs);
}

/** What a procedure throws so that its caller gets an ERROR with this URI and these words. */
export function autobahnError(uri: string, message: string): unknown {
  return new autobahn.Error(uri, [message]);
}

/** The URI of an ERROR that a publish or register was rejected with; undefined for anything else. */
export function findErrorUri(cause: unknown): string | undefined {
  return cause instanceof autobahn.Error ? cause.error : undefined;
}

/**
 * Connects once. autobahn's own reconnecting is switched off: it resets its back-off whenever a socket opens, so that a router
 * which answers ABORT is called on without pause, and it never comes back after GOODBYE, which a restarting router sends.
 */
export function connectAutobahn(options: AutobahnConnectionOptions): AutobahnConnection {
  const connection = new autobahn.Connection({
    url: options.url,
    realm: options.realm,
    authid: options.authid,
    serializers: [new autobahn.serializer.JSONSerializer()],
    use_es6_promises: true,
    max_retries: 0,
    on_user_error: () => undefined,
    on_internal_error: () => undefined,
  });
  let ended = false;
  const drop = (why: string): void => {
    // autobahn tells of a refused connection twice: once for the socket's error, once for its close.
    if (ended) return;
    ended = true;
    clearTimeout(deadline);
    connection.transport.close?.();
    options.onend({ why });
  };
  const deadline = setTimeout(() => {
    drop(`no WELCOME within ${options.deadlineMs} ms`);
  }, options.deadlineMs);
  connection.onopen = (session) => {
    clearTimeout(deadline);
    if (!ended) options.onjoin(session);
  };
  connection.onclose = (reason, details) => {
    drop([details.reason ?? reason, details.message].filter(Boolean).join(': '));
    return true;
  };
  connection.open();
  return {
    drop,
    close: () => {
      if (!ended && connection.isConnected) connection.close();
      else drop('closed');
    },
  };
}
