import { TokenRenewal } from './token-renewal.js';
import { TokenRefused } from './token-source.js';

/** From opening the socket to WELCOME; the router's own limit is as long. */
const joinTimeoutMs = 10_000;

/**
 * @typedef {object} AttemptOptions
 * @property {string} url
 * @property {string} realm
 * @property {() => Promise<import('./token-source.js').Token>} fetchToken Asked at each challenge, and when the token is to be replaced.
 * @property {(session: any, expiresAtMs: number | undefined) => void} onjoin
 * @property {(expiresAtMs: number) => void} onrenew The session has another token.
 * @property {(end: import('./session-end.js').SessionEnd) => void} onend Called once, whatever happens; but not after drop().
 */

/**
 * One try to be in session, by one autobahn connection that never retries: autobahn stops for good after GOODBYE or ABORT and comes
 * back at fixed delays after all else, so RouterLink decides instead.
 */
export class SessionAttempt {
  #connection;
  #options;
  #isOver = false;
  #deadline;
  /** @type {import('./token-source.js').Token | undefined} */
  #token;
  /** @type {TokenRenewal | undefined} */
  #renewal;
  /** @type {import('./session-end.js').SessionEnd} */
  #end = {
    hadJoined: false,
    uri: null,
    message: '',
    code: undefined,
    givenUp: undefined,
    refused: undefined,
  };

  /** @param {AttemptOptions} options */
  constructor(options) {
    this.#options = options;
    this.#deadline = setTimeout(() => this.giveUp('slow'), joinTimeoutMs);
    this.#connection = this.#open();
  }

  /**
   * Ends the attempt without waiting for the peer, which may never answer, and reports that end.
   * @param {'silent' | 'slow'} why
   */
  giveUp(why) {
    if (this.#isOver) return;
    this.drop();
    this.#options.onend({ ...this.#end, givenUp: why });
  }

  /** Ends the attempt; nothing is reported. */
  drop() {
    this.#finish();
    // Not connection.close(), which would wait for the router's GOODBYE.
    this.#connection.transport.close?.();
  }

  #open() {
    const { url, realm } = this.#options;
    const connection = new autobahn.Connection({
      url,
      realm,
      authmethods: ['jwt'],
      serializers: [new autobahn.serializer.JSONSerializer()],
      max_retries: 0,
      onchallenge: () => this.#answerChallenge(),
      on_user_error: reportBug,
      on_internal_error: reportBug,
    });
    connection.onopen = (session) => this.#joined(session);
    connection.onclose = (_, details) => this.#closed(details);
    connection.open();
    this.#noteCloseCode(connection.transport);
    return connection;
  }

  async #answerChallenge() {
    try {
      this.#token = await this.#options.fetchToken();
      return this.#token.token;
    } catch (error) {
      if (error instanceof TokenRefused) this.#end.refused = error;
      throw error;
    }
  }

  #joined(session) {
    if (this.#isOver) return;
    clearTimeout(this.#deadline);
    this.#end.hadJoined = true;
    if (this.#token) this.#renewal = this.#renew(session, this.#token);
    this.#options.onjoin(session, this.#token?.expiresAtMs);
  }

  #renew(session, token) {
    const { fetchToken, onrenew } = this.#options;
    return new TokenRenewal({
      session,
      token,
      fetchToken,
      onrenew,
      onrefused: (refused) => {
        this.drop();
        this.#options.onend({ ...this.#end, refused });
      },
    });
  }

  #closed({ reason, message }) {
    if (!this.#isOver) {
      this.#finish();
      this.#options.onend({ ...this.#end, uri: reason, message: message ?? '' });
    }
    // True tells autobahn not to come back by itself.
    return true;
  }

  /** autobahn's onclose keeps the close code to itself; its transport is told. */
  #noteCloseCode(transport) {
    const { onclose } = transport;
    transport.onclose = (event) => {
      this.#end.code = event.code;
      onclose(event);
    };
  }

  #finish() {
    this.#isOver = true;
    clearTimeout(this.#deadline);
    this.#renewal?.stop();
  }
}

/** autobahn reports a refused token here too, which is no bug. */
function reportBug(error, message) {
  if (!(error instanceof TokenRefused)) console.error(message ?? '', error);
}
