/** Longer texts are read anew each time: they are rare in heads. */
const LONGEST = 64;
/** Texts that are kept, at most: about a megabyte. */
const PLACES = 4096;

/** A text and the bytes that it was read from. */
interface KnownText {
  readonly bytes: Uint8Array;
  readonly text: string;
}

/**
 * Reads texts of UTF-8 that are mostly the same again and again, as the URIs in heads are. Those that were read before are found by their
 * bytes, which is quicker than to decode them, and gives one string for all, whose hash is known wherever it is looked up.
 */
export class KnownTexts {
  readonly #texts = new Array<KnownText | undefined>(PLACES).fill(undefined);

  /** The text from `start` to `end`, exclusive. */
  read(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > LONGEST) return bytes.toString('utf8', start, end);
    const place = placeOf(bytes, start, end);
    const known = this.#texts[place];
    if (known !== undefined && isSame(known.bytes, bytes, start, length)) return known.text;
    const text = bytes.toString('utf8', start, end);
    this.#texts[place] = { bytes: Uint8Array.prototype.slice.call(bytes, start, end), text };
    return text;
  }
}

/** FNV-1a, folded: nothing but speed hangs on it, as a text is compared with what stands in its place. */
function placeOf(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 16)) & (PLACES - 1);
}

function isSame(known: Uint8Array, bytes: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false;
  for (let index = 0; index < length; index += 1) {
    if (known[index] !== bytes[start + index]) return false;
  }
  return true;
}
