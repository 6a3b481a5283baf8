/**
 * Why there is no token: the log-in is over, the user may not have one, or it is worth another try.
 * @typedef {'signed-out' | 'forbidden' | 'unavailable'} TokenRefusal
 */

/** There is no token. `retryAfterMs` is how long the server asked to wait, when it did. */
export class TokenRefused extends Error {
  name = 'TokenRefused';

  /**
   * @param {TokenRefusal} refusal
   * @param {string} message
   * @param {number | undefined} retryAfterMs
   */
  constructor(refusal, message, retryAfterMs = undefined) {
    super(message);
    this.refusal = refusal;
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * A token, with its times by this machine's clock: when it ends, and when to fetch the next one.
 * @typedef {{ token: string, expiresAtMs: number, refreshAtMs: number }} Token
 */

/** Longer than this the page does not wait for a token: the router would close the socket that waits for it. */
const timeoutMs = 5000;
const longestRetryAfterMs = 60_000;

/**
 * Asks for a fresh token with the log-in's cookie.
 * @param {string} url
 * @returns {Promise<Token>}
 * @throws {TokenRefused}
 */
export async function fetchToken(url) {
  const response = await ask(url);
  if (response.status === 401) throw new TokenRefused('signed-out', 'The log-in is over.');
  if (response.status === 403) throw new TokenRefused('forbidden', 'Tokens are for admins.');
  if (!response.ok) {
    const message = `The token service answered ${response.status}.`;
    throw new TokenRefused('unavailable', message, retryAfterMs(response));
  }
  return readToken(response);
}

/** @param {string} url */
async function ask(url) {
  try {
    return await fetch(url, {
      headers: { accept: 'application/json' },
      credentials: 'same-origin',
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch {
    throw new TokenRefused('unavailable', 'The token service does not answer.');
  }
}

/** @param {Response} response */
async function readToken(response) {
  const answer = await response.json().catch(() => undefined);
  const { token, expires_in: life, expires_at: end, refresh_at: refresh } = answer ?? {};
  if (typeof token !== 'string' || ![life, end, refresh].every(Number.isFinite)) {
    throw new TokenRefused('unavailable', 'The token service gave no token.');
  }
  // Its life is counted by this clock: expires_at would be wrong on a machine whose clock is.
  const expiresAtMs = Date.now() + life * 1000;
  return { token, expiresAtMs, refreshAtMs: expiresAtMs - (end - refresh) * 1000 };
}

/** @param {Response} response */
function retryAfterMs(response) {
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  return seconds >= 0 ? Math.min(seconds * 1000, longestRetryAfterMs) : undefined;
}
