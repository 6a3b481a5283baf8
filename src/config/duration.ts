import { z } from 'zod';

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

// Beyond this a timer of Node fires at once instead of late.
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds of a duration such as `250ms`, `1.5s`, `5m`, `24h` or `7d`; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,10}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text);
  const unit = UNIT_MS.get(match?.[2] ?? '');
  if (match === null || unit === undefined) return undefined;
  const ms = Number(match[1]) * unit;
  return Number.isInteger(ms) ? ms : undefined;
}

/** Bounds of a duration in the configuration, in the configuration's own notation. */
export interface DurationBounds {
  /** At least this; `1ms` if left out. */
  readonly min?: string;
  /** At most this; what a timer can wait for (24.8 days) if left out. */
  readonly max?: string;
}

/** Schema of a duration within `bounds`; its output is milliseconds. */
export function duration(bounds: DurationBounds = {}) {
  const min = parseDuration(bounds.min ?? '1ms') ?? 0;
  const max = parseDuration(bounds.max ?? '') ?? LONGEST_MS;
  const expected = `a duration such as 5m${spell(bounds)}`;
  return z.string({ error: expected }).transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= min && ms <= max) return ms;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

function spell({ min, max }: DurationBounds): string {
  if (max !== undefined) return `, from ${min ?? '1ms'} to ${max}`;
  return min === undefined ? '' : `, at least ${min}`;
}
