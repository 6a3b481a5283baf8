import type { z } from 'zod';

import type { ConfigProblem, Origin } from './config-error.js';
import {
  overlay,
  pointer,
  twinKey,
  type ConfigNode,
  type ConfigPath,
  type MappingEntry,
} from './config-node.js';
import { childSchema, isNullable, isText, keysOf } from './schema-walk.js';
import { suggestion } from './suggestion.js';
import { parseYaml } from './yaml-document.js';

/** Environment variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'EXPRESSWAY_';

/** The variable that sets the key at `path`: `EXPRESSWAY_PUBLIC__PORT` for `public`, `port`. */
export const variableName = (path: ConfigPath): string =>
  PREFIX + path.map((part) => String(part).toUpperCase()).join('__');

/** The configuration with the environment laid over it. */
export interface EnvironmentOverlay {
  readonly node: ConfigNode;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Lays the variables `EXPRESSWAY_SECTION__KEY` over `root`. Items of lists are named by index. Text is taken as it is, anything
 * else is parsed as YAML; an empty variable sets a key that may be nothing to nothing. Variables of that prefix that name no
 * section and have no `__` belong to other programs; any other unknown name is a problem.
 */
export function overlayEnvironment(
  schema: z.ZodType,
  root: ConfigNode,
  environment: Environment,
): EnvironmentOverlay {
  const problems: ConfigProblem[] = [];
  let node = root;
  for (const [variable, text] of settings(schema, environment)) {
    const origin = { variable };
    const path = variable.slice(PREFIX.length).toLowerCase().split('__').map(part);
    const target = targetSchema(schema, path);
    if (typeof target === 'string') {
      problems.push({ origin, path: '', message: target });
      continue;
    }
    const parsed = parseValue(target, text, origin);
    problems.push(...parsed.problems.map((found) => ({ ...found, path: pointer(path) })));
    if (parsed.node === undefined) continue;
    const assigned = assign(node, path, parsed.node);
    if (typeof assigned === 'string')
      problems.push({ origin, path: pointer(path), message: assigned });
    else node = assigned;
  }
  return { node, problems };
}

// A section before its keys, and item 2 before item 10.
const byName = new Intl.Collator('en', { numeric: true });

function settings(schema: z.ZodType, environment: Environment): (readonly [string, string])[] {
  const sections = keysOf(schema);
  const found: (readonly [string, string])[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(PREFIX) || text === undefined) continue;
    const rest = name.slice(PREFIX.length);
    if (rest.includes('__') || sections.includes(rest.toLowerCase())) found.push([name, text]);
  }
  return found.sort(([a], [b]) => byName.compare(a, b));
}

const part = (text: string): string | number => (/^\d{1,6}$/.test(text) ? Number(text) : text);

/** The schema at `path`, or why there is none. */
function targetSchema(schema: z.ZodType, path: ConfigPath): z.ZodType | string {
  let target = schema;
  for (const [depth, key] of path.entries()) {
    const child = childSchema(target, key);
    if (child === undefined) {
      const meant = suggestion(String(key), keysOf(target));
      const instead = meant === undefined ? '' : variableName([...path.slice(0, depth), meant]);
      return `unknown variable${instead === '' ? '' : ` (did you mean ${instead}?)`}`;
    }
    target = child;
  }
  return target;
}

function parseValue(schema: z.ZodType, text: string, origin: Origin) {
  if (text === '' && isNullable(schema)) return scalar(null, origin);
  return isText(schema) ? scalar(text, origin) : parseYaml(text, () => origin);
}

const scalar = (value: string | null, origin: Origin) => ({
  node: { kind: 'scalar', origin, value } as const,
  problems: [],
});

/** `root` with `value` at `path`, or why it cannot stand there. */
function assign(root: ConfigNode, path: ConfigPath, value: ConfigNode): ConfigNode | string {
  const [key, ...rest] = path;
  if (key === undefined) return overlay(root, value);
  if (typeof key === 'number') return assignItem(root, key, rest, value);
  const entries = new Map(root.kind === 'mapping' ? root.entries : []);
  const below = entries.get(key)?.node ?? emptyNode(rest[0], value.origin);
  const node = assign(below, rest, value);
  if (typeof node === 'string') return node;
  if (!isFromEnvironment(entries.get(twinKey(key)))) entries.delete(twinKey(key));
  entries.set(key, { key: value.origin, node });
  return { kind: 'mapping', origin: root.origin, entries };
}

function assignItem(
  root: ConfigNode,
  index: number,
  rest: ConfigPath,
  value: ConfigNode,
): ConfigNode | string {
  const items = root.kind === 'list' ? [...root.items] : [];
  if (index > items.length) {
    return `expected the index of one of ${items.length} items or ${items.length} for a new one, found ${index}`;
  }
  const item = assign(items[index] ?? emptyNode(rest[0], value.origin), rest, value);
  if (typeof item === 'string') return item;
  items[index] = item;
  return { kind: 'list', origin: root.origin, items };
}

function emptyNode(next: string | number | undefined, origin: Origin): ConfigNode {
  if (next === undefined) return { kind: 'scalar', origin, value: null };
  if (typeof next === 'number') return { kind: 'list', origin, items: [] };
  return { kind: 'mapping', origin, entries: new Map() };
}

const isFromEnvironment = (entry: MappingEntry | undefined): boolean =>
  entry !== undefined && 'variable' in entry.key;
