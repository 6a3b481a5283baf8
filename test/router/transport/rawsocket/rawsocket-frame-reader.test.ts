import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  RawSocketFrameReader,
  type RawSocketFailure,
  type RawSocketFrame,
} from '../../../../src/router/transport/rawsocket/rawsocket-frame-reader.js';

const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** All that a reader has to give: `TYPE PAYLOAD` each. */
function framesOf(reader: RawSocketFrameReader): string[] {
  const frames = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    frames.push(described(frame));
    if (frame.type === 'failure') break;
  }
  return frames;
}

const described = (frame: RawSocketFrame | RawSocketFailure): string =>
  frame.type === 'failure'
    ? `failure ${frame.code}`
    : `${frame.type} ${frame.payload.toString('hex')}`;

const read = (hex: string, limit = 512): string[] => {
  const reader = new RawSocketFrameReader(limit);
  reader.push(bytesOf(hex));
  return framesOf(reader);
};

const STREAM = '00000003 aabbcc 01000000 02000001 dd 00000000 00000002 eeff';
const FRAMES = ['0 aabbcc', '1 ', '2 dd', '0 ', '0 eeff'];

describe('RawSocketFrameReader', () => {
  // RS-10, RS-11, RS-15
  it('reads messages, pings and pongs', () => {
    deepEqual(read(STREAM), FRAMES);
  });

  // RS-14
  it('reads the same wherever the stream is cut in two or three', () => {
    const bytes = bytesOf(STREAM);
    for (let first = 0; first <= bytes.length; first += 1) {
      for (let second = first; second <= bytes.length; second += 1) {
        const reader = new RawSocketFrameReader(512);
        const frames: string[] = [];
        for (const [start, end] of [
          [0, first],
          [first, second],
          [second, bytes.length],
        ] as const) {
          reader.push(bytes.subarray(start, end));
          frames.push(...framesOf(reader));
        }
        deepEqual(frames, FRAMES);
        equal(reader.isBetweenFrames, true);
      }
    }
  });

  // RS-14
  it('reads the same octet by octet, and when frames are taken late', () => {
    const reader = new RawSocketFrameReader(512);
    const frames: string[] = [];
    for (const octet of bytesOf(STREAM)) {
      reader.push(Buffer.from([octet]));
      frames.push(...framesOf(reader));
    }
    deepEqual(frames, FRAMES);
    for (const octet of bytesOf(STREAM)) reader.push(Buffer.from([octet]));
    deepEqual(framesOf(reader), FRAMES);
  });

  // RS-12
  for (const prefix of ['10', '20', '40', '80', 'f0', '03', '04', '05', '06', '07', '0b']) {
    it(`fails with 1002 at a prefix that begins with ${prefix}`, () => {
      deepEqual(read(`00000001 aa ${prefix}000000`), ['0 aa', 'failure 1002']);
    });
  }

  // RS-9
  it('takes a payload of the limit, and fails with 1009 at one octet more', () => {
    const payload = 'ab'.repeat(512);
    deepEqual(read(`00000200 ${payload}`), [`0 ${payload}`]);
    deepEqual(read('00000201'), ['failure 1009']);
    deepEqual(read('01000201'), ['failure 1009']);
    deepEqual(read('00ffffff'), ['failure 1009']);
    deepEqual(read('08000000'), ['failure 1009']);
  });

  // RS-13
  it('takes exactly 2^24 octets behind a prefix with the extra bit', () => {
    const reader = new RawSocketFrameReader(2 ** 24);
    reader.push(bytesOf('08000000'));
    equal(reader.next(), undefined);
    const part = Buffer.alloc(2 ** 22, 0xab);
    for (let count = 0; count < 4; count += 1) {
      equal(reader.next(), undefined);
      reader.push(part);
    }
    const frame = reader.next();
    deepEqual(frame, { type: 0, payload: Buffer.alloc(2 ** 24, 0xab) });
    equal(reader.isBetweenFrames, true);
  });

  // RS-13: the extra bit stands for all 24 others.
  it('fails with 1002 when the extra bit comes with a length', () => {
    deepEqual(read('08000001', 2 ** 24), ['failure 1002']);
  });

  it('knows that it is in the middle of a frame', () => {
    const reader = new RawSocketFrameReader(512);
    equal(reader.isBetweenFrames, true);
    for (const hex of ['00', '000002', 'aa']) {
      reader.push(bytesOf(hex));
      equal(reader.isBetweenFrames, false);
      equal(reader.next(), undefined);
      equal(reader.isBetweenFrames, false);
    }
  });

  it('does not copy a frame that came in one piece', () => {
    const reader = new RawSocketFrameReader(512);
    const chunk = bytesOf('00000002 aabb');
    reader.push(chunk);
    const frame = reader.next();
    chunk.fill(0xff, 4);
    deepEqual(frame, { type: 0, payload: bytesOf('ffff') });
  });
});
