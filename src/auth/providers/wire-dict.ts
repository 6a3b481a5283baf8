import { isDict, type Dict } from '../../router/index.js';

/** A value from a provider as a dictionary, or undefined. PHP writes an empty map as `[]`, so that is one too. */
export function toDict(value: unknown): Dict | undefined {
  if (Array.isArray(value) && value.length === 0) return {};
  return isDict(value) ? value : undefined;
}
