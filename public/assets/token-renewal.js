import { within } from './deadline.js';
import { TokenRefused } from './token-source.js';

const refreshProcedure = 'expressway.auth.refresh';
const answerTimeoutMs = 5000;
/** Pages that were opened together do not ask together: each comes up to this part of its token's life earlier. */
const earlyPart = 0.05;
/** So close to its end a token is not worth another try: the router ends the session, and the page comes back with a new one. */
const lastTryMs = 1000;
/** What a timer can count. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * @typedef {object} RenewalOptions
 * @property {any} session
 * @property {import('./token-source.js').Token} token The one that the session came by.
 * @property {() => Promise<import('./token-source.js').Token>} fetchToken
 * @property {(expiresAtMs: number) => void} onrenew The session goes on until then.
 * @property {(refused: TokenRefused) => void} onrefused The log-in is over, or its user may not have a token any more.
 */

/**
 * Keeps a session going over the lives of its tokens: fetches the next one in time, and gives it to the router within the session. When
 * that fails it tries again; if it never succeeds, the session ends with its token, and a new one has to be opened.
 */
export class TokenRenewal {
  #options;
  #isOver = false;
  #timer;

  /** @param {RenewalOptions} options */
  constructor(options) {
    this.#options = options;
    this.#follow(options.token);
  }

  /** The session is over. */
  stop() {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  /** @param {import('./token-source.js').Token} token */
  #follow({ expiresAtMs, refreshAtMs }) {
    const earlyMs = (refreshAtMs - Date.now()) * earlyPart * Math.random();
    this.#wait(refreshAtMs - earlyMs, expiresAtMs);
  }

  #wait(untilMs, expiresAtMs) {
    const delayMs = Math.min(Math.max(untilMs - Date.now(), 0), longestTimerMs);
    this.#timer = setTimeout(() => {
      if (Date.now() < untilMs) this.#wait(untilMs, expiresAtMs);
      else void this.#renew(expiresAtMs);
    }, delayMs);
  }

  async #renew(expiresAtMs) {
    const { session, fetchToken, onrenew, onrefused } = this.#options;
    try {
      const token = await fetchToken();
      await within(session.call(refreshProcedure, [token.token]), answerTimeoutMs);
      if (this.#isOver) return;
      onrenew(token.expiresAtMs);
      this.#follow(token);
    } catch (error) {
      if (this.#isOver) return;
      if (error instanceof TokenRefused && error.refusal !== 'unavailable') onrefused(error);
      else this.#tryAgain(expiresAtMs);
    }
  }

  #tryAgain(expiresAtMs) {
    const leftMs = expiresAtMs - Date.now();
    if (leftMs > lastTryMs) this.#wait(Date.now() + leftMs / 2, expiresAtMs);
  }
}
