/** A value that is encoded already: with it a case writes what no encoder would. In a message received: what an encoder should not have written. */
export class Encoded {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** What a failure prints in its place. */
  toJSON(): string {
    return `<encoded ${this.bytes.toString('hex')}>`;
  }
}

/** A value that is encoded as these bytes, in hexadecimal; spaces are for the reader. */
export const encoded = (hex: string): Encoded =>
  new Encoded(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** An extension of MessagePack or a tag of CBOR, as received. */
export class Extension {
  readonly type: number;
  readonly content: unknown;

  constructor(type: number, content: unknown) {
    this.type = type;
    this.content = content;
  }
}

/** A value for the reader of a failure: like JSON, but it shows bytes, big integers and numbers that JSON has not. */
export function tell(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, part: unknown) => toTold(part));
}

function toTold(part: unknown): unknown {
  if (part instanceof Uint8Array) return `<bytes ${Buffer.from(part).toString('hex')}>`;
  if (part instanceof Map)
    return { '<map>': Array.from(part, ([key, value]: readonly unknown[]) => [key, value]) };
  if (typeof part === 'bigint') return `<integer ${part}>`;
  if (typeof part === 'number' && !Number.isFinite(part)) return `<${part}>`;
  return part;
}
