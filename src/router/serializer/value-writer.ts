import { ByteWriter } from './byte-writer.js';
import { hasJsonForm, isWritten } from './written-value.js';

/** How a binary format writes each kind of value. */
export interface ValueWriter {
  readonly nothing: (out: ByteWriter) => void;
  readonly boolean: (out: ByteWriter, value: boolean) => void;
  /** An integer from -2^53 to 2^53. */
  readonly integer: (out: ByteWriter, value: number) => void;
  /** An integer beyond that. */
  readonly bigInteger: (out: ByteWriter, value: bigint) => void;
  readonly float: (out: ByteWriter, value: number) => void;
  /** What stands before a text, of so many bytes in UTF-8. */
  readonly textHeader: (out: ByteWriter, length: number) => void;
  readonly binaryHeader: (out: ByteWriter, length: number) => void;
  readonly listHeader: (out: ByteWriter, count: number) => void;
  readonly dictHeader: (out: ByteWriter, count: number) => void;
}

/** Largest integer, inclusive, up to which every number is exact. */
const LARGEST = 2 ** 53;

/**
 * Writes a value as `JSON.stringify` would take it: by its `toJSON` if it has one, without the undefined entries of dicts, with null
 * for an undefined element. What JSON lacks is written too: binary, and BigInts. Integers are never written as floats up to 2^53.
 */
export function writeValue(out: ByteWriter, value: unknown, writer: ValueWriter): void {
  switch (typeof value) {
    case 'string':
      out.text(value, writer.textHeader);
      return;
    case 'number':
      writeNumber(out, value, writer);
      return;
    case 'boolean':
      writer.boolean(out, value);
      return;
    case 'bigint':
      writeBigInt(out, value, writer);
      return;
    case 'object':
      if (value === null) writer.nothing(out);
      else writeObject(out, value, writer);
      return;
    case 'undefined':
    case 'function':
    case 'symbol':
      writer.nothing(out);
  }
}

/** The bytes of one value. Throws TypeError for one that contains itself. */
export function encodeValue(value: unknown, writer: ValueWriter): Buffer {
  const out = new ByteWriter();
  try {
    writeValue(out, value, writer);
  } catch (error) {
    throw error instanceof RangeError
      ? new TypeError('nested too deeply', { cause: error })
      : error;
  }
  return out.toBuffer();
}

function writeNumber(out: ByteWriter, value: number, writer: ValueWriter): void {
  const isInteger = Number.isInteger(value) && Math.abs(value) <= LARGEST && !Object.is(value, -0);
  if (isInteger) writer.integer(out, value);
  else writer.float(out, value);
}

function writeBigInt(out: ByteWriter, value: bigint, writer: ValueWriter): void {
  if (-LARGEST <= value && value <= LARGEST) writer.integer(out, Number(value));
  else writer.bigInteger(out, value);
}

function writeObject(out: ByteWriter, value: object, writer: ValueWriter): void {
  if (value instanceof Uint8Array) {
    writer.binaryHeader(out, value.length);
    out.bytes(value);
  } else if (Array.isArray(value)) {
    writer.listHeader(out, value.length);
    for (const each of value as readonly unknown[]) writeValue(out, each, writer);
  } else if (hasJsonForm(value)) {
    writeValue(out, value.toJSON(), writer);
  } else {
    const entries = Object.entries(value).filter(([, each]) => isWritten(each));
    writer.dictHeader(out, entries.length);
    for (const [key, each] of entries) {
      out.text(key, writer.textHeader);
      writeValue(out, each, writer);
    }
  }
}
