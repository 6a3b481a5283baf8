import { Uri, WampError } from '../protocol/errors.js';
import { isId } from '../protocol/id.js';
import type { Dict, List } from '../protocol/message.js';
import { isDict } from '../protocol/options.js';
import type { MatchPolicy } from '../protocol/uri.js';

// What a caller of a meta procedure sent is read here and nowhere else. All of these throw WampError `invalid_argument`; a null stands for
// an argument that is left out, as some clients write it.

/** The id at `index`. */
export function idAt(args: List, index: number): number {
  const id = args[index];
  if (!isId(id)) throw invalidArgument(`argument ${index + 1} is an id`);
  return id;
}

/** The string at `index`. */
export function textAt(args: List, index: number): string {
  const text = args[index];
  if (typeof text !== 'string') throw invalidArgument(`argument ${index + 1} is a string`);
  return text;
}

/** The list at `index`. */
export function listAt(args: List, index: number): List {
  const list = args[index];
  if (!Array.isArray(list)) throw invalidArgument(`argument ${index + 1} is a list`);
  return list;
}

/** The dict at `index`; empty when it is left out. */
export function dictAt(args: List, index: number): Dict {
  const dict = args[index] ?? {};
  if (!isDict(dict)) throw invalidArgument(`argument ${index + 1} is a dict`);
  return dict;
}

/** The strings at `index`; undefined when they are left out. */
export function textsAt(args: List, index: number): ReadonlySet<string> | undefined {
  if (args[index] === undefined || args[index] === null) return undefined;
  const texts = new Set<string>();
  for (const text of listAt(args, index)) {
    if (typeof text !== 'string') {
      throw invalidArgument(`argument ${index + 1} is a list of strings`);
    }
    texts.add(text);
  }
  return texts;
}

/** `match` of the options at `index`; `exact` when it is left out. */
export function matchAt(args: List, index: number): MatchPolicy {
  const match = dictAt(args, index)['match'] ?? 'exact';
  if (match !== 'exact' && match !== 'prefix' && match !== 'wildcard') {
    throw invalidArgument('match is one of exact, prefix, wildcard');
  }
  return match;
}

/** A string among the keyword arguments; undefined when it is left out. */
export function optionalText(kwargs: Dict, key: string): string | undefined {
  const text = kwargs[key] ?? undefined;
  if (text !== undefined && typeof text !== 'string') throw invalidArgument(`${key} is a string`);
  return text;
}

/** The refusal of an argument. */
export const invalidArgument = (explanation: string): WampError =>
  new WampError(Uri.invalidArgument, [explanation]);
