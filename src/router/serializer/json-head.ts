import { MessageType, NO_DETAILS, type RouterMessage } from '../protocol/message.js';

const COMMA = 0x2c;
const ZERO = 0x30;
const OPEN_LIST = 0x5b;
const END = Buffer.from(',{}]');
/** Below it a division can be made in integers, which is quicker. */
const SMALL = 2 ** 31;

/** A head as it is put together, from its end: division gives the last digit first. Two ids of 16 digits leave room. */
const scratch = Buffer.alloc(48);
const END_AT = scratch.length - END.length;
END.copy(scratch, END_AT);

/**
 * The head of an EVENT, INVOCATION or RESULT without details, as JSON: they are routed all the time, and no string is made for them. Zero
 * for any other message, else the length of what {@link copyHead} copies until the next call.
 */
export function plainHeadLength(message: RouterMessage): number {
  let at: number;
  if (message.type === MessageType.Event) {
    if (message.details !== NO_DETAILS) return 0;
    at = idBefore(idBefore(END_AT, message.publication), message.subscription);
  } else if (message.type === MessageType.Invocation) {
    if (message.details !== NO_DETAILS) return 0;
    at = idBefore(idBefore(END_AT, message.registration), message.request);
  } else if (message.type === MessageType.Result) {
    if (message.details !== NO_DETAILS) return 0;
    at = idBefore(END_AT, message.request);
  } else {
    return 0;
  }
  at = digitsBefore(at, message.type) - 1;
  scratch[at] = OPEN_LIST;
  return scratch.length - at;
}

/** Copies the head of so many bytes that was put together last. A loop: so few bytes are copied before a native call would begin. */
export function copyHead(length: number, bytes: Buffer, start: number): void {
  const from = scratch.length - length;
  for (let index = 0; index < length; index += 1) bytes[start + index] = scratch[from + index] ?? 0;
}

/** Writes an id and the comma before it; gives the place where it begins. */
function idBefore(end: number, id: number): number {
  const at = digitsBefore(end, id) - 1;
  scratch[at] = COMMA;
  return at;
}

function digitsBefore(end: number, integer: number): number {
  let at = end;
  let rest = integer;
  while (rest >= SMALL) {
    const tenth = Math.floor(rest / 10);
    at -= 1;
    // The brackets: a sum with the whole of it may be beyond 2^53.
    scratch[at] = ZERO + (rest - tenth * 10);
    rest = tenth;
  }
  do {
    const tenth = (rest / 10) | 0;
    at -= 1;
    scratch[at] = ZERO + (rest - tenth * 10);
    rest = tenth;
  } while (rest > 0);
  return at;
}
