import { z } from 'zod';

/** The schema inside what only makes it optional, nullable, defaulted or transformed. */
export function innerSchema(schema: z.ZodType): z.ZodType {
  let inner: unknown = schema;
  for (;;) {
    if (inner instanceof z.ZodPipe) inner = inner.in;
    else if (isWrapper(inner)) inner = inner.unwrap();
    else return inner instanceof z.ZodType ? inner : schema;
  }
}

/** The keys that a mapping of this schema may have; none if it is no mapping. */
export function keysOf(schema: z.ZodType): readonly string[] {
  const inner = innerSchema(schema);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The schema of one key of a mapping, or of the items of a list; undefined if there is no such key. */
export function childSchema(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  const inner = innerSchema(schema);
  let child: unknown;
  if (inner instanceof z.ZodArray) child = inner.element;
  else if (inner instanceof z.ZodObject && Object.hasOwn(inner.shape, key)) {
    child = Object.getOwnPropertyDescriptor(inner.shape, key)?.value;
  }
  return child instanceof z.ZodType ? child : undefined;
}

/** Whether values of this schema are written as text, and so are taken from the environment without being parsed. */
export function isText(schema: z.ZodType): boolean {
  const inner = innerSchema(schema);
  return (
    inner instanceof z.ZodString || inner instanceof z.ZodEnum || inner instanceof z.ZodLiteral
  );
}

/** Whether the key may be set to nothing. */
export const isNullable = (schema: z.ZodType): boolean => schema instanceof z.ZodNullable;

/** Every key of the schema that has no keys of its own, as `auth.jwt.keys[].kid`. */
export function leafKeys(schema: z.ZodType, path = ''): readonly string[] {
  const inner = innerSchema(schema);
  if (inner instanceof z.ZodArray) {
    const element = childSchema(inner, 0);
    if (element !== undefined && keysOf(element).length > 0) return leafKeys(element, `${path}[]`);
  }
  const keys = keysOf(schema);
  if (keys.length === 0) return [path];
  return keys.flatMap((key) => {
    const child = childSchema(schema, key);
    return child === undefined ? [] : leafKeys(child, path === '' ? key : `${path}.${key}`);
  });
}

function isWrapper(schema: unknown): schema is { unwrap: () => unknown } {
  return (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  );
}
