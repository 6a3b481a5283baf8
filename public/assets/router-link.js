import { BackOff } from './back-off.js';
import { DeadlineExceeded, within } from './deadline.js';
import { judgeEnd } from './session-end.js';

/** A session this short has not proved that the router is well: the next delay goes on growing. */
const provenAfterMs = 10_000;
/** A token that lasted less than this is no reason to come back at once. */
const shortestTokenLifeMs = 1000;
const silenceMs = 10_000;
const probeTimeoutMs = 3000;
const tickMs = 1000;
/** A tick that comes so late means that the machine slept, or the page was frozen. */
const lateTickMs = 5000;
const atOnceMs = 250;

/**
 * @typedef {{ phase: 'connecting', reason: string }
 *   | { phase: 'live', expiresAtMs: number | undefined }
 *   | { phase: 'waiting', reason: string, retryAtMs: number }
 *   | { phase: 'stopped', reason: string, remedy: 'log-in' | 'connect' | 'reload' | undefined }} LinkState
 */

/**
 * @typedef {object} LinkOptions
 * @property {(hooks: Pick<import('./session-attempt.js').AttemptOptions, 'onjoin' | 'onrenew' | 'onend'>) => Pick<import('./session-attempt.js').SessionAttempt, 'giveUp'>} attempt
 *   Makes one try to be in session.
 * @property {string} probeTopic A topic that the session may subscribe to.
 * @property {(state: LinkState) => void} onstate
 * @property {(session: any) => void} onjoin
 * @property {() => void} onleave The session that onjoin told of is over.
 */

/** Keeps the page in session: tries again with back-off, at once after sleep, and finds out when a connection is dead. */
export class RouterLink {
  #options;
  /** @type {Pick<import('./session-attempt.js').SessionAttempt, 'giveUp'> | undefined} */
  #attempt;
  /** @type {any} */
  #session;
  /** @type {LinkState} */
  #state = { phase: 'stopped', reason: '', remedy: 'connect' };
  #retryTimer;
  #tickTimer;
  #soon = new BackOff(500, 2000);
  #later = new BackOff(4000, 30_000);
  #joinedAtMs = 0;
  #heardAtMs = 0;
  #tickedAtMs = 0;
  #isProbing = false;

  /** @param {LinkOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** Connects now, whatever it waits for; does nothing while it connects or is connected. */
  connect() {
    if (this.#state.phase === 'connecting' || this.#state.phase === 'live') return;
    clearTimeout(this.#retryTimer);
    if (this.#tickTimer === undefined) this.#startTicking();
    this.#setState({ phase: 'connecting', reason: this.#state.reason });
    this.#attempt = this.#options.attempt({
      onjoin: (session, expiresAtMs) => this.#joined(session, expiresAtMs),
      onrenew: (expiresAtMs) => this.#setState({ phase: 'live', expiresAtMs }),
      onend: (end) => this.#ended(end),
    });
  }

  /** The machine or the network may be back: does not wait for the next try, does not trust the connection. */
  wake() {
    if (this.#state.phase === 'waiting') this.connect();
    else if (this.#state.phase === 'live') void this.#probe();
  }

  /** Something came from the router. */
  heard() {
    this.#heardAtMs = Date.now();
  }

  #joined(session, expiresAtMs) {
    this.#session = session;
    this.#joinedAtMs = Date.now();
    this.heard();
    this.#setState({ phase: 'live', expiresAtMs });
    this.#options.onjoin(session);
  }

  /** @param {import('./session-end.js').SessionEnd} end */
  #ended(end) {
    this.#attempt = undefined;
    const livedMs = end.hadJoined ? Date.now() - this.#joinedAtMs : 0;
    if (livedMs >= provenAfterMs) {
      this.#soon.reset();
      this.#later.reset();
    }
    if (this.#session) {
      this.#session = undefined;
      this.#options.onleave();
    }
    this.#plan(judgeEnd(end), livedMs);
  }

  #plan({ plan, reason, remedy, waitMs = 0 }, livedMs) {
    if (plan === 'stop') {
      clearInterval(this.#tickTimer);
      this.#tickTimer = undefined;
      this.#setState({ phase: 'stopped', reason, remedy });
      return;
    }
    const delayMs = Math.max(waitMs, this.#delayMs(plan, livedMs));
    this.#retryTimer = setTimeout(() => this.connect(), delayMs);
    this.#setState({ phase: 'waiting', reason, retryAtMs: Date.now() + delayMs });
  }

  #delayMs(plan, livedMs) {
    if (plan === 'at-once' && livedMs >= shortestTokenLifeMs) return Math.random() * atOnceMs;
    return plan === 'later' ? this.#later.next() : this.#soon.next();
  }

  #startTicking() {
    this.#tickedAtMs = Date.now();
    this.#tickTimer = setInterval(() => this.#tick(), tickMs);
  }

  #tick() {
    const now = Date.now();
    const isLate = now - this.#tickedAtMs > lateTickMs;
    this.#tickedAtMs = now;
    if (isLate) this.#awoke();
    else if (this.#session && now - this.#heardAtMs > silenceMs) void this.#probe();
  }

  #awoke() {
    // A connection that was being opened before the sleep may hang until its own timeout.
    if (this.#state.phase === 'connecting') this.#attempt?.giveUp('slow');
    else this.wake();
  }

  /** Subscribes once more to a topic that it has: any broker answers that, and nothing changes by it. */
  async #probe() {
    if (this.#isProbing) return;
    const session = this.#session;
    const attempt = this.#attempt;
    this.#isProbing = true;
    try {
      const subscription = session.subscribe(this.#options.probeTopic, () => this.heard());
      await session.unsubscribe(await within(subscription, probeTimeoutMs));
      this.heard();
    } catch (error) {
      if (error instanceof DeadlineExceeded) attempt?.giveUp('silent');
    } finally {
      this.#isProbing = false;
    }
  }

  /** @param {LinkState} state */
  #setState(state) {
    this.#state = state;
    this.#options.onstate(state);
  }
}
