/** The longest authid, in UTF-16 code units. */
export const MAX_AUTHID_LENGTH = 128;

// Control and format characters only serve to deceive whoever reads a log or a list of sessions; a lone surrogate is no text.
const DECEPTIVE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

/** Whether a value may be the authid of a session: a string of 1 to 128 units without control or format characters. */
export const isAuthid = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= MAX_AUTHID_LENGTH &&
  !DECEPTIVE.test(value);
