import type { Dict } from '../../router/index.js';
import { InvalidProviderAnswer } from './provider-answer.js';

/**
 * What a provider says under a key that may be left out or null; undefined when it is. Throws {@link InvalidProviderAnswer} for anything
 * else than what it should be.
 */
export function optionalPart<Value>(
  answer: Dict,
  key: string,
  is: (value: unknown) => value is Value,
): Value | undefined {
  const value = answer[key] ?? undefined;
  if (value === undefined || is(value)) return value;
  throw new InvalidProviderAnswer(`${key} is of a wrong type`);
}

/** Whether a value is a string. */
export const isString = (value: unknown): value is string => typeof value === 'string';

/** Whether a value is a number. */
export const isNumber = (value: unknown): value is number => typeof value === 'number';
