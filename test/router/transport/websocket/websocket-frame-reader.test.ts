import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WebSocketFrameReader } from '../../../../src/router/transport/websocket/websocket-frame-reader.js';
import { clientFrame, MASK } from '../../../support/client-frame.js';
import { frameOf, readFrames } from '../../../support/read-frames.js';

const LIMIT = 100_000;
const PROTOCOL_ERROR = ['failure 1002'];
const TOO_BIG = ['failure 1009'];

/** What is read of chunks that come one after the other. */
function read(...chunks: Uint8Array[]): string[] {
  const reader = new WebSocketFrameReader(LIMIT);
  const frames: string[] = [];
  for (const chunk of chunks) {
    reader.push(Buffer.from(chunk));
    frames.push(...readFrames(reader));
  }
  return frames;
}

const fromHex = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

/** So many bytes, none like its neighbours. */
const bytes = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, index) => index % 251));

describe('WebSocketFrameReader', () => {
  // RFC 6455, 5.7
  it('reads the masked text message of the RFC', () => {
    deepEqual(read(fromHex('8185 37fa213d 7f9f4d5158')), [frameOf(1, 'Hello')]);
  });

  for (const [name, opcode] of [
    ['text message', 1],
    ['binary message', 2],
    ['close frame', 8],
    ['ping', 9],
    ['pong', 10],
  ] as const) {
    // RFC 6455, 5.2
    it(`reads a ${name}, and an empty one`, () => {
      const stream = [clientFrame(opcode, 'payload'), clientFrame(opcode)];
      deepEqual(read(Buffer.concat(stream)), [frameOf(opcode, 'payload'), frameOf(opcode)]);
    });

    // RFC 6455, 5.1
    it(`fails with 1002 at a ${name} without a mask`, () => {
      deepEqual(read(clientFrame(opcode, 'payload', { mask: undefined })), PROTOCOL_ERROR);
      deepEqual(read(clientFrame(opcode, '', { mask: undefined })), PROTOCOL_ERROR);
    });

    // RFC 6455, 5.2
    it(`fails with 1002 at a ${name} with any of the reserved bits`, () => {
      for (let bits = 1; bits < 8; bits += 1) {
        deepEqual(read(clientFrame(opcode, 'payload', { reserved: bits << 4 })), PROTOCOL_ERROR);
      }
    });
  }

  // RFC 6455, 5.2
  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
    it(`fails with 1002 at the unknown opcode ${opcode}`, () => {
      deepEqual(read(clientFrame(opcode)), PROTOCOL_ERROR);
      deepEqual(read(clientFrame(opcode, '', { isLast: false })), PROTOCOL_ERROR);
    });
  }

  // RFC 6455, 5.3
  it('takes off a mask of zeros, and one that differs from frame to frame', () => {
    const masks = ['00000000', 'ffffffff', '00000001', '80000000'].map(fromHex);
    const stream = masks.map((mask) => clientFrame(2, bytes(100), { mask }));
    deepEqual(
      read(Buffer.concat(stream)),
      masks.map(() => frameOf(2, bytes(100))),
    );
  });

  // RFC 6455, 5.2
  for (const length of [0, 1, 125, 126, 127, 128, 65_535, 65_536, LIMIT]) {
    it(`reads a message of ${length} bytes`, () => {
      deepEqual(read(clientFrame(2, bytes(length))), [frameOf(2, bytes(length))]);
    });
  }

  // RFC 6455, 5.2 wants as few bytes as can be. ws does not insist on it, and nobody is misled.
  it('reads lengths that are written in more bytes than they need', () => {
    const lengths = [0, 5, 125, 126];
    for (const lengthBytes of [2, 8] as const) {
      const stream = lengths.map((length) => clientFrame(1, bytes(length), { lengthBytes }));
      deepEqual(
        read(Buffer.concat(stream)),
        lengths.map((length) => frameOf(1, bytes(length))),
      );
    }
  });

  // RFC 6455, 5.2 and 7.4.1
  for (const length of [
    '00000000 00100000',
    '00000001 00000000',
    '001fffff ffffffff',
    '00200000 00000000',
    '00200000 00000001',
    '7fffffff ffffffff',
    '80000000 00000000',
    '80000000 00000001',
    'ffffffff ffffffff',
  ]) {
    it(`fails with 1009 at a length of ${length}`, () => {
      deepEqual(read(fromHex(`82ff ${length} 00000000`)), TOO_BIG);
    });
  }

  // RFC 6455, 5.5
  for (const opcode of [8, 9, 10]) {
    it(`reads a control frame ${opcode} of 125 bytes, and fails with 1002 at a longer one`, () => {
      deepEqual(read(clientFrame(opcode, bytes(125))), [frameOf(opcode, bytes(125))]);
      deepEqual(read(clientFrame(opcode, bytes(126))), PROTOCOL_ERROR);
      deepEqual(read(clientFrame(opcode, bytes(65_536))), PROTOCOL_ERROR);
      deepEqual(read(clientFrame(opcode, bytes(1), { lengthBytes: 2 })), PROTOCOL_ERROR);
    });

    it(`fails with 1002 at a control frame ${opcode} that is a fragment`, () => {
      deepEqual(read(clientFrame(opcode, '', { isLast: false })), PROTOCOL_ERROR);
    });
  }

  it('fails at the first two bytes of what may not be, before the rest has come', () => {
    for (const start of ['8100', '8380', 'c180', '0980', '89fe', '8080']) {
      deepEqual(read(fromHex(start)), PROTOCOL_ERROR);
    }
  });

  it('does not judge a first byte alone', () => {
    deepEqual(read(fromHex('ff')), []);
  });
});

describe('the failure of a WebSocketFrameReader', () => {
  const good = clientFrame(1, 'good');
  const bad = clientFrame(3, 'bad');

  it('comes behind the frames before it', () => {
    deepEqual(read(Buffer.concat([good, good, bad])), [
      frameOf(1, 'good'),
      frameOf(1, 'good'),
      ...PROTOCOL_ERROR,
    ]);
  });

  // RFC 6455, 7.1.7
  it('is the end: nothing is read behind it, in its chunk or in a later one', () => {
    const reader = new WebSocketFrameReader(LIMIT);
    reader.push(Buffer.concat([bad, good]));
    deepEqual(readFrames(reader), PROTOCOL_ERROR);
    reader.push(Buffer.from(good));
    deepEqual(readFrames(reader), PROTOCOL_ERROR);
    reader.push(fromHex('82ff ffffffff ffffffff 00000000'));
    deepEqual(readFrames(reader), PROTOCOL_ERROR);
  });

  it('is the end in the middle of a frame, too', () => {
    const reader = new WebSocketFrameReader(LIMIT);
    reader.push(bad.subarray(0, 1));
    deepEqual(readFrames(reader), []);
    reader.push(bad.subarray(1));
    deepEqual(readFrames(reader), PROTOCOL_ERROR);
    reader.push(Buffer.from(good));
    deepEqual(readFrames(reader), PROTOCOL_ERROR);
  });

  it('is none as long as all goes well', () => {
    const reader = new WebSocketFrameReader(LIMIT);
    reader.push(Buffer.from(good));
    deepEqual(readFrames(reader), [frameOf(1, 'good')]);
    equal(reader.failure, undefined);
  });
});

describe('a stream of WebSocket frames', () => {
  const STREAM = Buffer.concat([
    clientFrame(1, 'one'),
    clientFrame(9, 'ping'),
    clientFrame(2, 'fragm', { isLast: false }),
    clientFrame(0, '', { isLast: false }),
    clientFrame(10),
    clientFrame(0, 'ents', { mask: MASK.toReversed() }),
    clientFrame(1),
    clientFrame(2, bytes(130)),
    clientFrame(1, 'long', { lengthBytes: 8 }),
    clientFrame(8, fromHex('03e8')),
  ]);
  const FRAMES = [
    frameOf(1, 'one'),
    frameOf(9, 'ping'),
    frameOf(10),
    frameOf(2, 'fragments'),
    frameOf(1),
    frameOf(2, bytes(130)),
    frameOf(1, 'long'),
    frameOf(8, fromHex('03e8')),
  ];

  it('is read from one chunk', () => {
    deepEqual(read(STREAM), FRAMES);
  });

  it('is read byte by byte', () => {
    deepEqual(read(...Array.from(STREAM, (byte) => Buffer.from([byte]))), FRAMES);
  });

  it('is read wherever it is cut in two or three', () => {
    for (let first = 0; first <= STREAM.length; first += 1) {
      for (let second = first; second <= STREAM.length; second += 1) {
        const middle = STREAM.subarray(first, second);
        deepEqual(read(STREAM.subarray(0, first), middle, STREAM.subarray(second)), FRAMES);
      }
    }
  });

  it('is read when its frames are taken only after all of it has come', () => {
    for (const size of [1, 2, 3, 7, 50]) {
      const reader = new WebSocketFrameReader(LIMIT);
      for (let at = 0; at < STREAM.length; at += size) {
        reader.push(Buffer.from(STREAM.subarray(at, at + size)));
      }
      deepEqual(readFrames(reader), FRAMES);
    }
  });

  it('is read when one frame at a time is taken while more comes', () => {
    const reader = new WebSocketFrameReader(LIMIT);
    const frames: string[] = [];
    for (let at = 0; at < STREAM.length; at += 20) {
      reader.push(Buffer.from(STREAM.subarray(at, at + 20)));
      const frame = reader.next();
      if (frame !== undefined) frames.push(frameOf(frame.opcode, frame.payload));
    }
    deepEqual([...frames, ...readFrames(reader)], FRAMES);
  });

  it('gives its longer messages whole, however small the chunks are', () => {
    const long = clientFrame(2, bytes(65_536));
    for (const size of [1, 1000, 1460, 65_535]) {
      const chunks = [];
      for (let at = 0; at < long.length; at += size) chunks.push(long.subarray(at, at + size));
      deepEqual(read(...chunks), [frameOf(2, bytes(65_536))]);
    }
  });
});
