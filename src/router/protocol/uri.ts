// Written out, not `\s`: the loose rule of WAMP 2.1.1 forbids white space, U+FEFF and NBSP among it, which `\s` covers
// in JavaScript; control and bidirectional format characters we refuse too, as they only serve to deceive a reader, and lone
// surrogates, which have no form in UTF-8: two different ones would be the same to a peer that speaks a binary serializer.
const FORBIDDEN =
  // eslint-disable-next-line no-control-regex -- refusing control characters is the point
  /[\s#\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff]/u;

const STRICT = /^[0-9a-z_.]*$/;

/** How a URI is compared with those of subscriptions and registrations (WAMP, Pattern-based Subscriptions). */
export type MatchPolicy = 'exact' | 'prefix' | 'wildcard';

/** Bounds of a URI. */
export interface UriLimits {
  /** Bytes in UTF-8, at most. */
  readonly length: number;
  /** Components, at most. */
  readonly components: number;
  /** Whether components are made of lower case letters, digits and underscores only (WAMP 2.1.1, strict rule). Default: no. */
  readonly isStrict?: boolean;
}

/** The default bounds. */
export const DEFAULT_URI_LIMITS: UriLimits = { length: 255, components: 32 };

/**
 * Whether `uri` names a topic, procedure or realm exactly: non-empty components without white space or `#`, separated
 * by dots (WAMP 2.1.1), within `limits`.
 */
export function isUri(uri: string, limits: UriLimits = DEFAULT_URI_LIMITS): boolean {
  return uri.length > 0 && hasComponents(uri, limits, false);
}

/**
 * Whether `pattern` may be subscribed to or registered with `match`: as {@link isUri}, but prefixes and wildcards may have empty
 * components (WAMP 2.1.1), and be empty altogether.
 */
export function isUriPattern(
  pattern: string,
  match: MatchPolicy,
  limits: UriLimits = DEFAULT_URI_LIMITS,
): boolean {
  return match === 'exact' ? isUri(pattern, limits) : hasComponents(pattern, limits, true);
}

function hasComponents(uri: string, limits: UriLimits, mayBeEmpty: boolean): boolean {
  if (!isWithin(uri, limits)) return false;
  let components = 1;
  let start = 0;
  for (let dot = uri.indexOf('.'); dot !== -1; dot = uri.indexOf('.', start)) {
    if (dot === start && !mayBeEmpty) return false;
    components += 1;
    start = dot + 1;
  }
  return (mayBeEmpty || start < uri.length) && components <= limits.components;
}

/** Whether a URI is short enough, and of characters that it may have. */
function isWithin(uri: string, { length, isStrict }: UriLimits): boolean {
  if (uri.length > length || FORBIDDEN.test(uri)) return false;
  if (isStrict === true && !STRICT.test(uri)) return false;
  return uri.length * 3 <= length || Buffer.byteLength(uri) <= length;
}

const RESERVED = ['wamp.', 'expressway.'] as const;

/** The namespace in which only the router itself may publish and register, if `uri` is in one: `wamp.` or `expressway.`, the dot included. */
export const reservedNamespaceOf = (uri: string): string | undefined =>
  RESERVED.find((namespace) => uri.startsWith(namespace));

/** Whether only the router itself may publish to or register `uri` (WAMP 2.1.1 and our own namespace). */
export const isReservedUri = (uri: string): boolean => reservedNamespaceOf(uri) !== undefined;
