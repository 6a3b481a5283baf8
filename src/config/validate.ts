import { z } from 'zod';

import type { ConfigProblem } from './config-error.js';
import {
  findNode,
  originOf,
  plainValue,
  pointer,
  type ConfigNode,
  type ConfigPath,
  type MappingEntry,
} from './config-node.js';
import { childSchema, keysOf } from './schema-walk.js';
import { suggestion } from './suggestion.js';

// Whatever stands under these keys is never shown, right or wrong.
const SECRET_KEYS = new Set([
  'secret',
  'previous_secret',
  'private_key',
  'password',
  'url',
  'stored_key',
  'server_key',
]);

const EXPECTED_TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping',
  string: 'text',
};

/** What a part of the configuration says, or undefined and everything that is wrong with it. */
export interface Validated<T> {
  readonly value: T | undefined;
  readonly problems: readonly ConfigProblem[];
}

/** Checks the part of `root` at `path` against `schema`. */
export function validate<S extends z.ZodType>(
  schema: S,
  root: ConfigNode,
  path: ConfigPath = [],
): Validated<z.output<S>> {
  const node = findNode(root, path);
  const problems: ConfigProblem[] = [];
  const pruned = node && withoutUnknownKeys(schema, node, path, problems);
  const result = schema.safeParse(pruned && plainValue(pruned), { error: describeExpected });
  const said = new Set<string>();
  for (const issue of result.error?.issues ?? []) {
    const once = JSON.stringify([issue.path, issue.message]);
    // One value can fail several checks that say the same.
    if (said.has(once)) continue;
    said.add(once);
    const at = [
      ...path,
      ...issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
    ];
    problems.push(problem(root, at, issue.message));
  }
  return { value: problems.length === 0 ? result.data : undefined, problems };
}

/** The problem that something other than `expected` stands at `path`. */
export function problem(root: ConfigNode, path: ConfigPath, expected: string): ConfigProblem {
  return {
    origin: originOf(root, path),
    path: pointer(path),
    message: `expected ${expected}, found ${describeFound(findNode(root, path), path)}`,
  };
}

function withoutUnknownKeys(
  schema: z.ZodType,
  node: ConfigNode,
  path: ConfigPath,
  problems: ConfigProblem[],
): ConfigNode {
  if (node.kind === 'scalar') return node;
  const prune = (child: ConfigNode, key: string | number): ConfigNode => {
    const inner = childSchema(schema, key);
    return inner === undefined ? child : withoutUnknownKeys(inner, child, [...path, key], problems);
  };
  if (node.kind === 'list') return { ...node, items: node.items.map(prune) };
  const known = keysOf(schema);
  const entries = new Map<string, MappingEntry>();
  for (const [key, entry] of node.entries) {
    if (known.length === 0 || known.includes(key)) {
      entries.set(key, { key: entry.key, node: prune(entry.node, key) });
      continue;
    }
    const meant = suggestion(key, known);
    const hint = meant === undefined ? `known are ${known.join(', ')}` : `did you mean ${meant}?`;
    const message = `unknown key (${hint})`;
    // What looks like no key at all may be a piece of a secret that was not quoted.
    const shown = /^[\w-]{1,40}$/.test(key) ? key : '(not shown)';
    problems.push({ origin: entry.key, path: pointer([...path, shown]), message });
  }
  return { ...node, entries };
}

// For what the schema does not say in its own words.
const describeExpected: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === 'invalid_type') return EXPECTED_TYPES[issue.expected] ?? issue.expected;
  if (issue.code !== 'invalid_value') return 'another value';
  const values = issue.values.map(String).join(', ');
  return issue.values.length > 1 ? `one of ${values}` : values;
};

function describeFound(node: ConfigNode | undefined, path: ConfigPath): string {
  if (node === undefined) return 'nothing';
  if (node.kind === 'mapping') return 'a mapping';
  if (node.kind === 'list') return node.items.length === 0 ? 'an empty list' : 'a list';
  if (node.value === null) return 'nothing';
  if (SECRET_KEYS.has(String(path.at(-1)))) return 'something else (not shown)';
  const found = JSON.stringify(node.value);
  return found.length <= 80 ? found : `${found.slice(0, 77)}..."`;
}
