import type { Dict } from '../router/index.js';

/** Whether a value is a dictionary: an object that is no list. */
export const isDict = (value: unknown): value is Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value from a provider as a dictionary, or undefined. PHP writes an empty map as `[]` (peers.md 3.5), so that is one too. */
export function toDict(value: unknown): Dict | undefined {
  if (Array.isArray(value) && value.length === 0) return {};
  return isDict(value) ? value : undefined;
}
