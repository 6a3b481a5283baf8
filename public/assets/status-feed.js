import { BackOff } from './back-off.js';
import { within } from './deadline.js';

const changedTopic = 'com.example.status.changed';
const removedTopic = 'com.example.status.removed';
const listProcedure = 'com.example.status.list';
const answerTimeoutMs = 5000;
/** After a restart the status service finds the router within a few seconds; the page should not lose as many again. */
const longestRetryMs = 1000;

/** A topic that every reader of the board may subscribe to. */
export const probeTopic = changedTopic;

/**
 * @typedef {object} FeedOptions
 * @property {import('./status-board.js').StatusBoard} board
 * @property {() => void} onchange The board has changed.
 * @property {() => void} onevent An event came, news or not.
 * @property {(reason: string) => void} onwait There is no snapshot yet, and why; empty once it is there.
 */

/** Follows the statuses in one session: subscribes, takes the snapshot, and asks again until there is one. */
export class StatusFeed {
  #session;
  #options;
  #isOver = false;
  #retryTimer;
  #backOff = new BackOff(500, longestRetryMs);

  /**
   * @param {any} session
   * @param {FeedOptions} options
   */
  constructor(session, options) {
    this.#session = session;
    this.#options = options;
  }

  /** Starts to follow. */
  async start() {
    const { board, onwait } = this.#options;
    onwait('Loading the statuses.');
    try {
      await Promise.all([
        this.#subscribe(changedTopic, (status) => board.change(status)),
        this.#subscribe(removedTopic, (removal) => board.remove(removal)),
      ]);
    } catch (error) {
      if (!this.#isOver) onwait(`The router refused to send the statuses (${nameOf(error)}).`);
      return;
    }
    await this.#takeSnapshot();
  }

  /** The session is over: nothing that still comes counts. */
  stop() {
    this.#isOver = true;
    clearTimeout(this.#retryTimer);
  }

  #subscribe(topic, apply) {
    return this.#session.subscribe(topic, (_, kwargs) => {
      if (this.#isOver) return;
      this.#options.onevent();
      const status = readStatus(kwargs);
      if (status && apply(status)) this.#options.onchange();
    });
  }

  async #takeSnapshot() {
    if (this.#isOver) return;
    const { board, onchange, onwait } = this.#options;
    board.resync();
    try {
      const result = await within(this.#session.call(listProcedure), answerTimeoutMs);
      if (this.#isOver) return;
      const { rows, version } = readSnapshot(result);
      board.apply(rows, version);
      onwait('');
      onchange();
    } catch (error) {
      if (this.#isOver) return;
      onwait(reasonOf(error));
      this.#retryTimer = setTimeout(() => void this.#takeSnapshot(), this.#backOff.next());
    }
  }
}

/**
 * A status as it is on the wire; undefined when it is none.
 * @param {any} value
 * @returns {import('./status-board.js').Status | undefined}
 */
export function readStatus(value) {
  const { user, status, message, version, changed_at } = value ?? {};
  if (typeof user !== 'string' || !Number.isSafeInteger(version)) return undefined;
  return {
    user,
    status: text(status),
    message: text(message),
    version,
    changed_at: text(changed_at),
  };
}

/**
 * The snapshot out of the call's result.
 * @param {any} result
 * @throws {TypeError} when it is none.
 */
export function readSnapshot(result) {
  const list = result?.args?.[0];
  const version = result?.kwargs?.version;
  if (!Array.isArray(list) || !Number.isSafeInteger(version)) throw new TypeError('no snapshot');
  return { rows: list.map(readStatus).filter((row) => row !== undefined), version };
}

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' ? value : '';
}

/** @param {any} error */
function nameOf(error) {
  return error?.error ?? 'no answer';
}

/** @param {any} error */
function reasonOf(error) {
  if (error?.error === 'wamp.error.no_such_procedure' || error?.error === 'wamp.error.canceled') {
    return 'The status service is not there; asking again.';
  }
  if (error instanceof TypeError) return 'The status service answers what this page cannot read.';
  return `The status service did not answer (${nameOf(error)}); asking again.`;
}
