import type { MatchPolicy } from '../protocol/uri.js';
import { PrefixMap } from './prefix-map.js';
import { WildcardTrie } from './wildcard-trie.js';

/** Whether a URI is one of those that were asked for. */
export type UriMatcher = (uri: string) => boolean;

/** The URIs that match one pattern, by the rules of {@link PatternMap}: for who has one pattern and many URIs. */
export function uriMatcher(pattern: string, match: MatchPolicy): UriMatcher {
  if (match === 'exact') return (uri) => uri === pattern;
  const patterns = match === 'prefix' ? new PrefixMap<true>() : new WildcardTrie<true>();
  patterns.set(pattern, true);
  return (uri) => patterns.matching(uri).length > 0;
}
