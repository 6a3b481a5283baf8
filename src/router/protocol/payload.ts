/** A dictionary from the wire: read it with brackets. */
export type Dict = Readonly<Record<string, unknown>>;
/** A list from the wire. */
export type List = readonly unknown[];

/**
 * How a serializer writes and reads the values of a payload. Values are null, booleans, numbers, strings, lists and plain dicts, and
 * where the format has them BigInts for integers beyond 2^53 and Uint8Arrays for binary.
 */
export interface PayloadFormat {
  /** `json`, `msgpack` or `cbor`: equal names mean that bytes can be passed on as they are. */
  readonly name: string;
  /** Throws TypeError for what the format cannot express; never for what a format has decoded. */
  encode(value: unknown): Buffer;
  /** What decoding a value's bytes gives, without encoding it; undefined where that is not known. */
  copy?(value: unknown): unknown;
  /** Fresh values at each call; the bytes were checked when they came in. */
  decode(bytes: Buffer): unknown;
  /** Like {@link decode}, with nothing lost on the way into another format (WAMP 15.4). */
  decodeExactly(bytes: Buffer): unknown;
}

/** The bytes of a payload in one format. */
interface Converted {
  readonly format: PayloadFormat;
  readonly args: Buffer | undefined;
  readonly kwargs: Buffer | undefined;
}

interface Values {
  readonly args: List;
  readonly kwargs: Dict;
}

/**
 * The application's part of a message, `Arguments|list` and `ArgumentsKw|dict`, as checked bytes of one format. It travels from
 * transport to transport undecoded; who really looks gets values of his own, so no two receivers share a mutable value.
 * Empty args and kwargs are left out, as WAMP 3.7 asks.
 */
export class Payload {
  readonly format: PayloadFormat;
  #args: Buffer | undefined;
  #kwargs: Buffer | undefined;
  /** What has not been encoded, as nobody has asked for bytes yet. */
  #values: Values | undefined;
  #conversions: readonly Converted[] | undefined;

  /** Takes bytes that are known to be a list and a dict of `format`; undefined stands for empty. */
  constructor(format: PayloadFormat, args: Buffer | undefined, kwargs: Buffer | undefined) {
    this.format = format;
    this.#args = args;
    this.#kwargs = kwargs;
  }

  /** Takes values as they are now. What cannot be sent throws at the caller's. */
  static of(format: PayloadFormat, args: List = [], kwargs: Dict = {}): Payload {
    const list = format.copy?.(args) as List | undefined;
    const dict = format.copy?.(kwargs) as Dict | undefined;
    if (list !== undefined && dict !== undefined) {
      const payload = new Payload(format, undefined, undefined);
      payload.#values = { args: list, kwargs: dict };
      return payload;
    }
    return new Payload(format, encodeList(format, args), encodeDict(format, kwargs));
  }

  /** The bytes of the arguments in this payload's own format; undefined when there are none. */
  get argsBytes(): Buffer | undefined {
    if (this.#values !== undefined) this.#encode(this.#values);
    return this.#args;
  }

  /** The bytes of the keyword arguments; undefined when there are none. */
  get kwargsBytes(): Buffer | undefined {
    if (this.#values !== undefined) this.#encode(this.#values);
    return this.#kwargs;
  }

  /** The bytes of the arguments in `format`: as they came where it is this payload's own, else converted once and kept. Never throws. */
  argsIn(format: PayloadFormat): Buffer | undefined {
    return format === this.format ? this.argsBytes : this.#in(format).args;
  }

  /** The bytes of the keyword arguments in `format`, like {@link argsIn}. */
  kwargsIn(format: PayloadFormat): Buffer | undefined {
    return format === this.format ? this.kwargsBytes : this.#in(format).kwargs;
  }

  /** The positional arguments, decoded anew at each call. */
  decodeArgs(): List {
    if (this.#values !== undefined) return this.format.copy?.(this.#values.args) as List;
    return this.#args === undefined ? [] : (this.format.decode(this.#args) as List);
  }

  /** The keyword arguments, decoded anew at each call. */
  decodeKwargs(): Dict {
    if (this.#values !== undefined) return this.format.copy?.(this.#values.kwargs) as Dict;
    return this.#kwargs === undefined ? {} : (this.format.decode(this.#kwargs) as Dict);
  }

  #encode({ args, kwargs }: Values): void {
    this.#args = encodeList(this.format, args);
    this.#kwargs = encodeDict(this.format, kwargs);
    this.#values = undefined;
  }

  #in(format: PayloadFormat): Converted {
    const kept = this.#conversions?.find((each) => each.format.name === format.name);
    if (kept !== undefined) return kept;
    const converted: Converted = {
      format,
      args: this.#convert(this.argsBytes, format),
      kwargs: this.#convert(this.kwargsBytes, format),
    };
    this.#conversions = [...(this.#conversions ?? []), converted];
    return converted;
  }

  #convert(bytes: Buffer | undefined, format: PayloadFormat): Buffer | undefined {
    if (bytes === undefined || format.name === this.format.name) return bytes;
    return format.encode(this.format.decodeExactly(bytes));
  }
}

const encodeList = (format: PayloadFormat, args: List): Buffer | undefined =>
  args.length > 0 ? format.encode(args) : undefined;

const encodeDict = (format: PayloadFormat, kwargs: Dict): Buffer | undefined =>
  Object.keys(kwargs).length > 0 ? format.encode(kwargs) : undefined;
