import { isDeepStrictEqual } from 'node:util';
import type { SerializerName } from './peer.js';

const DIGITS = 8;
/** What an EVENT, an INVOCATION or a RESULT without kwargs ends with. */
const JSON_TAIL = ']]';
const ZERO = 0x30;
const USER = 'ryan';
const STATUS = 'available';

/** The first number of every stream: all numbers up to 99,999,999 have eight digits. */
export const FIRST_SEQUENCE = 10_000_000;

/**
 * The arguments list of every benchmark message, exactly `bytes` long as JSON: an object in the form of a status event, and
 * a number of eight digits. The number comes last, so it lies at a fixed distance from a message's end, whatever a router
 * does to the order of the object's members, and is read without decoding the message.
 */
export class Payload {
  readonly bytes: number;
  readonly #status: { readonly user: string; readonly status: string; readonly message: string };
  readonly #prefix: string;

  /** @param bytes at least 70 */
  constructor(bytes: number) {
    const padding = bytes - lengthWith('') - DIGITS;
    if (padding < 1) throw new RangeError(`a payload of ${bytes} bytes is too small`);
    const message = 'In a meeting. '.repeat(Math.ceil(padding / 14)).slice(0, padding);
    this.bytes = bytes;
    this.#status = { user: USER, status: STATUS, message };
    this.#prefix = `[${JSON.stringify(this.#status)},`;
  }

  /** The arguments as JSON text. */
  arguments(sequence: number): string {
    return `${this.#prefix}${sequence}]`;
  }

  /** True when `value` is, decoded, just what `arguments(sequence)` says; members may have changed places. */
  matches(value: unknown, sequence: number): boolean {
    return isDeepStrictEqual(value, [this.#status, sequence]);
  }
}

function lengthWith(message: string): number {
  return JSON.stringify([{ user: USER, status: STATUS, message }]).length + 1;
}

/** The number in a message that ends at `end` of `buffer`; NaN where there is none. */
export type SequenceReader = (buffer: Buffer, end: number) => number;

/** Reads the number out of a message of JSON. */
export const sequenceInJson: SequenceReader = (buffer, end) => {
  let at = end - JSON_TAIL.length - DIGITS;
  let value = 0;
  for (let index = 0; index < DIGITS; index += 1, at += 1) {
    const digit = (buffer[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
};

// The number needs four bytes in both. As int32 it has them too, which is what some routers make of it.
const MSGPACK_UINT32 = 0xce;
const MSGPACK_INT32 = 0xd2;
const CBOR_UINT32 = 0x1a;

const READERS: Readonly<Record<SerializerName, SequenceReader>> = {
  json: sequenceInJson,
  msgpack: (buffer, end) => {
    const head = buffer[end - 5];
    return head === MSGPACK_UINT32 || head === MSGPACK_INT32 ? buffer.readUInt32BE(end - 4) : NaN;
  },
  cbor: (buffer, end) => (buffer[end - 5] === CBOR_UINT32 ? buffer.readUInt32BE(end - 4) : NaN),
};

/** How the number is read out of messages of that serializer. */
export function sequenceReaderOf(serializer: SerializerName): SequenceReader {
  return READERS[serializer];
}
