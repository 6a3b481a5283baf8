import { headOf } from '../protocol/codec.js';
import { MessageType, NO_DETAILS, type Dict, type RouterMessage } from '../protocol/message.js';
import type { Payload, PayloadFormat } from '../protocol/payload.js';
import { ByteWriter } from './byte-writer.js';
import type { Headroom } from './serializer.js';
import { writeValue, type ValueWriter } from './value-writer.js';

/** What follows a head: how many elements, and their bytes. */
interface Rest {
  readonly parts: number;
  readonly length: number;
}
const NO_REST: Rest = { parts: 0, length: 0 };

/** Encodes messages in a binary format: the head by value, the payload as bytes. */
export class BinaryEncoder {
  readonly #format: PayloadFormat;
  readonly #writer: ValueWriter;
  readonly #emptyList: Buffer;
  readonly #head = new ByteWriter();

  constructor(format: PayloadFormat, writer: ValueWriter) {
    this.#format = format;
    this.#writer = writer;
    this.#emptyList = format.encode([]);
  }

  /** The bytes of a message, after room for whoever frames it. */
  encode(message: RouterMessage, headroom: Headroom): Buffer {
    const payload = 'payload' in message ? message.payload : undefined;
    const kwargs = payload?.kwargsIn(this.#format);
    if (kwargs === undefined) return this.#withArgs(message, payload, headroom);
    const args = payload?.argsIn(this.#format) ?? this.#emptyList;
    const bytes = this.#withHead(
      message,
      { parts: 2, length: args.length + kwargs.length },
      headroom,
    );
    bytes.set(args, bytes.length - kwargs.length - args.length);
    bytes.set(kwargs, bytes.length - kwargs.length);
    return bytes;
  }

  #withArgs(message: RouterMessage, payload: Payload | undefined, headroom: Headroom): Buffer {
    const args = payload?.argsIn(this.#format);
    if (args === undefined) return this.#withHead(message, NO_REST, headroom);
    const bytes = this.#withHead(message, { parts: 1, length: args.length }, headroom);
    bytes.set(args, bytes.length - args.length);
    return bytes;
  }

  /** Free bytes, the head, and room for the rest. */
  #withHead(message: RouterMessage, rest: Rest, headroom: Headroom): Buffer {
    this.#writeHead(message, rest.parts);
    const length = this.#head.length + rest.length;
    const room = headroom(length);
    const bytes = Buffer.allocUnsafe(room + length);
    this.#head.copyTo(bytes, room);
    return bytes;
  }

  /** Of the messages that are routed all the time the head is put together here, without a list of its elements. */
  #writeHead(message: RouterMessage, parts: number): void {
    const out = this.#head;
    out.clear();
    if (message.type === MessageType.Event) {
      this.#writeStart(message.type, 4 + parts);
      this.#writer.integer(out, message.subscription);
      this.#writer.integer(out, message.publication);
      this.#writeDict(message.details);
    } else if (message.type === MessageType.Invocation) {
      this.#writeStart(message.type, 4 + parts);
      this.#writer.integer(out, message.request);
      this.#writer.integer(out, message.registration);
      this.#writeDict(message.details);
    } else if (message.type === MessageType.Result) {
      this.#writeStart(message.type, 3 + parts);
      this.#writer.integer(out, message.request);
      this.#writeDict(message.details);
    } else {
      const head = headOf(message);
      this.#writer.listHeader(out, head.length + parts);
      for (const element of head) writeValue(out, element, this.#writer);
    }
  }

  #writeStart(type: number, count: number): void {
    this.#writer.listHeader(this.#head, count);
    this.#writer.integer(this.#head, type);
  }

  #writeDict(dict: Dict): void {
    if (dict === NO_DETAILS) this.#writer.dictHeader(this.#head, 0);
    else writeValue(this.#head, dict, this.#writer);
  }
}
