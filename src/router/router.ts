import { setTimeout as sleep } from 'node:timers/promises';
import { AuthenticatorUnavailable } from './authenticator.js';
import { Connection, type ConnectionSurroundings } from './connection.js';
import type { Entrance } from './entrance.js';
import type { LocalClient } from './local-client/local-client.js';
import { openLocalClient } from './local-client/open-local-client.js';
import { silentLogger, type Logger } from './logger.js';
import { HandshakeTurns } from './transport/turns/handshake-turns.js';
import { PendingHandshakes } from './transport/turns/pending-handshakes.js';
import type { Principal } from './principal.js';
import { Uri } from './protocol/errors.js';
import { DEFAULT_URI_LIMITS, type UriLimits } from './protocol/uri.js';
import { Realm } from './realm.js';
import type { Expiry, RealmOptions } from './realm-options.js';
import { CloseCode } from './transport/close-codes.js';
import type { Transport } from './transport/transport.js';

/** Bounds and helpers of a router; each has a default. */
export interface RouterOptions {
  readonly logger?: Logger;
  /** From the connection to HELLO. Default 5 s. */
  readonly helloMs?: number;
  /** From the connection to WELCOME. Default 10 s. */
  readonly authMs?: number;
  /** After its token's end a session may go on for so long. Default 25 s. */
  readonly expiryGraceMs?: number;
  /** How a session then ends. Default `close`. */
  readonly expiryAction?: Expiry['action'];
  /** An unanswered call that has no timeout of its own ends after this; 0: never. Default 30 s. */
  readonly callTimeoutMs?: number;
  /** An asynchronous authorizer that has not answered by then has failed. Default 5 s. */
  readonly authorizerMs?: number;
  /** Connections that have not joined yet, in all. Default 1,000. */
  readonly unauthenticated?: number;
  /** Connections that have not joined yet, from one address. Default 20. */
  readonly unauthenticatedPerAddress?: number;
  /** Steps of handshakes (the beginning, HELLO, AUTHENTICATE) in one turn of the event loop. Default 16. */
  readonly handshakesPerTurn?: number;
  /** Connections that wait for their handshake to begin, for `helloMs` at most. Default 10,000. */
  readonly waitingHandshakes?: number;
  /** Connections, joined or not. Default 50,000. */
  readonly connections?: number;
  readonly uriLimits?: UriLimits;
  /** Asked last of all before WELCOME: whether what a principal stands on ended while its handshake was under way. Default: never. */
  readonly isRevoked?: (principal: Principal) => boolean;
}

/**
 * How {@link Router.close} ends the sessions: `shutdown` says GOODBYE, for good; `restart` only closes their transports with 1012, so
 * that clients come back.
 */
export type CloseMode = 'shutdown' | 'restart';

const SWEEP_MS = 1000;
/** Between two connections that are closed for a restart, at most. */
const SLOWEST_DRAIN_MS = 10;
/** What a GOODBYE and a close frame may take. */
const CLOSE_WAIT_MS = 5000;

/** A WAMP router: its realms and the connections to them. */
export class Router {
  /** When the handshakes of its connections go on: for its listeners, so that all share one bound. */
  readonly turns: HandshakeTurns;
  readonly #options: RouterOptions;
  readonly #logger: Logger;
  readonly #realms = new Map<string, Realm>();
  readonly #connections = new Set<Connection>();
  readonly #handshakes: PendingHandshakes;
  readonly #surroundings: ConnectionSurroundings;
  readonly #sweep: NodeJS.Timeout;
  #closed: Promise<void> | undefined;
  #onempty: () => void = () => undefined;

  constructor(options: RouterOptions = {}) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#handshakes = new PendingHandshakes(
      options.unauthenticated ?? 1000,
      options.unauthenticatedPerAddress ?? 20,
    );
    this.turns = turnsOf(options, this.#handshakes);
    this.#surroundings = {
      logger: this.#logger,
      helloMs: options.helloMs ?? 5000,
      authMs: options.authMs ?? 10_000,
      handshakes: this.#handshakes,
      turns: this.turns,
      isRevoked: options.isRevoked ?? (() => false),
      findRealm: (name, listener) => {
        const realm = this.#realms.get(name);
        return realm?.isOpenTo(listener) === true ? realm : undefined;
      },
      onend: (connection) => {
        this.#connections.delete(connection);
        if (this.#connections.size === 0) this.#onempty();
      },
    };
    this.#sweep = setInterval(() => {
      this.#endOverdue(Date.now());
    }, SWEEP_MS).unref();
  }

  /** Adds a realm. Throws TypeError when there is one of this name. */
  addRealm(options: RealmOptions): void {
    if (this.#realms.has(options.name)) throw new TypeError(`realm ${options.name} exists already`);
    const realm = new Realm(options, {
      logger: this.#logger,
      callTimeoutMs: this.#options.callTimeoutMs ?? 30_000,
      authorizerMs: this.#options.authorizerMs ?? 5000,
      expiry: {
        graceMs: this.#options.expiryGraceMs ?? 25_000,
        action: this.#options.expiryAction ?? 'close',
      },
      uriLimits: this.#options.uriLimits ?? DEFAULT_URI_LIMITS,
    });
    this.#realms.set(options.name, realm);
  }

  /** Whether one more connection (from this address, if one is given) may come: listeners ask before they accept it. */
  admits(address?: string): boolean {
    return (
      this.#closed === undefined &&
      this.#connections.size < (this.#options.connections ?? 50_000) &&
      this.#handshakes.admits(address)
    );
  }

  /** Opens a session on a new connection: the handshake, then the routing of its messages. */
  attach(transport: Transport, entrance: Entrance): void {
    if (this.#closed === undefined) void this.#connect(transport).serve(entrance);
    else transport.close(CloseCode.restart, 'the router restarts');
  }

  /** Joins a realm as one of the router's own clients, without a handshake. Throws TypeError when there is no such realm. */
  connectLocal(realmName: string, identity: Pick<Principal, 'authid' | 'authrole'>): LocalClient {
    const realm = this.#realms.get(realmName);
    if (realm === undefined) throw new TypeError(`there is no realm ${realmName}`);
    return openLocalClient((transport) => this.#connect(transport).joinInternally(realm, identity));
  }

  /** Who has an open session: each session's principal. */
  get principals(): readonly Principal[] {
    return [...this.#connections].flatMap(({ principal }) => principal ?? []);
  }

  /**
   * Joins a realm as somebody whom the caller vouches for, without a handshake: this client may do what the principal's own sessions may, and
   * no more of it at a time. Give the same `entrance` each time. Throws TypeError when there is no such realm, AuthenticationRefused or
   * AuthenticatorUnavailable when the principal cannot come in.
   */
  connectAs(realmName: string, principal: Principal, entrance: Entrance): LocalClient {
    const realm = this.#realms.get(realmName);
    if (realm === undefined) throw new TypeError(`there is no realm ${realmName}`);
    if (this.#closed !== undefined) throw new AuthenticatorUnavailable('the router closes');
    return openLocalClient((transport) => {
      const connection = this.#connect(transport);
      try {
        return connection.joinAs(realm, principal, entrance);
      } catch (error) {
        this.#connections.delete(connection);
        throw error;
      }
    });
  }

  /** Ends the sessions of these principals with GOODBYE, so that they do not come back; gives how many there were. */
  endSessions(where: (principal: Principal) => boolean, reason: string, message: string): number {
    const chosen = this.#connectionsOf(where);
    for (const connection of chosen) connection.sayGoodbye(reason, message);
    return chosen.length;
  }

  /** Closes the transports of these principals' sessions, so that they come back; gives how many there were. */
  closeSessions(where: (principal: Principal) => boolean, code: CloseCode, reason: string): number {
    const chosen = this.#connectionsOf(where);
    for (const connection of chosen) connection.close(code, reason);
    return chosen.length;
  }

  /**
   * Takes no more connections and ends those that there are. A restart of many is spread over up to `drainMs`, at 100 a second or faster,
   * so that their clients do not all come back at once. The realms end as a whole: no meta event and no testament tells of their sessions.
   * Resolves when all have ended, or 5 s after the last was told. Idempotent.
   */
  close(mode: CloseMode, drainMs = 0): Promise<void> {
    this.turns.close();
    this.#closed ??= this.#close(mode, drainMs);
    return this.#closed;
  }

  async #close(mode: CloseMode, drainMs: number): Promise<void> {
    const empty = new Promise<void>((resolve) => {
      this.#onempty = resolve;
    });
    for (const realm of this.#realms.values()) realm.close();
    const connections = [...this.#connections];
    const pauseMs = Math.min(SLOWEST_DRAIN_MS, drainMs / Math.max(connections.length, 1));
    for (const connection of connections) {
      if (mode === 'shutdown') connection.sayGoodbye(Uri.systemShutdown, 'the router stops');
      else connection.close(CloseCode.restart, 'the router restarts');
      if (mode === 'restart' && pauseMs > 0) await sleep(pauseMs);
    }
    clearInterval(this.#sweep);
    if (this.#connections.size === 0) return;
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_WAIT_MS);
    });
    await Promise.race([empty, tooLong]);
    clearTimeout(timer);
  }

  #connectionsOf(where: (principal: Principal) => boolean): readonly Connection[] {
    return [...this.#connections].filter(
      ({ principal }) => principal !== undefined && where(principal),
    );
  }

  #connect(transport: Transport): Connection {
    const connection = new Connection(transport, this.#surroundings);
    this.#connections.add(connection);
    return connection;
  }

  /**
   * Ends sessions whose token is over and calls that nobody answers. By the wall clock and once a second: a timer for each token would
   * overflow at 2^31 ms and miss a changed clock.
   */
  #endOverdue(now: number): void {
    for (const connection of this.#connections) connection.expire(now);
    for (const realm of this.#realms.values()) realm.expireCalls();
  }
}

const turnsOf = (options: RouterOptions, handshakes: PendingHandshakes): HandshakeTurns =>
  new HandshakeTurns({
    stepsPerTurn: options.handshakesPerTurn ?? 16,
    waiting: options.waitingHandshakes ?? 10_000,
    waitingPerAddress: options.unauthenticatedPerAddress ?? 20,
    waitMs: options.helloMs ?? 5000,
    hasRoom: () => handshakes.hasRoom,
  });
