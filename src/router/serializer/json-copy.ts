import type { Dict } from '../protocol/payload.js';

/** Deeper values go the long way. */
const DEEPEST = 32;

/**
 * What reading a value's JSON text gives, without writing it, for lists and dicts of what JSON has; undefined for whatever else is in a
 * value: that has to be written and read.
 */
export function jsonCopy(value: unknown, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : undefined;
    case 'object':
      if (value === null) return null;
      if (depth > DEEPEST) return undefined;
      if (Array.isArray(value)) return copyList(value, depth);
      return Object.getPrototypeOf(value) === Object.prototype
        ? copyDict(value as Dict, depth)
        : undefined;
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      return undefined;
  }
}

function copyList(list: readonly unknown[], depth: number): unknown[] | undefined {
  const copy: unknown[] = [];
  for (const each of list) {
    const copied = jsonCopy(each, depth + 1);
    if (copied === undefined) return undefined;
    copy.push(copied);
  }
  return copy;
}

function copyDict(dict: Dict, depth: number): Dict | undefined {
  const copy: Record<string, unknown> = {};
  for (const key in dict) {
    const value = dict[key];
    // Not written at all.
    if (value === undefined) continue;
    const copied = jsonCopy(value, depth + 1);
    // Assigned, this key would be the copy's prototype.
    if (copied === undefined || key === '__proto__') return undefined;
    copy[key] = copied;
  }
  return copy;
}
