import { headOf, parseMessage, payloadIndex } from '../protocol/codec.js';
import { ProtocolViolation } from '../protocol/errors.js';
import { MAX_ID } from '../protocol/id.js';
import type { ClientMessage, RouterMessage } from '../protocol/message.js';
import { Payload, type PayloadFormat } from '../protocol/payload.js';
import { JsonScanner } from './json-scanner.js';
import { DEFAULT_SERIALIZER_LIMITS, type Serializer, type SerializerLimits } from './serializer.js';

const EMPTY_ARGS = Buffer.from('[]');
const COMMA = 0x2c;
const CLOSE_LIST = 0x5d;

/** Payloads as JSON text in UTF-8. */
export const jsonFormat: PayloadFormat = {
  name: 'json',
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse(bytes.toString()) as unknown,
};

/** WAMP messages as JSON (WAMP 2.2), payloads passed on as checked bytes. */
export function jsonSerializer(limits: SerializerLimits = DEFAULT_SERIALIZER_LIMITS): Serializer {
  const scanner = new JsonScanner(limits);
  return {
    subprotocol: 'wamp.2.json',
    isBinary: false,
    format: jsonFormat,
    decode: (bytes) => decode(bytes, scanner),
    encode,
  };
}

function decode(bytes: Buffer, scanner: JsonScanner): ClientMessage {
  const count = scanner.scan(bytes);
  if (count === 0) throw new ProtocolViolation('an empty message');
  const type: unknown = JSON.parse(bytes.toString('latin1', scanner.startOf(0), scanner.endOf(0)));
  const headLength = Math.min(payloadIndex(type), count);
  const head = JSON.parse(
    `${bytes.toString('utf8', 0, scanner.endOf(headLength - 1))}]`,
  ) as unknown[];
  for (let index = 1; index < headLength; index += 1) {
    // 2^53 + 1 is read as 2^53: only the text tells them apart.
    if (head[index] === MAX_ID && textOf(bytes, scanner, index) !== String(MAX_ID)) {
      throw new ProtocolViolation('an id is out of range');
    }
  }
  const payload = new Payload(
    jsonFormat,
    container(bytes, scanner, { index: headLength, count, open: '[', name: 'Arguments' }),
    container(bytes, scanner, { index: headLength + 1, count, open: '{', name: 'ArgumentsKw' }),
  );
  return parseMessage(type, head, { payload, count });
}

const textOf = (bytes: Buffer, scanner: JsonScanner, index: number): string =>
  bytes.toString('latin1', scanner.startOf(index), scanner.endOf(index));

interface ContainerPlace {
  readonly index: number;
  readonly count: number;
  readonly open: '[' | '{';
  readonly name: string;
}

/** The bytes of a list or dict of the payload; undefined when it is absent or empty. */
function container(bytes: Buffer, scanner: JsonScanner, place: ContainerPlace): Buffer | undefined {
  if (place.index >= place.count) return undefined;
  const start = scanner.startOf(place.index);
  const end = scanner.endOf(place.index);
  if (bytes[start] !== place.open.charCodeAt(0)) {
    throw new ProtocolViolation(`${place.name} is a ${place.open === '[' ? 'list' : 'dict'}`);
  }
  if (end - start <= 2) return undefined;
  const isEmpty = end - start < 64 && bytes.toString('latin1', start + 1, end - 1).trim() === '';
  return isEmpty ? undefined : bytes.subarray(start, end);
}

function encode(message: RouterMessage, headroom: number): Buffer {
  const head = JSON.stringify(headOf(message));
  const payload = 'payload' in message ? message.payload : undefined;
  const kwargs = payload?.kwargsBytes;
  const args = payload?.argsBytes ?? (kwargs === undefined ? undefined : EMPTY_ARGS);
  if (args === undefined) {
    const bytes = Buffer.allocUnsafe(headroom + Buffer.byteLength(head));
    bytes.write(head, headroom);
    return bytes;
  }
  // Three bytes are the most that one UTF-16 unit takes; what is left over is cut off.
  const bytes = Buffer.allocUnsafe(
    headroom + head.length * 3 + args.length + (kwargs?.length ?? 0) + 2,
  );
  // The head's closing bracket gives way to the comma before the payload.
  let at = headroom + bytes.write(head, headroom) - 1;
  at = append(bytes, at, args);
  if (kwargs !== undefined) at = append(bytes, at, kwargs);
  bytes[at] = CLOSE_LIST;
  return bytes.subarray(0, at + 1);
}

function append(bytes: Buffer, at: number, part: Buffer): number {
  bytes[at] = COMMA;
  part.copy(bytes, at + 1);
  return at + 1 + part.length;
}
