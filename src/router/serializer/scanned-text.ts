import { isUtf8 } from 'node:buffer';
import { ProtocolViolation } from '../protocol/errors.js';

/** Up to this length a loop is quicker than a native call. */
const SHORT = 48;
const LAST_ASCII = 0x7f;

/** Checks that a text of a binary message lies within it and is UTF-8; gives `end`. Throws ProtocolViolation. */
export function checkText(bytes: Buffer, start: number, end: number): number {
  checkEnd(bytes, end);
  if (end - start <= SHORT && isAscii(bytes, start, end)) return end;
  if (!isUtf8(bytes.subarray(start, end))) throw new ProtocolViolation('a text is not valid UTF-8');
  return end;
}

/** Gives `end`, or throws ProtocolViolation when the message is shorter. */
export function checkEnd(bytes: Buffer, end: number): number {
  if (end > bytes.length) throw new ProtocolViolation('the message ends too early');
  return end;
}

function isAscii(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if ((bytes[at] ?? 0) > LAST_ASCII) return false;
  }
  return true;
}
