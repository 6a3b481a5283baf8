import type { Origin } from './config-error.js';

/** A value that is neither list nor mapping. */
export interface ScalarNode {
  readonly kind: 'scalar';
  readonly origin: Origin;
  readonly value: string | number | boolean | null;
}

/** A list of values. */
export interface ListNode {
  readonly kind: 'list';
  readonly origin: Origin;
  readonly items: readonly ConfigNode[];
}

/** A mapping of keys to values. */
export interface MappingNode {
  readonly kind: 'mapping';
  readonly origin: Origin;
  readonly entries: ReadonlyMap<string, MappingEntry>;
}

/** A value of a mapping, and where its key stands. */
export interface MappingEntry {
  readonly key: Origin;
  readonly node: ConfigNode;
}

/** A part of the configuration that remembers where it was written. */
export type ConfigNode = ScalarNode | ListNode | MappingNode;

/** Keys of mappings and indexes of lists, from the root. */
export type ConfigPath = readonly (string | number)[];

/** `path` as a JSON pointer (RFC 6901). */
export const pointer = (path: ConfigPath): string =>
  path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The node without its origins. Mappings have no prototype, so that no key of theirs means anything to JavaScript. */
export function plainValue(node: ConfigNode): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value;
    case 'list':
      return node.items.map(plainValue);
    case 'mapping': {
      const value = Object.create(null) as Record<string, unknown>;
      for (const [key, entry] of node.entries) value[key] = plainValue(entry.node);
      return value;
    }
  }
}

/** The node at `path`, or undefined. */
export function findNode(root: ConfigNode, path: ConfigPath): ConfigNode | undefined {
  let node: ConfigNode | undefined = root;
  for (const part of path) node = node === undefined ? undefined : childNode(node, part);
  return node;
}

/** Where the value at `path` was written; for what is missing, where the nearest thing around it was. */
export function originOf(root: ConfigNode, path: ConfigPath): Origin {
  let node = root;
  for (const part of path) {
    const child = childNode(node, part);
    if (child === undefined) break;
    node = child;
  }
  return node.origin;
}

/** `over` laid upon `base`: mappings are merged key by key, anything else is replaced. */
export function overlay(base: ConfigNode, over: ConfigNode): ConfigNode {
  if (base.kind !== 'mapping' || over.kind !== 'mapping') return over;
  const entries = new Map(base.entries);
  // What names the same secret another way gives way to what is laid over it.
  for (const key of over.entries.keys()) entries.delete(twinKey(key));
  for (const [key, entry] of over.entries) {
    const below = base.entries.get(key);
    const node = below === undefined ? entry.node : overlay(below.node, entry.node);
    entries.set(key, { key: entry.key, node });
  }
  return { kind: 'mapping', origin: over.origin, entries };
}

/** `secret` for `secret_file` and the other way round: the two keys under which one secret may be given. */
export const twinKey = (key: string): string =>
  key.endsWith('_file') ? key.slice(0, -'_file'.length) : `${key}_file`;

function childNode(node: ConfigNode, part: string | number): ConfigNode | undefined {
  if (node.kind === 'mapping') return node.entries.get(String(part))?.node;
  return node.kind === 'list' ? node.items[Number(part)] : undefined;
}
