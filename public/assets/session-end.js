/**
 * How an attempt to be in session ended.
 * @typedef {object} SessionEnd
 * @property {boolean} hadJoined
 * @property {string | null} uri Reason of the router's GOODBYE, or of its ABORT when hadJoined is false.
 * @property {string} message What the router said beside it.
 * @property {number | undefined} code The WebSocket's close code.
 * @property {'silent' | 'slow' | undefined} givenUp Why this page dropped the connection itself.
 * @property {import('./token-source.js').TokenRefused | undefined} refused Why there was no token.
 */

/**
 * What follows from an end. `soon` and `later` are tries after a back-off (a short or a long one), of at least `waitMs`; after
 * `stop` only the reader can go on, by the remedy.
 * @typedef {object} Verdict
 * @property {'at-once' | 'soon' | 'later' | 'stop'} plan
 * @property {string} reason Whole sentences for the reader.
 * @property {'log-in' | 'connect' | 'reload' | undefined} [remedy]
 * @property {number | undefined} [waitMs]
 */

/** @type {Readonly<Record<string, Verdict>>} */
const goodbyes = {
  'wamp.close.killed': {
    plan: 'stop',
    remedy: 'log-in',
    reason:
      'Your session was ended: you logged out in another window, or an administrator ended it.',
  },
  'wamp.close.system_shutdown': {
    plan: 'soon',
    waitMs: 1000,
    reason: 'The router is shutting down.',
  },
  'expressway.close.token_expired': { plan: 'at-once', reason: 'The token expired.' },
  'wamp.close.close_realm': { plan: 'soon', waitMs: 1000, reason: 'The realm is being closed.' },
};

/** @type {Verdict} */
const tokenRefused = { plan: 'later', reason: 'The router refused the token.' };
/** @type {Verdict} */
const notAllowed = {
  plan: 'stop',
  remedy: 'log-in',
  reason: 'Your account may not join this realm.',
};

/** @type {Readonly<Record<string, Verdict>>} */
const aborts = {
  ...goodbyes,
  'wamp.error.authentication_denied': tokenRefused,
  'wamp.error.authentication_failed': tokenRefused,
  'wamp.error.authentication_required': tokenRefused,
  'wamp.error.no_such_principal': tokenRefused,
  'wamp.error.not_authorized': notAllowed,
  'wamp.error.authorization_denied': notAllowed,
  'wamp.error.no_such_role': notAllowed,
  'wamp.error.authorization_failed': { plan: 'later', reason: 'The router could not decide.' },
  'wamp.error.unavailable': { plan: 'later', reason: 'The router is not ready.' },
  'wamp.error.no_such_realm': {
    plan: 'stop',
    remedy: 'reload',
    reason: 'The router does not know the realm of this page.',
  },
  'wamp.error.no_matching_auth_method': {
    plan: 'stop',
    remedy: 'connect',
    reason: 'The router takes no tokens at this address.',
  },
  'expressway.error.limit_exceeded': {
    plan: 'later',
    reason: 'Too many sessions are open with this account.',
  },
};

/** @type {Verdict} */
const misunderstood = {
  plan: 'stop',
  remedy: 'reload',
  reason: 'The router does not understand what this page sends.',
};
/** @type {Verdict} */
const againstPolicy = {
  plan: 'stop',
  remedy: 'connect',
  reason: 'The router refuses this page by its policy.',
};

/** The router's table of close codes; whatever is not listed is a connection that was lost. @type {Readonly<Record<number, Verdict>>} */
const closings = {
  1002: misunderstood,
  1003: misunderstood,
  1007: misunderstood,
  1008: againstPolicy,
  1009: misunderstood,
  1011: { plan: 'soon', reason: 'The router had an internal error.' },
  1012: { plan: 'soon', reason: 'The router is restarting.' },
  1013: { plan: 'later', reason: 'The router is busy or not ready.' },
  // autobahn's own code for a message that it did not expect.
  3002: { plan: 'soon', reason: 'The router sent what this page did not expect.' },
  4400: againstPolicy,
  4401: { plan: 'at-once', reason: 'The token expired; a fresh one is on its way.' },
  4408: { plan: 'soon', reason: 'Joining took too long.' },
  4409: { plan: 'soon', reason: 'This page did not keep up with the events.' },
  4411: { plan: 'soon', reason: 'The router did not hear from this page.' },
  4429: { plan: 'later', reason: 'This page sent too much.' },
};

/** @type {Readonly<Record<'silent' | 'slow', Verdict>>} */
const givenUp = {
  silent: { plan: 'soon', reason: 'The connection went silent.' },
  slow: { plan: 'soon', reason: 'The router did not answer in time.' },
};

/**
 * What the page should do, and say, now that this attempt is over.
 * @param {SessionEnd} end
 * @returns {Verdict}
 */
export function judgeEnd(end) {
  if (end.refused) return judgeRefusal(end.refused);
  if (end.uri !== null) return judgeReason(end.uri, end);
  if (end.givenUp) return givenUp[end.givenUp];
  const closing = end.code === undefined ? undefined : closings[end.code];
  if (closing) return closing;
  const reason = end.hadJoined ? 'The connection was lost.' : 'The router cannot be reached.';
  return { plan: 'soon', reason };
}

/**
 * @param {import('./token-source.js').TokenRefused} refused
 * @returns {Verdict}
 */
function judgeRefusal({ refusal, message, retryAfterMs }) {
  switch (refusal) {
    case 'signed-out':
      return { plan: 'stop', remedy: 'log-in', reason: 'You are signed out. Log in to go on.' };
    case 'forbidden':
      return { plan: 'stop', remedy: 'log-in', reason: 'Your account may not see this board.' };
    case 'unavailable':
      return { plan: 'soon', reason: message, waitMs: retryAfterMs };
  }
}

/**
 * @param {string} uri
 * @param {SessionEnd} end
 * @returns {Verdict}
 */
function judgeReason(uri, { hadJoined, message }) {
  const known = new Map(Object.entries(hadJoined ? goodbyes : aborts)).get(uri);
  const verdict = known ?? {
    plan: 'stop',
    remedy: 'connect',
    reason: `The router ended the session (${uri}).`,
  };
  return message === ''
    ? verdict
    : { ...verdict, reason: `${verdict.reason} It says: “${message}”` };
}
