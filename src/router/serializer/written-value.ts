/** Whether a dict's entry is written at all, as `JSON.stringify` has it. */
export const isWritten = (value: unknown): boolean =>
  value !== undefined && typeof value !== 'function' && typeof value !== 'symbol';

/** Whether an object, a Date for one, says itself what is written in its place. */
export const hasJsonForm = (value: object): value is { readonly toJSON: () => unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';
