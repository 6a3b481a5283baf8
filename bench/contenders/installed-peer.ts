import { createRequire } from 'node:module';
import type { z } from 'zod';

/** Where the peers from npm are installed: `bench/peers`, seen from the compiled program. */
export const PEERS_DIRECTORY = new URL('../../../bench/peers/', import.meta.url);

/**
 * Loads an installed peer. Its types are not known when the benchmark is compiled, so that the benchmark compiles
 * without the peers; `shape` says what is expected of it. Throws when it is not installed or is something else.
 */
export function loadPeer<Shape extends z.ZodType>(name: string, shape: Shape): z.infer<Shape> {
  const require = createRequire(new URL('package.json', PEERS_DIRECTORY));
  return shape.parse(require(name));
}
