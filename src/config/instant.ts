import { z } from 'zod';

const EXPECTED = 'a time such as 2026-12-01 or 2026-12-01T12:00:00Z';
const FORM = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** Unix seconds of a day (its beginning in UTC) or a time with its offset (RFC 3339); undefined for anything else. */
export function parseInstant(text: string): number | undefined {
  const ms = FORM.test(text) ? Date.parse(text) : NaN;
  // Date.parse takes the 30th of February for the 2nd of March.
  const isReal = Number.isFinite(ms) && Number(text.slice(8, 10)) <= daysOfMonth(text);
  return isReal ? ms / 1000 : undefined;
}

/** Schema of a point in time; its output is Unix seconds. */
export const instant = () =>
  z.string({ error: EXPECTED }).transform((text, context) => {
    const seconds = parseInstant(text);
    if (seconds !== undefined) return seconds;
    context.addIssue({ code: 'custom', message: EXPECTED });
    return z.NEVER;
  });

const daysOfMonth = (text: string): number =>
  new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
