import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { cborSerializer } from '../../../src/router/serializer/cbor-serializer.js';
import { jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import { msgpackSerializer } from '../../../src/router/serializer/msgpack-serializer.js';
import type { Serializer } from '../../../src/router/serializer/serializer.js';
import { readCbor, readMsgpack } from '../../support/binary-oracles.js';
import { edited, edits, runs } from '../../support/fuzz.js';
import { cborValue, jsonText, msgpackValue } from '../../support/wire-grammar.js';

const LIMITS = { depth: 7, keys: 100 };
const utf8 = new TextDecoder('utf8', { fatal: true, ignoreBOM: true });

/** How deep brackets are nested outside of the strings: of two equal keys `JSON.parse` shows the second one's value alone. */
function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const bracket of text.replaceAll(/"(?:\\.|[^"\\])*"/g, '')) {
    if (bracket === '[' || bracket === '{') depth += 1;
    if (bracket === ']' || bracket === '}') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** What JSON says the bytes are, as the platform reads it. */
function readJson(bytes: Buffer, depth: number): unknown {
  const text = utf8.decode(bytes);
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value) || depthOf(text) > depth) throw new TypeError('no message');
  return value;
}

const FORMATS: readonly {
  readonly name: string;
  readonly serializer: Serializer;
  readonly read: (bytes: Buffer, depth: number) => unknown;
  readonly value: fc.Arbitrary<Buffer>;
  /** PUBLISH with this value as its only argument. */
  readonly messageOf: (value: Buffer) => Buffer;
}[] = [
  {
    name: 'JSON.parse',
    serializer: jsonSerializer(LIMITS),
    read: readJson,
    value: jsonText.map((text) => Buffer.from(text)),
    messageOf: (value) =>
      Buffer.concat([Buffer.from('[16,1,{},"a.b",['), value, Buffer.from(']]')]),
  },
  {
    name: '@msgpack/msgpack',
    serializer: msgpackSerializer(LIMITS),
    read: readMsgpack,
    value: msgpackValue,
    messageOf: (value) => Buffer.concat([Buffer.from('95100180a3612e6291', 'hex'), value]),
  },
  {
    name: 'cbor2',
    serializer: cborSerializer(LIMITS),
    read: readCbor,
    value: cborValue,
    messageOf: (value) => Buffer.concat([Buffer.from('851001a063612e6281', 'hex'), value]),
  },
];

/** Whether a function takes its argument; `isExpected` says of which errors that is the answer. */
function takes(take: () => unknown, isExpected: (error: unknown) => boolean): boolean {
  try {
    take();
    return true;
  } catch (error) {
    if (isExpected(error)) return false;
    throw error;
  }
}

for (const { name, serializer, read, value, messageOf } of FORMATS) {
  /** Asserts that a message, its head as it was, has the same verdict from both. */
  const agrees = (bytes: Buffer): void => {
    const isDecoded = takes(
      () => serializer.decode(bytes),
      (error) => error instanceof ProtocolViolation,
    );
    const isRead = takes(
      () => read(bytes, LIMITS.depth),
      () => true,
    );
    equal(isDecoded, isRead, `${bytes.toString('hex')} ${JSON.stringify(bytes.toString())}`);
  };
  /** Edits in the application's value alone: a change of the head breaks other rules than those of the format. */
  const changed = fc.tuple(value, edits).map(([bytes, changes]) => edited(bytes, changes));
  const flipped = fc.tuple(value, fc.nat()).map(([bytes, place]) => {
    const copy = Buffer.from(bytes);
    const at = (place >> 3) % copy.length;
    copy[at] = (copy[at] ?? 0) ^ (1 << (place & 7));
    return copy;
  });
  /** The beginning of one value and the end of another one. */
  const spliced = fc
    .tuple(value, value, fc.nat(), fc.nat())
    .map(([one, other, end, start]) =>
      Buffer.concat([one.subarray(0, end % one.length), other.subarray(start % other.length)]),
    );

  describe(`The verdict of the scanner and of ${name}`, () => {
    for (const [kind, arbitrary, count] of [
      ['what the grammar has', value, 1000],
      ['what was changed in a few places', changed, 1000],
      ['what has one bit flipped', flipped, 1000],
      ['what was put together of two halves', spliced, 1000],
    ] as const) {
      it(`is the same on ${kind}`, () => {
        fc.assert(
          fc.property(arbitrary, (bytes) => {
            agrees(messageOf(bytes));
          }),
          runs(count),
        );
      });
    }
  });
}
