import type { Serializer } from './serializer.js';

/**
 * The first of the subprotocols that a client offers, in its order of preference, that one of `serializers` speaks; undefined when
 * there is none (WAMP 2.3.1).
 */
export function selectSerializer(
  offered: Iterable<string>,
  serializers: readonly Serializer[],
): Serializer | undefined {
  for (const subprotocol of offered) {
    const serializer = serializers.find((each) => each.subprotocol === subprotocol);
    if (serializer !== undefined) return serializer;
  }
  return undefined;
}
