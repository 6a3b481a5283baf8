/** RFC 4013, 2.1: other spaces become a space (RFC 3454, C.1.2). */
const OTHER_SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;

/** RFC 4013, 2.1: what is commonly mapped to nothing (RFC 3454, B.1). */
const NOTHING =
  /\u00ad|\u034f|\u1806|[\u180b-\u180d]|[\u200c\u200d]|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;

/** RFC 4013, 2.3: control, private use and surrogate characters, and non-characters (RFC 3454, C.2 to C.5). */
const NO_TEXT = /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}]/u;

/** RFC 4013, 2.3: what controls, changes the display, is for plain text no good or tags a language (RFC 3454, C.2.2 and C.6 to C.9), by ranges. */
const PROHIBITED: readonly (readonly [number, number])[] = [
  [0x0340, 0x0341],
  [0x06dd, 0x06dd],
  [0x070f, 0x070f],
  [0x180e, 0x180e],
  [0x200c, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2063],
  [0x206a, 0x206f],
  [0x2ff0, 0x2ffb],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffd],
  [0x1d173, 0x1d17a],
  [0xe0001, 0xe0001],
  [0xe0020, 0xe007f],
];

/** RFC 3454, D.1, by the blocks of the scripts that are written from right to left. */
const RIGHT_TO_LEFT =
  /[\u05be\u05c0\u05c3\u05d0-\u05ea\u05f0-\u05f4\u061b\u061f\u0621-\u063a\u0640-\u064a\u066d-\u066f\u0671-\u06d5\u06dd\u06e5\u06e6\u06fa-\u06fe\u0700-\u070d\u0710\u0712-\u072c\u0780-\u07a5\u07b1\u200f\ufb1d\ufb1f-\ufb28\ufb2a-\ufbb1\ufbd3-\ufd3d\ufd50-\ufdfc\ufe70-\ufefc]/u;

/** RFC 3454, D.2, as near as the properties that the language knows come: letters that are not written from right to left. */
const LEFT_TO_RIGHT = /\p{L}/u;

/**
 * A name or password in the form in which it is compared (SASLprep, RFC 4013). Undefined for what must not be one: prohibited or unassigned
 * characters, or directions that are mixed. Which characters are assigned, and their compatibility forms, are those of the Unicode version
 * that Node.js has, not of Unicode 3.2.
 */
export function saslprep(text: string): string | undefined {
  const prepared = text.replace(OTHER_SPACES, ' ').replace(NOTHING, '').normalize('NFKC');
  if (NO_TEXT.test(prepared) || /\p{Cn}/u.test(prepared) || isProhibited(prepared)) {
    return undefined;
  }
  return hasOneDirection(prepared) ? prepared : undefined;
}

const isProhibited = (text: string): boolean =>
  Array.from(text, (each) => each.codePointAt(0) ?? 0).some((code) =>
    PROHIBITED.some(([from, to]) => code >= from && code <= to),
  );

/** RFC 3454, 6. */
function hasOneDirection(text: string): boolean {
  const characters = Array.from(text);
  if (!characters.some((each) => RIGHT_TO_LEFT.test(each))) return true;
  if (characters.some((each) => LEFT_TO_RIGHT.test(each) && !RIGHT_TO_LEFT.test(each)))
    return false;
  return [characters.at(0), characters.at(-1)].every((each) => RIGHT_TO_LEFT.test(each ?? ''));
}
