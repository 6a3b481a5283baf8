import { PrefixMap } from '../pattern-map/prefix-map.js';
import { WildcardTrie } from '../pattern-map/wildcard-trie.js';
import type { MatchPolicy } from '../protocol/uri.js';

/** Whether a topic is one of those that were asked for. */
export type TopicMatcher = (topic: string) => boolean;

/** The topics that a subscription to `uri` is sent events of, by the rules of {@link PatternMap}: for who has one pattern and many topics. */
export function topicMatcher(uri: string, match: MatchPolicy): TopicMatcher {
  if (match === 'exact') return (topic) => topic === uri;
  const patterns = match === 'prefix' ? new PrefixMap<true>() : new WildcardTrie<true>();
  patterns.set(uri, true);
  return (topic) => patterns.matching(topic).length > 0;
}
