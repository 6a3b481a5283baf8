import type { Log } from '../../examples/wamp-session.js';

const ignore = (): undefined => undefined;

/** A log for tests that are not about what is logged. */
export const silentLog: Log = { info: ignore, warn: ignore, error: ignore };

/** A log that keeps its lines. */
export function recordingLog(): Log & { readonly lines: string[] } {
  const lines: string[] = [];
  const record = (...words: unknown[]): void => void lines.push(words.map(String).join(' '));
  return { lines, info: record, warn: record, error: record };
}
