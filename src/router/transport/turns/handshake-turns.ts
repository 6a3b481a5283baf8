import { PendingHandshakes } from './pending-handshakes.js';

/** How handshakes share the event loop; each bound has a default. */
export interface HandshakeTurnsOptions {
  /** Steps of handshakes in one turn of the event loop. Default 16: about 5 ms. */
  readonly stepsPerTurn?: number;
  /** Connections that may wait for their handshake to begin. Default 10,000. */
  readonly waiting?: number;
  /** How many of them from one address. Default 20. */
  readonly waitingPerAddress?: number;
  /** How long they may wait. Default 5 s. */
  readonly waitMs?: number;
  /** Whether one more handshake may be under way: until it may, those that have not begun wait. Default always. */
  readonly hasRoom?: () => boolean;
}

/** What tells when it is closed. */
export interface Closable {
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

/** A connection whose handshake has not begun. */
export interface Newcomer {
  /** Where it comes from; undefined where addresses do not count. */
  readonly address: string | undefined;
  /** Its socket or response: whoever closes it gives the place to others. */
  readonly connection: Closable;
  /** Begins its handshake. */
  readonly begin: () => void;
  /** It has waited for too long, or nothing begins any more. */
  readonly giveUp: () => void;
}

interface Waiting extends Newcomer {
  readonly since: number;
  /** Its place is free again. */
  readonly leave: () => void;
}

/**
 * Bounds what handshakes take of one turn of the event loop, so that thousands of clients that come back at once do not hold up the sessions
 * that there are: their input and output gets its turn between. Steps beyond the bound wait for a later turn, in the order in which they came;
 * those of handshakes under way go before the beginnings of others.
 */
export class HandshakeTurns {
  readonly #stepsPerTurn: number;
  readonly #waitMs: number;
  readonly #hasRoom: () => boolean;
  readonly #places: PendingHandshakes;
  readonly #steps = new Set<() => void>();
  readonly #newcomers = new Set<Waiting>();
  /** Steps of this turn so far. */
  #spent = 0;
  #isTurnAwaited = false;
  #isClosed = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(options: HandshakeTurnsOptions = {}) {
    this.#stepsPerTurn = options.stepsPerTurn ?? 16;
    this.#waitMs = options.waitMs ?? 5000;
    this.#hasRoom = options.hasRoom ?? (() => true);
    this.#places = new PendingHandshakes(
      options.waiting ?? 10_000,
      options.waitingPerAddress ?? 20,
    );
  }

  /** How many connections wait for their handshake to begin. */
  get waiting(): number {
    return this.#newcomers.size;
  }

  /**
   * Lets a connection's handshake begin: now, or in its turn. False when too many wait already, in all or from its address, or nothing
   * begins any more: it is to be refused.
   */
  enter(newcomer: Newcomer): boolean {
    if (this.#isClosed) return false;
    if (this.#isNext()) this.#run(newcomer.begin);
    else if (this.#places.admits(newcomer.address)) this.#line(newcomer);
    else return false;
    return true;
  }

  /** Runs a further step of a handshake, a function of its own: now, or in its turn. */
  proceed(step: () => void): void {
    if (this.#steps.size === 0 && this.#spent < this.#stepsPerTurn) {
      this.#run(step);
      return;
    }
    this.#steps.add(step);
    this.#awaitTurn();
  }

  /** A handshake is over: if others waited for room, there may be some. */
  makeRoom(): void {
    if (this.#newcomers.size > 0) this.#awaitTurn();
  }

  /** Gives up those that wait, and takes no more. What is under way goes on. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#giveUp(() => true);
  }

  #isNext(): boolean {
    const isFirst = this.#newcomers.size === 0 && this.#steps.size === 0;
    return isFirst && this.#spent < this.#stepsPerTurn && this.#hasRoom();
  }

  #run(step: () => void): void {
    this.#spent += 1;
    this.#awaitTurn();
    step();
  }

  /** Once a turn at most, and not at all while nothing happens. */
  #awaitTurn(): void {
    if (this.#isTurnAwaited) return;
    this.#isTurnAwaited = true;
    setImmediate(() => {
      this.#isTurnAwaited = false;
      this.#turn();
    });
  }

  #turn(): void {
    this.#spent = 0;
    for (const step of this.#steps) {
      if (this.#spent >= this.#stepsPerTurn) return;
      this.#steps.delete(step);
      this.#run(step);
    }
    for (const newcomer of this.#newcomers) {
      if (this.#spent >= this.#stepsPerTurn || !this.#hasRoom()) return;
      this.#take(newcomer);
      this.#run(newcomer.begin);
    }
  }

  #line(newcomer: Newcomer): void {
    const { address, connection } = newcomer;
    const ongone = (): void => {
      this.#take(waiting);
    };
    const countOut = this.#places.enter(address);
    const waiting: Waiting = {
      ...newcomer,
      since: Date.now(),
      leave: () => {
        countOut();
        connection.off('close', ongone);
      },
    };
    connection.once('close', ongone);
    this.#newcomers.add(waiting);
    this.#awaitTurn();
    this.#watch();
  }

  #take(waiting: Waiting): void {
    if (!this.#newcomers.delete(waiting)) return;
    waiting.leave();
    if (this.#newcomers.size > 0) return;
    clearTimeout(this.#patience);
    this.#patience = undefined;
  }

  /** One timer, for the one that waits longest: the others follow it. */
  #watch(): void {
    const [longest] = this.#newcomers;
    if (longest === undefined || this.#patience !== undefined) return;
    this.#patience = setTimeout(
      () => {
        this.#patience = undefined;
        const before = Date.now() - this.#waitMs;
        this.#giveUp(({ since }) => since <= before);
        this.#watch();
      },
      Math.max(0, longest.since + this.#waitMs - Date.now()),
    );
  }

  #giveUp(isDue: (waiting: Waiting) => boolean): void {
    for (const waiting of this.#newcomers) {
      if (!isDue(waiting)) return;
      this.#take(waiting);
      waiting.giveUp();
    }
  }
}
