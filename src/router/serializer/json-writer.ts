import { hasJsonForm, isWritten } from './written-value.js';

/** What begins a string that stands for binary (WAMP 15.4). */
export const BINARY_MARK = '\u0000';

/**
 * A value as JSON text, as `JSON.stringify` writes it, and besides it binary as U+0000 and base64 (WAMP 15.4) and BigInts as their
 * digits. NaN and the infinities become null. Throws RangeError for a value that contains itself.
 */
export const jsonText = (value: unknown): string =>
  typeof value === 'object' && isPlain(value) ? JSON.stringify(value) : textOf(value);

/** Whether `JSON.stringify` writes a value as we do, which is most of them: to look first and let it write takes a third of the time. */
function isPlain(value: unknown): boolean {
  if (typeof value === 'number') return !Object.is(value, -0);
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint';
  if (Array.isArray(value)) return value.every(isPlain);
  if (value instanceof Uint8Array || hasJsonForm(value)) return false;
  for (const each in value) if (!isPlain(value[each as keyof typeof value])) return false;
  return true;
}

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      return numberText(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? 'null' : objectText(value);
    case 'undefined':
    case 'function':
    case 'symbol':
      return 'null';
  }
}

function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : 'null';
}

function objectText(value: object): string {
  if (value instanceof Uint8Array) return `"\\u0000${base64Of(value)}"`;
  if (Array.isArray(value)) return listText(value);
  if (hasJsonForm(value)) return textOf(value.toJSON());
  let text = '';
  for (const [key, each] of Object.entries(value)) {
    if (!isWritten(each)) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${textOf(each)}`;
  }
  return `{${text}}`;
}

function listText(list: readonly unknown[]): string {
  let text = '';
  for (const each of list) text += `${text === '' ? '' : ','}${textOf(each)}`;
  return `[${text}]`;
}

const base64Of = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
