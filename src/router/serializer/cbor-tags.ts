import { ProtocolViolation } from '../protocol/errors.js';

const DATE_TEXT = 0;
const DATE_NUMBER = 1;
/** An unsigned integer of any size, as bytes. */
export const BIGNUM = 2;
/** -1 minus such an integer. */
export const NEGATIVE_BIGNUM = 3;
/** Says that what follows is CBOR, and nothing else. */
export const SELF_DESCRIBED = 55799;

/** 1024 bits: about what a double can hold. Larger ones would make it expensive to write their digits. */
const MOST_BIGNUM_BYTES = 128;
/** The years 1 to 9999, in seconds from 1970 on: outside of them, some languages have no dates. */
const FIRST_SECOND = -62_135_596_800;
const LAST_SECOND = 253_402_300_799;

/** The values that may stand behind a tag, by major type and by what they are. */
interface TagRule {
  readonly majors: readonly number[];
  readonly holds: (value: unknown) => boolean;
}

const bignum: TagRule = {
  majors: [2],
  holds: (value) => value instanceof Uint8Array && value.length <= MOST_BIGNUM_BYTES,
};

/**
 * The tags that are passed on (RFC 8949, 3.4): dates, big integers and the mark of CBOR itself. Decoders build dates and integers from
 * their contents, so these are checked: what one subscriber's decoder would stumble over never reaches it. All other tags are refused;
 * regular expressions, references and packed values are among them.
 */
const rules: ReadonlyMap<number, TagRule> = new Map([
  [DATE_TEXT, { majors: [3], holds: isDateText }],
  [DATE_NUMBER, { majors: [0, 1, 7], holds: isDateNumber }],
  [BIGNUM, bignum],
  [NEGATIVE_BIGNUM, bignum],
  [SELF_DESCRIBED, { majors: [0, 1, 2, 3, 4, 5, 6, 7], holds: () => true }],
]);

/** Throws ProtocolViolation unless values of major type `major` may stand behind this tag. */
export function checkTag(tag: number, major: number): void {
  if (rules.get(tag)?.majors.includes(major) !== true) {
    throw new ProtocolViolation('a tag of CBOR that is not accepted');
  }
}

/** Whether a value must be looked at before it may stand behind this tag. */
export const hasCheckedContent = (tag: number): boolean => tag !== SELF_DESCRIBED;

/** Throws ProtocolViolation unless `value` may stand behind this tag. */
export function checkTagged(tag: number, value: unknown): void {
  if (rules.get(tag)?.holds(value) !== true) {
    throw new ProtocolViolation('a tagged value of CBOR that does not fit its tag');
  }
}

/** Whether a text is a point in time, as RFC 3339 writes it. */
function isDateText(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const match = DATE.exec(value);
  if (match === null || Number.isNaN(Date.parse(value))) return false;
  const [, year, month, day] = match.map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year ?? 0, (month ?? 0) - 1, day);
  return year !== 0 && date.getUTCDate() === day;
}

const DATE =
  /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

function isDateNumber(value: unknown): boolean {
  return typeof value === 'number' && value >= FIRST_SECOND && value <= LAST_SECOND;
}
