// Written out, not `\s`: the loose rule of WAMP 2.1.1 forbids white space, U+FEFF and NBSP among it, which `\s` covers
// in JavaScript; control and bidirectional format characters we refuse too, as they only serve to deceive a reader.
// eslint-disable-next-line no-control-regex -- refusing control characters is the point
const FORBIDDEN = /[\s#\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

/** Bounds of a URI. */
export interface UriLimits {
  /** Bytes in UTF-8, at most. */
  readonly length: number;
  /** Components, at most. */
  readonly components: number;
}

/** The default bounds. */
export const DEFAULT_URI_LIMITS: UriLimits = { length: 255, components: 32 };

/**
 * Whether `uri` names a topic, procedure or realm exactly: non-empty components without white space or `#`, separated
 * by dots (WAMP 2.1.1, loose rule), within `limits`.
 */
export function isUri(uri: string, limits: UriLimits = DEFAULT_URI_LIMITS): boolean {
  if (uri.length === 0 || uri.length > limits.length || FORBIDDEN.test(uri)) return false;
  let components = 1;
  let start = 0;
  for (let dot = uri.indexOf('.'); dot !== -1; dot = uri.indexOf('.', start)) {
    if (dot === start) return false;
    components += 1;
    start = dot + 1;
  }
  return (
    start < uri.length &&
    components <= limits.components &&
    (uri.length * 3 <= limits.length || Buffer.byteLength(uri) <= limits.length)
  );
}

/** Whether only the router itself may publish to or register `uri` (WAMP 2.1.1 and our own namespace). */
export const isReservedUri = (uri: string): boolean =>
  uri.startsWith('wamp.') || uri.startsWith('expressway.');
