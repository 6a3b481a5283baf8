// The reader of ws, which read our frames before, is the oracle: on streams of frames that nobody has thought of, ours reads the same.
import { deepEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WebSocketFrameReader } from '../../../../src/router/transport/websocket/websocket-frame-reader.js';
import {
  closeCodeOf,
  Opcode,
} from '../../../../src/router/transport/websocket/websocket-framing.js';
import { clientFrame, closePayload, type FrameShape } from '../../../support/client-frame.js';
import { runs } from '../../../support/fuzz.js';
import { readByWs } from '../../../support/ws-receiver.js';

interface Frame extends FrameShape {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** A byte of a header changed. */
interface Flaw {
  readonly frame: number;
  readonly at: number;
  readonly bits: number;
}

interface Cut {
  readonly at: number;
  /** Whether frames are taken before the next chunk comes. */
  readonly isRead: boolean;
}

/** The longest header. */
const HEADER_BYTES = 14;
const NAMES: Readonly<Record<number, string>> = { 1: 'text', 2: 'binary', 9: 'ping', 10: 'pong' };
const PING = clientFrame(Opcode.ping, '', { mask: Buffer.alloc(4) });
/**
 * Ends each stream, and is longer than what may be missing of a header. ws fails at a length before the mask has come, and at a close frame of
 * one byte before that byte; our reader fails behind them.
 */
const EPILOGUE = Buffer.concat([PING, PING]);

const shape = fc.record({
  mask: fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.constant(Buffer.alloc(4))),
});
const longShape = fc.record({ lengthBytes: fc.constantFrom(2, 8) } as const);

const filled = (length: number): Uint8Array => Buffer.alloc(length, length);
const lengths = fc.constantFrom(0, 1, 47, 48, 49, 124, 125, 126, 127, 128, 299, 300, 301);
const data = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 4, arbitrary: lengths.map(filled) },
  { weight: 1, arbitrary: fc.constantFrom(65_535, 65_536).map(filled) },
);
const codes = fc.oneof(
  fc.constantFrom(1000, 1001, 1003, 1004, 1005, 1006, 1014, 1015, 2999, 3000, 4999, 5000),
  fc.nat({ max: 65_535 }),
);
const closing = fc.oneof(
  fc.constantFrom(Buffer.alloc(0), Buffer.alloc(1, 3)),
  fc.tuple(codes, fc.uint8Array({ maxLength: 123 })).map(([code, reason]) => {
    return closePayload(code, reason);
  }),
);

const heartbeat: fc.Arbitrary<Frame> = fc
  .tuple(fc.constantFrom(9, 10), fc.uint8Array({ maxLength: 125 }), shape)
  .map(([opcode, payload, rest]) => ({ opcode, payload, ...rest }));

/** The fragments of one message, with control frames between. */
const message: fc.Arbitrary<Frame[]> = fc
  .record({
    opcode: fc.constantFrom(1, 2),
    parts: fc.array(fc.tuple(data, shape, fc.option(longShape), fc.option(heartbeat)), {
      minLength: 1,
      maxLength: 4,
    }),
  })
  .map(({ opcode, parts }) =>
    parts.flatMap(([payload, rest, long, between], index) => {
      const isLast = index === parts.length - 1;
      const part = { opcode: index === 0 ? opcode : 0, payload, isLast, ...rest, ...long };
      return between === null || isLast ? [part] : [part, between];
    }),
  );

/** A frame that may be in place or not. */
const any: fc.Arbitrary<Frame> = fc
  .tuple(fc.nat({ max: 15 }), data, shape, fc.boolean(), fc.constantFrom(0, 0, 0, 16, 32, 64))
  .map(([opcode, payload, rest, isLast, reserved]) => {
    return { opcode, payload, ...rest, isLast, reserved };
  });

const frames: fc.Arbitrary<Frame[]> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: message },
      { weight: 4, arbitrary: heartbeat.map((frame) => [frame]) },
      { weight: 1, arbitrary: closing.map((payload) => [{ opcode: 8, payload }]) },
      { weight: 1, arbitrary: any.map((frame) => [frame]) },
    ),
    { maxLength: 6 },
  )
  .map((each) => each.flat());

const limits = fc.constantFrom(1, 60, 125, 300, 1000, 65_535, 2 ** 20);
const cuts: fc.Arbitrary<Cut[]> = fc.array(fc.record({ at: fc.nat(), isRead: fc.boolean() }), {
  maxLength: 12,
});
const flaws: fc.Arbitrary<Flaw[]> = fc.array(
  fc.record({
    frame: fc.nat(),
    at: fc.nat({ max: HEADER_BYTES - 1 }),
    bits: fc.oneof(fc.constantFrom(1, 2, 4, 8, 16, 32, 64, 128), fc.integer({ min: 1, max: 255 })),
  }),
  { minLength: 1, maxLength: 2 },
);

const encoded = (stream: readonly Frame[]): Buffer[] =>
  stream.map((each) => clientFrame(each.opcode, each.payload, each));

function spoil(stream: readonly Buffer[], { frame, at, bits }: Flaw): void {
  const bytes = stream[frame % Math.max(stream.length, 1)];
  if (bytes !== undefined) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ bits;
}

/** The stream and its epilogue, cut; each with whether its frames are to be taken at once. */
function chunksOf(stream: readonly Buffer[], places: readonly Cut[]): [Buffer, boolean][] {
  const bytes = Buffer.concat([...stream, EPILOGUE]);
  const sorted = places
    .map(({ at, isRead }) => ({ at: at % (bytes.length + 1), isRead }))
    .sort((one, other) => one.at - other.at);
  let start = 0;
  const chunks = sorted.map(({ at, isRead }): [Buffer, boolean] => {
    const chunk = bytes.subarray(start, at);
    start = at;
    return [chunk, isRead];
  });
  return [...chunks, [bytes.subarray(start), true]];
}

/** What our reader reads, in the words of `readByWs`. */
function readByOurs(chunks: readonly [Buffer, boolean][], limit: number): string[] {
  const reader = new WebSocketFrameReader(limit);
  const heard: string[] = [];
  for (const [chunk, isRead] of chunks) {
    reader.push(Buffer.from(chunk));
    if (isRead && takeFrames(reader, heard)) return heard;
  }
  return heard;
}

/** Whether nothing may follow. */
function takeFrames(reader: WebSocketFrameReader, heard: string[]): boolean {
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    const { opcode, payload } = frame;
    if (opcode === Opcode.close) {
      heard.push(closed(payload));
      return true;
    }
    heard.push(`${NAMES[opcode] ?? opcode} ${payload.toString('hex')}`);
  }
  if (reader.failure === undefined) return false;
  heard.push(`failure ${reader.failure}`);
  return true;
}

/** ws, told to look at no text, does not look at a reason either: the code alone is compared. */
function closed(payload: Buffer): string {
  const code = closeCodeOf(payload.subarray(0, 2));
  if (code === undefined) return 'failure 1002';
  return `close ${code} ${payload.subarray(2).toString('hex')}`;
}

function compare(stream: readonly Buffer[], places: readonly Cut[], limit: number): void {
  const chunks = chunksOf(stream, places);
  const byWs = readByWs(
    chunks.map(([chunk]) => chunk),
    limit,
  );
  deepEqual(readByOurs(chunks, limit), byWs);
}

describe('WebSocketFrameReader, compared with the reader of ws', () => {
  it('reads the same messages and control frames, wherever their stream is cut', () => {
    const property = fc.property(frames, cuts, limits, (stream, places, limit) => {
      compare(encoded(stream), places, limit);
    });
    fc.assert(property, runs(1000));
  });

  it('reads the same, and fails with the same code, when bytes of headers are changed', () => {
    const property = fc.property(frames, flaws, cuts, limits, (stream, changes, places, limit) => {
      const bytes = encoded(stream);
      for (const flaw of changes) spoil(bytes, flaw);
      compare(bytes, places, limit);
    });
    fc.assert(property, runs(3000));
  });

  it('reads the same of bytes that are no frames', () => {
    const noise = fc.array(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)));
    fc.assert(
      fc.property(noise, cuts, limits, (bytes, places, limit) => {
        compare(bytes, places, limit);
      }),
      runs(1000),
    );
  });
});
