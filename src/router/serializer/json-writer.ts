import type { Dict } from '../protocol/message.js';
import { isDict } from '../protocol/options.js';
import { hasJsonForm, isWritten } from './written-value.js';

/** What begins a string that stands for binary (WAMP 15.4). */
export const BINARY_MARK = '\u0000';

/**
 * A value as JSON text, as `JSON.stringify` writes it, and besides it binary as U+0000 and base64 (WAMP 15.4) and BigInts as their
 * digits. NaN and the infinities become null. Throws RangeError for a value that contains itself.
 */
export function jsonText(value: unknown): string {
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

/** A dict as JSON text, like {@link jsonText}: details, mostly. */
export const dictText = (dict: Dict): string =>
  isFlat(dict) ? JSON.stringify(dict) : objectText(dict);

function numberText(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : 'null';
}

function objectText(value: object): string {
  if (value instanceof Uint8Array) return `"\\u0000${base64Of(value)}"`;
  if (Array.isArray(value)) return listText(value);
  if (isDict(value) && isFlat(value)) return JSON.stringify(value);
  if (hasJsonForm(value)) return jsonText(value.toJSON());
  let text = '';
  for (const [key, each] of Object.entries(value)) {
    if (!isWritten(each)) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${jsonText(each)}`;
  }
  return `{${text}}`;
}

/** Whether a dict's values are such as `JSON.stringify` writes as we do, and quicker: most details are. */
function isFlat(dict: Dict): boolean {
  for (const key in dict) {
    const each = dict[key];
    const isPlain = typeof each === 'string' || typeof each === 'boolean' || each === null;
    if (!isPlain && (typeof each !== 'number' || Object.is(each, -0))) return false;
  }
  return true;
}

function listText(list: readonly unknown[]): string {
  let text = '';
  for (const each of list) text += `${text === '' ? '' : ','}${jsonText(each)}`;
  return `[${text}]`;
}

const base64Of = ({ buffer, byteOffset, byteLength }: Uint8Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('base64');
