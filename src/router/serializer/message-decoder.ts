import { parseMessage, payloadIndex } from '../protocol/codec.js';
import { ProtocolViolation } from '../protocol/errors.js';
import type { ClientMessage } from '../protocol/message.js';
import { Payload, type PayloadFormat } from '../protocol/payload.js';
import type { SerializerLimits } from './serializer.js';

/** Finds the elements of a message's list without building a value, and checks all of it: grammar, UTF-8, depth and keys. */
export interface Scanner {
  /** Takes in one message and gives the number of its elements. Throws ProtocolViolation. */
  scan(bytes: Buffer): number;
  /** Where element `index` of the list begins; known of the first seven, as no message of WAMP has more. */
  startOf(index: number): number;
  /** Where element `index` ends, exclusive. */
  endOf(index: number): number;
}

/** How the elements of a message that a scanner has passed are read. */
export interface ElementReader {
  readonly format: PayloadFormat;
  /** The value of an element of the head. Throws ProtocolViolation. */
  readonly valueAt: (bytes: Buffer, start: number, end: number) => unknown;
  /** The same of one that should be a URI, where there is a quicker way to read those. */
  readonly uriAt?: (bytes: Buffer, start: number, end: number) => unknown;
  readonly isList: (bytes: Buffer, start: number) => boolean;
  readonly isDict: (bytes: Buffer, start: number) => boolean;
  /** Whether a list or dict has nothing in it. */
  readonly isEmpty: (bytes: Buffer, start: number, end: number) => boolean;
}

/** From here on the texts in the head of a message are URIs, and nothing secret. */
const FIRST_URI = 3;

/** Decodes messages of a format: the head's elements by value, the payload as the bytes that the scanner has checked. */
export class MessageDecoder {
  readonly #scanner: Scanner;
  readonly #reader: ElementReader;
  readonly #valueAt: ElementReader['valueAt'];
  readonly #uriAt: ElementReader['valueAt'];
  readonly #isLenient: boolean;

  constructor(scanner: Scanner, reader: ElementReader, limits: SerializerLimits) {
    this.#scanner = scanner;
    this.#reader = reader;
    this.#valueAt = reader.valueAt;
    this.#uriAt = reader.uriAt ?? reader.valueAt;
    this.#isLenient = limits.isLenient ?? false;
  }

  /** Throws ProtocolViolation. */
  decode(bytes: Buffer): ClientMessage {
    const count = this.#scanner.scan(bytes);
    if (count === 0) throw new ProtocolViolation('an empty message');
    const type = this.#value(bytes, 0);
    const headLength = Math.min(payloadIndex(type), count);
    // Not pushed one by one: a list that grows takes room for many more.
    const head = new Array<unknown>(headLength);
    head[0] = type;
    for (let index = 1; index < headLength; index += 1) head[index] = this.#value(bytes, index);
    const args = headLength < count ? this.#args(bytes, headLength) : undefined;
    const kwargs = headLength + 1 < count ? this.#kwargs(bytes, headLength + 1) : undefined;
    const payload = new Payload(this.#reader.format, args, kwargs);
    return parseMessage(type, head, { payload, count, isLenient: this.#isLenient });
  }

  #value(bytes: Buffer, index: number): unknown {
    const start = this.#scanner.startOf(index);
    const end = this.#scanner.endOf(index);
    return index < FIRST_URI ? this.#valueAt(bytes, start, end) : this.#uriAt(bytes, start, end);
  }

  #args(bytes: Buffer, index: number): Buffer | undefined {
    const start = this.#scanner.startOf(index);
    if (this.#reader.isList(bytes, start)) return this.#unlessEmpty(bytes, index);
    if (this.#isLenientlyNothing(bytes, index)) return undefined;
    throw new ProtocolViolation('Arguments is a list');
  }

  #kwargs(bytes: Buffer, index: number): Buffer | undefined {
    const start = this.#scanner.startOf(index);
    if (this.#reader.isDict(bytes, start)) return this.#unlessEmpty(bytes, index);
    if (this.#isLenientlyNothing(bytes, index)) return undefined;
    throw new ProtocolViolation('ArgumentsKw is a dict');
  }

  /** Whether arguments are what a lenient listener takes for none: PHP's empty list for an empty dict, or a null, as Nexus' client writes them. */
  #isLenientlyNothing(bytes: Buffer, index: number): boolean {
    if (!this.#isLenient) return false;
    const start = this.#scanner.startOf(index);
    return this.#reader.isList(bytes, start)
      ? this.#unlessEmpty(bytes, index) === undefined
      : this.#valueAt(bytes, start, this.#scanner.endOf(index)) === null;
  }

  #unlessEmpty(bytes: Buffer, index: number): Buffer | undefined {
    const start = this.#scanner.startOf(index);
    const end = this.#scanner.endOf(index);
    return this.#reader.isEmpty(bytes, start, end) ? undefined : bytes.subarray(start, end);
  }
}
