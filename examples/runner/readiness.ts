import { setTimeout as sleep } from 'node:timers/promises';

/** How long to ask, and how often. Milliseconds. */
export interface ReadinessOptions {
  readonly timeoutMs: number;
  readonly intervalMs: number;
  /** Ends the waiting early. */
  readonly signal: AbortSignal;
}

/** True as soon as the URL answers anything but a server error; false when it has not within the time, or the signal came. */
export async function waitUntilReady(url: string, options: ReadinessOptions): Promise<boolean> {
  const deadline = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([deadline, options.signal]);
  while (!signal.aborted) {
    try {
      const response = await fetch(url, { redirect: 'manual', signal });
      await response.body?.cancel();
      if (response.status < 500) return true;
    } catch {
      // Not yet there: the pause below is the answer to all of fetch's reasons.
    }
    await sleep(options.intervalMs, undefined, { signal }).catch(() => undefined);
  }
  return false;
}
