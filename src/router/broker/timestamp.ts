const MICROSECONDS = 1000;
/** When the clock was set back by more than this, its word counts again. */
const LARGEST_LEAD = 1_000_000;
const DIGITS = 3;

/** A date and time of RFC 3339: what is before the fraction, the fraction, the offset. */
const RFC_3339 = /^(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;

/**
 * Makes a clock of microseconds since the epoch that gives no value twice: events of the same millisecond have an order, and so must their
 * timestamps.
 */
export function newEventClock(): () => number {
  let last = 0;
  return () => {
    const now = Date.now() * MICROSECONDS;
    last = now > last || last - now > LARGEST_LEAD ? now : last + 1;
    return last;
  };
}

/** Microseconds since the epoch as a timestamp of RFC 3339 in UTC. */
export function formatTimestamp(timestamp: number): string {
  const whole = new Date(Math.floor(timestamp / MICROSECONDS)).toISOString().slice(0, -1);
  return `${whole}${String(timestamp % MICROSECONDS).padStart(DIGITS, '0')}Z`;
}

/** Microseconds since the epoch, perhaps with a fraction, of a timestamp of RFC 3339; undefined when it is none. */
export function parseTimestamp(text: string): number | undefined {
  const [, whole, fraction = '', offset] = RFC_3339.exec(text) ?? [];
  if (whole === undefined || offset === undefined) return undefined;
  const seconds = Date.parse(`${whole}${offset}`.toUpperCase());
  if (Number.isNaN(seconds)) return undefined;
  const micros = fraction.padEnd(DIGITS * 2, '0');
  const rest = micros.slice(DIGITS * 2);
  return seconds * MICROSECONDS + Number(`${micros.slice(0, DIGITS * 2)}.${rest}0`);
}
