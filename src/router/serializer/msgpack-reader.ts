import { exactInteger } from './exact-integer.js';
import { setEntry } from './plain-dict.js';

/**
 * Reads values from MessagePack that a {@link MsgpackScanner} has passed. Integers beyond 2^53 become BigInts, binary becomes
 * Uint8Arrays that share nothing with the message. What is undefined is left out of dicts, and null in lists, as in JSON.
 */
export class MsgpackReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** The value that begins at `start`. */
  read(bytes: Buffer, start = 0): unknown {
    this.#bytes = bytes;
    this.#at = start;
    return this.#value() ?? null;
  }

  #value(): unknown {
    const byte = this.#uint8();
    if (byte < 0x80) return byte;
    if (byte >= 0xe0) return byte - 0x100;
    if (byte < 0x90) return this.#dict(byte & 0x0f);
    if (byte < 0xa0) return this.#list(byte & 0x0f);
    if (byte < 0xc0) return this.#text(byte & 0x1f);
    if (byte >= 0xca && byte < 0xd4) return this.#number(byte);
    return this.#sized(byte);
  }

  #number(byte: number): unknown {
    const start = this.#at;
    const bytes = this.#bytes;
    // From 0xcc to 0xcf and from 0xd0 to 0xd3 the sizes are 1, 2, 4, 8.
    this.#at += byte < 0xcc ? 4 * (byte - 0xc9) : 1 << (byte & 3);
    switch (byte) {
      case 0xca:
        return bytes.readFloatBE(start);
      case 0xcb:
        return bytes.readDoubleBE(start);
      case 0xcc:
        return bytes[start];
      case 0xcd:
        return bytes.readUInt16BE(start);
      case 0xce:
        return bytes.readUInt32BE(start);
      case 0xcf:
        return uint64(bytes, start);
      case 0xd0:
        return bytes.readInt8(start);
      case 0xd1:
        return bytes.readInt16BE(start);
      case 0xd2:
        return bytes.readInt32BE(start);
      default:
        return int64(bytes, start);
    }
  }

  #sized(byte: number): unknown {
    switch (byte) {
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
        return this.#binary(this.#uint8());
      case 0xc5:
        return this.#binary(this.#uint16());
      case 0xc6:
        return this.#binary(this.#uint32());
      case 0xd4:
        this.#at += 2;
        return undefined;
      case 0xd9:
        return this.#text(this.#uint8());
      case 0xda:
        return this.#text(this.#uint16());
      case 0xdb:
        return this.#text(this.#uint32());
      case 0xdc:
        return this.#list(this.#uint16());
      case 0xdd:
        return this.#list(this.#uint32());
      case 0xde:
        return this.#dict(this.#uint16());
      case 0xdf:
        return this.#dict(this.#uint32());
      default:
        return null;
    }
  }

  #text(length: number): string {
    const start = this.#at;
    this.#at += length;
    return this.#bytes.toString('utf8', start, this.#at);
  }

  #binary(length: number): Uint8Array {
    const start = this.#at;
    this.#at += length;
    return Buffer.from(this.#bytes.subarray(start, this.#at));
  }

  #list(count: number): unknown[] {
    const list: unknown[] = [];
    for (let index = 0; index < count; index += 1) list.push(this.#value() ?? null);
    return list;
  }

  #dict(count: number): object {
    const dict: Record<string, unknown> = {};
    for (let index = 0; index < count; index += 1) {
      const key = String(this.#value());
      const value = this.#value();
      // Of two equal keys the last one counts, also where it says nothing.
      if (value === undefined) Reflect.deleteProperty(dict, key);
      else setEntry(dict, key, value);
    }
    return dict;
  }

  #uint8(): number {
    const value = this.#bytes[this.#at] ?? 0;
    this.#at += 1;
    return value;
  }

  #uint16(): number {
    const high = this.#uint8();
    return high * 2 ** 8 + this.#uint8();
  }

  #uint32(): number {
    const high = this.#uint16();
    return high * 2 ** 16 + this.#uint16();
  }
}

function uint64(bytes: Buffer, at: number): number | bigint {
  const value = bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  return Number.isSafeInteger(value) ? value : exactInteger(bytes.readBigUInt64BE(at));
}

function int64(bytes: Buffer, at: number): number | bigint {
  const value = bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
  return Number.isSafeInteger(value) ? value : exactInteger(bytes.readBigInt64BE(at));
}
