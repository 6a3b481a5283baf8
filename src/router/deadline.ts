/** What was waited for did not come in time. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
  readonly code = 'ERR_DEADLINE_EXCEEDED';
}

/**
 * Settles as `promise` does, or rejects with {@link DeadlineExceeded} after `timeoutMs`, or with the signal's reason once it is
 * aborted, whichever comes first. Leaves neither timer nor listener behind.
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T> {
  let end = (): void => undefined;
  const overtaken = new Promise<never>((_resolve, reject) => {
    const onabort = (): void => {
      reject(toError(signal?.reason));
    };
    const timer = setTimeout(() => {
      reject(new DeadlineExceeded(`nothing within ${timeoutMs} ms`));
    }, timeoutMs);
    end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onabort);
    };
    signal?.addEventListener('abort', onabort);
    if (signal?.aborted === true) onabort();
  });
  try {
    return await Promise.race([promise, overtaken]);
  } finally {
    end();
  }
}

const toError = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error('aborted', { cause: reason });
