import express, { type Request, type RequestHandler } from 'express';

/** Reads the body of a form, at most 4 KiB and ten fields. A body of any other type stays unread. */
export const parseForm: RequestHandler = express.urlencoded({
  extended: false,
  limit: '4kb',
  parameterLimit: 10,
});

/** The text of a form's field, once {@link parseForm} has run; undefined when it is missing or comes twice. */
export function readField(request: Request, name: string): string | undefined {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, name)) return undefined;
  const value: unknown = Reflect.get(body, name);
  return typeof value === 'string' ? value : undefined;
}
