import { Encoded, Extension } from './wire/value.js';

/** Stands in an expected message for a part that the specification leaves to the router. */
export class Matcher {
  readonly description: string;
  readonly accepts: (value: unknown) => boolean;

  constructor(description: string, accepts: (value: unknown) => boolean) {
    this.description = description;
    this.accepts = accepts;
  }

  /** What a failure prints in its place. */
  toJSON(): string {
    return `<${this.description}>`;
  }
}

const MAX_ID = 2 ** 53;

/** Whether a value is an integer from 1 to 2^53 (WAMP 2.1.2). */
export const isId = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_ID;

/** Whether a value is a dictionary with strings as keys. */
export const isDict = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  ![Uint8Array, Map, Encoded, Extension].some((kind) => value instanceof kind);

/** Whether a value is a list. */
export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Whether a value is a URI by the loose rule of WAMP 2.1.1. */
export const isUri = (value: unknown): value is string =>
  typeof value === 'string' && /^([^\s.#]+\.)*([^\s.#]+)$/u.test(value);

/** Any id. */
export const anyId = new Matcher('id', isId);
/** Any number. */
export const anyNumber = new Matcher('number', (value) => typeof value === 'number');
/** Any dictionary. */
export const anyDict = new Matcher('dict', isDict);
/** Any URI. */
export const anyUri = new Matcher('uri', isUri);

/** A dictionary that has these entries and maybe others. */
export const dictWith = (entries: Readonly<Record<string, unknown>>): Matcher =>
  new Matcher(
    `dict with ${JSON.stringify(entries)}`,
    (value) =>
      isDict(value) && Object.entries(entries).every(([key, part]) => matches(part, value[key])),
  );

/** A dictionary without these keys. */
export const dictWithout = (...keys: readonly string[]): Matcher =>
  new Matcher(
    `dict without ${keys.join(', ')}`,
    (value) => isDict(value) && keys.every((key) => !Object.hasOwn(value, key)),
  );

/** One of several parts. */
export const oneOf = (...parts: readonly unknown[]): Matcher =>
  new Matcher(parts.map((part) => JSON.stringify(part)).join(' or '), (value) =>
    parts.some((part) => matches(part, value)),
  );

/** An ERROR of the router itself: it may explain itself in arguments of its own. */
export const error = (type: number, request: number, uri: unknown): Matcher =>
  withExplanation([8, type, request, anyDict, uri]);

/** An ABORT of the router, which may explain itself likewise. */
export const abort = (reason: unknown): Matcher => withExplanation([3, anyDict, reason]);

function withExplanation(head: readonly unknown[]): Matcher {
  return new Matcher(
    `${JSON.stringify(head).slice(0, -1)}, args?, kwargs?]`,
    (value) =>
      Array.isArray(value) &&
      matches(head, value.slice(0, head.length)) &&
      value.length <= head.length + 2 &&
      (value.length <= head.length || Array.isArray(value[head.length])) &&
      (value.length <= head.length + 1 || isDict(value[head.length + 1])),
  );
}

/** Whether `actual` equals `expected` throughout, matchers standing for what they accept. */
export function matches(expected: unknown, actual: unknown): boolean {
  if (expected instanceof Matcher) return expected.accepts(actual);
  if (isList(expected)) return isList(actual) && matchesList(expected, actual);
  if (isDict(expected)) return isDict(actual) && matchesDict(expected, actual);
  if (expected instanceof Uint8Array) return matchesBytes(expected, actual);
  if (expected instanceof Extension) return matchesExtension(expected, actual);
  return expected === actual || Object.is(expected, actual);
}

const matchesList = (expected: readonly unknown[], actual: readonly unknown[]): boolean =>
  actual.length === expected.length &&
  expected.every((part, index) => matches(part, actual[index]));

function matchesDict(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
): boolean {
  const keys = Object.keys(expected);
  return (
    Object.keys(actual).length === keys.length &&
    keys.every((key) => Object.hasOwn(actual, key) && matches(expected[key], actual[key]))
  );
}

const matchesBytes = (expected: Uint8Array, actual: unknown): boolean =>
  actual instanceof Uint8Array && Buffer.compare(expected, actual) === 0;

const matchesExtension = (expected: Extension, actual: unknown): boolean =>
  actual instanceof Extension &&
  expected.type === actual.type &&
  matches(expected.content, actual.content);
