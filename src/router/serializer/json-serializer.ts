import { headOf } from '../protocol/codec.js';
import { ProtocolViolation } from '../protocol/errors.js';
import { MAX_ID } from '../protocol/id.js';
import { MessageType, NO_DETAILS, type Dict, type RouterMessage } from '../protocol/message.js';
import { isDict } from '../protocol/options.js';
import type { PayloadFormat } from '../protocol/payload.js';
import { jsonCopy } from './json-copy.js';
import { copyHead, plainHeadLength } from './json-head.js';
import { readExactly } from './json-reader.js';
import { JsonScanner, skipSpace } from './json-scanner.js';
import { jsonText } from './json-writer.js';
import { KnownTexts } from './known-texts.js';
import { MessageDecoder, type ElementReader } from './message-decoder.js';
import { isWritten } from './written-value.js';
import {
  DEFAULT_SERIALIZER_LIMITS,
  type Headroom,
  type Serializer,
  type SerializerLimits,
} from './serializer.js';

const EMPTY_ARGS = Buffer.from('[]');
const COMMA = 0x2c;
const QUOTE = 0x22;
const ZERO = 0x30;
const NINE = 0x39;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_DICT = 0x7b;
const LAST_ASCII = 0x7f;

/**
 * Payloads as JSON text in UTF-8. `decode` is `JSON.parse`: strings stay strings, also those that stand for binary, and integers become
 * numbers. `decodeExactly` reads binary and exact integers out of them, for formats that have both.
 */
export const jsonFormat: PayloadFormat = {
  name: 'json',
  encode: (value) => {
    try {
      return Buffer.from(jsonText(value));
    } catch (error) {
      throw error instanceof RangeError
        ? new TypeError('nested too deeply', { cause: error })
        : error;
    }
  },
  copy: (value) => jsonCopy(value),
  decode: (bytes) => JSON.parse(bytes.toString()) as unknown,
  decodeExactly: (bytes) => readExactly(bytes.toString()),
};

/** WAMP messages as JSON (WAMP 2.2), payloads passed on as checked bytes. */
export function jsonSerializer(limits: SerializerLimits = DEFAULT_SERIALIZER_LIMITS): Serializer {
  const decoder = new MessageDecoder(new JsonScanner(limits), elements, limits);
  return {
    subprotocol: 'wamp.2.json',
    isBinary: false,
    format: jsonFormat,
    decode: (bytes) => decoder.decode(bytes),
    encode,
  };
}

const elements: ElementReader = {
  format: jsonFormat,
  valueAt: element,
  uriAt: uri,
  isList: (bytes, start) => bytes[start] === OPEN_LIST,
  isDict: (bytes, start) => bytes[start] === OPEN_DICT,
  isEmpty: (bytes, start, end) => skipSpace(bytes, start + 1) === end - 1,
};

const MOST_DIGITS = 15;

/** The value of an element of the head: most are short integers, `{}` or strings without escapes, and need no parser. */
function element(bytes: Buffer, start: number, end: number): unknown {
  const integer = end - start <= MOST_DIGITS ? shortInteger(bytes, start, end) : undefined;
  if (integer !== undefined) return integer;
  if (bytes[start] === OPEN_DICT && end - start === 2) return NO_DETAILS;
  if (bytes[start] === QUOTE) {
    const inside = bytes.toString('utf8', start + 1, end - 1);
    if (!inside.includes('\\')) return inside;
  }
  const text = bytes.toString('utf8', start, end);
  const value: unknown = JSON.parse(text);
  // 2^53 + 1 is read as 2^53: only the text tells them apart.
  if (value === MAX_ID && text !== String(MAX_ID)) {
    throw new ProtocolViolation('an id is out of range');
  }
  return value;
}

const knownUris = new KnownTexts();

/** The value of an element that should be a URI, which has no escapes either. */
function uri(bytes: Buffer, start: number, end: number): unknown {
  const inside = bytes[start] === QUOTE ? knownUris.read(bytes, start + 1, end - 1) : '\\';
  return inside.includes('\\') ? element(bytes, start, end) : inside;
}

/** The value of decimal digits; undefined for anything else. */
function shortInteger(bytes: Buffer, start: number, end: number): number | undefined {
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    if (!isDigit(byte)) return undefined;
    value = value * 10 + byte - ZERO;
  }
  return value;
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;

function encode(message: RouterMessage, headroom: Headroom): Buffer {
  const payload = 'payload' in message ? message.payload : undefined;
  const kwargs = payload?.kwargsIn(jsonFormat);
  const args = payload?.argsIn(jsonFormat) ?? (kwargs === undefined ? undefined : EMPTY_ARGS);
  const payloadBytes =
    (args === undefined ? 0 : args.length + 1) + (kwargs === undefined ? 0 : kwargs.length + 1);
  const bytes = withHead(message, headroom, payloadBytes);
  if (args === undefined) return bytes;
  // The head's closing bracket gives way to the comma before the payload.
  let at = append(bytes, bytes.length - payloadBytes - 1, args);
  if (kwargs !== undefined) at = append(bytes, at, kwargs);
  bytes[at] = CLOSE_LIST;
  return bytes;
}

/** Free bytes, the head, and room for `rest` bytes. */
function withHead(message: RouterMessage, headroom: Headroom, rest: number): Buffer {
  const length = plainHeadLength(message);
  if (length === 0) return withHeadText(headText(message), headroom, rest);
  const room = headroom(length + rest);
  const bytes = Buffer.allocUnsafe(room + length + rest);
  copyHead(length, bytes, room);
  return bytes;
}

/** Above it a native call is quicker than a loop. */
const SHORT_HEAD = 128;

/** Most heads are short and ASCII: for them a loop is quicker than a native call. */
function withHeadText(head: string, headroom: Headroom, rest: number): Buffer {
  if (head.length > SHORT_HEAD) return withLongHead(head, headroom, rest);
  const room = headroom(head.length + rest);
  const bytes = Buffer.allocUnsafe(room + head.length + rest);
  for (let index = 0; index < head.length; index += 1) {
    const code = head.charCodeAt(index);
    if (code > LAST_ASCII) {
      return withLongHead(head, headroom, rest);
    }
    bytes[room + index] = code;
  }
  return bytes;
}

function withLongHead(head: string, headroom: Headroom, rest: number): Buffer {
  const length = Buffer.byteLength(head) + rest;
  const room = headroom(length);
  const bytes = Buffer.allocUnsafe(room + length);
  bytes.write(head, room);
  return bytes;
}

/** The head as JSON text. Of the messages that are routed all the time it is put together here, as only their details need be looked into. */
function headText(message: RouterMessage): string {
  if (message.type === MessageType.Event) {
    const { subscription, publication, details } = message;
    return `[${MessageType.Event},${subscription},${publication},${jsonText(details)}]`;
  }
  if (message.type === MessageType.Invocation) {
    const { request, registration, details } = message;
    return `[${MessageType.Invocation},${request},${registration},${jsonText(details)}]`;
  }
  if (message.type === MessageType.Result) {
    return `[${MessageType.Result},${message.request},${jsonText(message.details)}]`;
  }
  if (message.type === MessageType.Welcome) {
    return `[${MessageType.Welcome},${message.session},${welcomeText(message.details)}]`;
  }
  return jsonText(headOf(message));
}

/** What a router announces in each WELCOME, by the dict that says it. */
const announced = new WeakMap<object, string>();

/** Most of WELCOME.Details says what the router can, to everybody in the same frozen dict: it is written once. */
function welcomeText(details: Dict): string {
  const { roles } = details;
  if (!isDict(roles) || !Object.isFrozen(roles)) return jsonText(details);
  let text = '{';
  for (const key in details) {
    const value = details[key];
    if (key !== 'roles' && isWritten(value)) text += `${JSON.stringify(key)}:${jsonText(value)},`;
  }
  return `${text}"roles":${announcedText(roles)}}`;
}

function announcedText(roles: Dict): string {
  const known = announced.get(roles);
  if (known !== undefined) return known;
  const text = jsonText(roles);
  announced.set(roles, text);
  return text;
}

function append(bytes: Buffer, at: number, part: Buffer): number {
  bytes[at] = COMMA;
  bytes.set(part, at + 1);
  return at + 1 + part.length;
}
