/** Only its own origin matters: a path is resolved against it and must stay there. */
const anyOrigin = 'http://localhost';

/** A longer one is not believed. */
const maxLength = 1024;

/**
 * `path` as a path, query and fragment of this site, safe in a Location header; `/` when it leads, or might lead some browser,
 * to another.
 */
export function sameOriginPath(path: string): string {
  // Some browsers drop control characters and take \ for /, before they look for "//".
  if (!path.startsWith('/') || path.length > maxLength || /[\p{Cc}\\]/u.test(path)) return '/';
  if (!URL.canParse(path, anyOrigin)) return '/';
  const { origin, pathname, search, hash } = new URL(path, anyOrigin);
  // "/.//evil.example" becomes "//evil.example" only by being resolved.
  return origin === anyOrigin && !pathname.startsWith('//') ? `${pathname}${search}${hash}` : '/';
}
