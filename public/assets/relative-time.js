const steps = [
  { below: 60, size: 1, unit: 's' },
  { below: 3600, size: 60, unit: 'min' },
  { below: 86_400, size: 3600, unit: 'h' },
  { below: 7 * 86_400, size: 86_400, unit: 'd' },
];
const justNowSeconds = 10;
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });

/**
 * How long ago that was, in few letters; the date when it is over a week. A time to come is a clock's error and counts as now.
 * @param {number} atMs Unix time in milliseconds.
 * @param {number} nowMs Unix time in milliseconds.
 */
export function relativeTime(atMs, nowMs) {
  const seconds = Math.floor((nowMs - atMs) / 1000);
  if (seconds < justNowSeconds) return 'just now';
  const step = steps.find(({ below }) => seconds < below);
  return step ? `${Math.floor(seconds / step.size)} ${step.unit} ago` : dayFormat.format(atMs);
}

/**
 * Unix time in milliseconds; NaN for what is not in ISO 8601. Date.parse alone finds a date in almost any text.
 * @param {string} text
 */
export function parseTime(text) {
  return /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/u.test(text) ? Date.parse(text) : Number.NaN;
}

/**
 * Date and time in full, in the reader's language and time zone.
 * @param {number} atMs Unix time in milliseconds.
 */
export function fullTime(atMs) {
  return fullFormat.format(atMs);
}

/**
 * Minutes and seconds, as on a stop watch.
 * @param {number} ms At least 0.
 */
export function clockTime(ms) {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
