/** What was waited for did not come in time. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
  readonly code = 'ERR_DEADLINE_EXCEEDED';
}

/**
 * Settles as `promise` does, or rejects with {@link DeadlineExceeded} after `timeoutMs`, whichever comes first. Leaves no timer behind.
 */
export function withDeadline<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new DeadlineExceeded(`nothing within ${timeoutMs} ms`));
    }, timeoutMs);
    const settle =
      <Value>(then: (value: Value) => void) =>
      (value: Value): void => {
        clearTimeout(timer);
        then(value);
      };
    promise.then(settle(resolve), settle(reject));
  });
}
