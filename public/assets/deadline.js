/** An answer did not come in time. */
export class DeadlineExceeded extends Error {
  name = 'DeadlineExceeded';
}

/**
 * The promise's outcome, if it comes in time.
 * @template T
 * @param {Promise<T>} promise
 * @param {number} timeoutMs
 * @returns {Promise<T>}
 * @throws {DeadlineExceeded}
 */
export function within(promise, timeoutMs) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineExceeded()), timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
