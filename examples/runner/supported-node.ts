/** The versions of Node that Expressway runs on, for people; package.json says the same. */
export const SUPPORTED_NODE = 'Node 20.19+, or 22.12 and later';

/**
 * Whether Expressway runs on a version of Node. One of its dependencies is a CommonJS module that requires an ES module, which came to Node 22
 * with 22.12 and was then given to Node 20 with 20.19; Node 21 never had it.
 */
export function isSupportedNode(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
}
