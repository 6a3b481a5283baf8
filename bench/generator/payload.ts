const DIGITS = 8;
const SUFFIX = '}]';
/** What an EVENT, an INVOCATION or a RESULT without kwargs ends with. */
const MESSAGE_TAIL = `${SUFFIX}]`;
const ZERO = 0x30;

/** The first number of every stream: all numbers up to 99,999,999 have eight digits. */
export const FIRST_SEQUENCE = 10_000_000;

/**
 * The arguments list of every benchmark message: one object in the form of a status event, exactly `bytes` long as JSON,
 * its last member a number of eight digits. So the number lies at a fixed distance from a message's end and is read
 * without decoding the message.
 */
export class Payload {
  readonly bytes: number;
  readonly #prefix: string;

  /** @param bytes at least 80 */
  constructor(bytes: number) {
    const head = '[{"user":"ryan","status":"available","message":"';
    const tail = '","version":';
    const padding = bytes - head.length - tail.length - DIGITS - SUFFIX.length;
    if (padding < 1) throw new RangeError(`a payload of ${bytes} bytes is too small`);
    this.bytes = bytes;
    this.#prefix = head + 'In a meeting. '.repeat(Math.ceil(padding / 14)).slice(0, padding) + tail;
  }

  /** The arguments as JSON text. */
  arguments(sequence: number): string {
    return `${this.#prefix}${sequence}${SUFFIX}`;
  }

  /** The number in a message that ends at `end` of `buffer`; NaN where there is none. */
  sequenceAt(buffer: Buffer, end: number): number {
    let at = end - MESSAGE_TAIL.length - DIGITS;
    let value = 0;
    for (let index = 0; index < DIGITS; index += 1, at += 1) {
      const digit = (buffer[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) return NaN;
      value = value * 10 + digit;
    }
    return value;
  }

  /** True when `value` is, decoded, just what `arguments(sequence)` says. */
  matches(value: unknown, sequence: number): boolean {
    return JSON.stringify(value) === this.arguments(sequence);
  }
}
