import { decode as decodeMsgpack, type DecoderOptions, ExtData } from '@msgpack/msgpack';
import { decode as decodeCbor, Simple, Tag } from 'cbor2';

const utf8 = new TextDecoder('utf8', { fatal: true, ignoreBOM: true });

/**
 * Keys are decoded strictly, and numbered: so the library lets `__proto__` pass, and of two equal keys the first one's value is not lost, which
 * must be fit to be accepted too.
 */
function newKeyDecoder(): NonNullable<DecoderOptions['keyDecoder']> {
  let keys = 0;
  return {
    canBeCached: () => true,
    decode: (bytes, start, length) => {
      keys += 1;
      return `${keys} ${utf8.decode(bytes.subarray(start, start + length))}`;
    },
  };
}

/** The entries of a dict of CBOR, those with equal keys among them. */
class Entries {
  readonly all: readonly (readonly [unknown, unknown])[];

  constructor(all: readonly (readonly [unknown, unknown])[]) {
    this.all = all;
  }
}

function stringKey(key: unknown): string {
  if (typeof key !== 'string') throw new TypeError('a key is a string');
  return key;
}

/** What MessagePack says the bytes are, judged by an independent library; throws when they are no message that may be accepted. */
export function readMsgpack(bytes: Buffer, depth: number): unknown[] {
  const options = { mapKeyConverter: stringKey, useBigInt64: true };
  const value = decodeMsgpack(bytes, { ...options, keyDecoder: newKeyDecoder() });
  const raw = { ...options, keyDecoder: newKeyDecoder(), rawStrings: true };
  checkTexts(value, decodeMsgpack(bytes, raw));
  return checked(value, depth);
}

/** Texts are decoded leniently, so the bytes that they were are looked at. */
function checkTexts(value: unknown, raw: unknown): void {
  if (typeof value === 'string') utf8.decode(raw as Uint8Array);
  if (Array.isArray(value)) {
    value.forEach((each, index) => {
      checkTexts(each, (raw as unknown[])[index]);
    });
  } else if (isPlain(value)) {
    for (const [key, each] of Object.entries(value)) checkTexts(each, (raw as Plain)[key]);
  }
}

/** What CBOR says the bytes are, judged by an independent library; throws when they are no message that may be accepted. */
export function readCbor(bytes: Buffer, depth: number): unknown[] {
  const value: unknown = decodeCbor(new Uint8Array(bytes), {
    ignoreGlobalTags: true,
    createObject: (entries) => new Entries(entries.map(([key, value]) => [key, value])),
    maxDepth: 1000,
  });
  const isMarked = value instanceof Tag && bytes.toString('hex', 0, 3) === 'd9d9f7';
  return checked(isMarked ? value.contents : value, depth);
}

function checked(value: unknown, depth: number): unknown[] {
  if (!Array.isArray(value)) throw new TypeError('a message is a list');
  checkValue(value, depth);
  return value;
}

type Plain = Readonly<Record<string, unknown>>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !(value instanceof Uint8Array);

/** What msgpackr writes for undefined, the one extension that is let through. */
const isUndefined = (value: unknown): boolean =>
  value instanceof ExtData &&
  value.type === 0 &&
  value.data instanceof Uint8Array &&
  value.data.length === 1 &&
  value.data[0] === 0;

function checkValue(value: unknown, depth: number): void {
  if (isUndefined(value)) return;
  const isForeign = value instanceof ExtData || value instanceof Date || value instanceof Simple;
  if (isForeign) throw new TypeError('no value of WAMP');
  if (!isPlain(value)) return;
  if (depth === 0) throw new TypeError('nested too deeply');
  if (value instanceof Tag) {
    checkTag(value, depth - 1);
    return;
  }
  for (const [key, each] of value instanceof Entries ? value.all : Object.entries(value)) {
    stringKey(key);
    checkValue(each, depth - 1);
  }
}

const tagRules = new Map<unknown, (contents: unknown) => boolean>([
  [0, (text) => new Date(String(text)).toISOString().slice(0, 19) === String(text).slice(0, 19)],
  [1, (seconds) => typeof seconds === 'number' && Math.abs(seconds) <= 253_402_300_799],
  [2, (digits) => digits instanceof Uint8Array && digits.length <= 128],
  [3, (digits) => digits instanceof Uint8Array && digits.length <= 128],
  [55799, () => true],
]);

function checkTag({ tag, contents }: Tag, depth: number): void {
  if (tagRules.get(tag)?.(contents) !== true) throw new TypeError('a tag that is not accepted');
  checkValue(contents, depth);
}
