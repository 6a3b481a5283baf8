import { reservedNamespaceOf, type MatchPolicy } from '../protocol/uri.js';

/** Whether a topic is one of those that were asked for. */
export type TopicMatcher = (topic: string) => boolean;

/** The topics that a subscription to `uri` is sent events of, by the rules of {@link PatternMap}: for who has one pattern and many topics. */
export function topicMatcher(uri: string, match: MatchPolicy): TopicMatcher {
  switch (match) {
    case 'exact':
      return (topic) => topic === uri;
    case 'prefix':
      return (topic) => topic.startsWith(uri) && isReachable(topic, uri);
    case 'wildcard':
      return wildcardMatcher(uri);
  }
}

function wildcardMatcher(uri: string): TopicMatcher {
  const pattern = uri.split('.');
  return (topic) => {
    if (!isReachable(topic, uri)) return false;
    const components = topic.split('.');
    return (
      components.length === pattern.length &&
      pattern.every((component, index) => component === '' || component === components[index])
    );
  };
}

/** A reserved namespace is reached by patterns that begin with it, and by no others. */
function isReachable(topic: string, pattern: string): boolean {
  const namespace = reservedNamespaceOf(topic);
  return namespace === undefined || pattern.startsWith(namespace);
}
