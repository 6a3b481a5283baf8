import type { Dict } from '../protocol/message.js';
import type { Payload } from '../protocol/payload.js';

const NUMBER_BYTES = 8;
const CHARACTER_BYTES = 2;

/** Bytes of a payload. */
export const payloadBytes = ({ argsBytes, kwargsBytes }: Payload): number =>
  (argsBytes?.length ?? 0) + (kwargsBytes?.length ?? 0);

/** What the texts and lists of a dict take in memory, about. */
export function dictBytes(dict: Dict): number {
  let bytes = 0;
  for (const key in dict) {
    const value = dict[key];
    if (!Array.isArray(value)) bytes += valueBytes(value);
    else for (const each of value) bytes += valueBytes(each);
  }
  return bytes;
}

const valueBytes = (value: unknown): number =>
  typeof value === 'string' ? value.length * CHARACTER_BYTES : NUMBER_BYTES;
