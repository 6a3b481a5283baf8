import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  FrameBatch,
  FrameError,
  FrameReader,
  Opcode,
} from '../../bench/generator/websocket-frame.js';

/** What a reader reported: texts, and control frames as `[opcode, payload]`. */
function recordingReader(opcode?: number) {
  const frames: (string | [number, string])[] = [];
  const receiver = {
    onmessage: (buffer: Buffer, start: number, end: number) =>
      frames.push(buffer.toString('utf8', start, end)),
    oncontrol: (control: number, payload: Buffer) => frames.push([control, payload.toString()]),
  };
  const reader = new FrameReader(receiver, opcode);
  return { reader, frames };
}

/** A server's frame, written by hand: RFC 6455 section 5.2. */
function serverFrame(head: number, payload: string): Buffer {
  const body = Buffer.from(payload);
  if (body.length < 126) return Buffer.concat([Buffer.from([head, body.length]), body]);
  if (body.length < 65_536) {
    return Buffer.concat([Buffer.from([head, 126, body.length >> 8, body.length & 255]), body]);
  }
  const header = Buffer.alloc(10);
  header.writeUInt8(head, 0);
  header.writeUInt8(127, 1);
  header.writeBigUInt64BE(BigInt(body.length), 2);
  return Buffer.concat([header, body]);
}

describe('FrameReader', () => {
  for (const length of [0, 1, 125, 126, 65_535, 65_536]) {
    it(`reads a text frame of ${length} bytes`, () => {
      const { reader, frames } = recordingReader();
      const frame = serverFrame(0x81, 'x'.repeat(length));
      reader.read(frame, frame.length);
      assert.deepEqual(frames, ['x'.repeat(length)]);
    });
  }

  it('reads binary frames, and no text, where the messages are binary', () => {
    const { reader, frames } = recordingReader(Opcode.binary);
    const frame = serverFrame(0x82, 'one');
    reader.read(frame, frame.length);
    assert.deepEqual(frames, ['one']);
    assert.throws(() => {
      reader.read(serverFrame(0x81, 'two'), 5);
    }, FrameError);
  });

  it('reads several frames from one chunk and ignores what lies behind its length', () => {
    const { reader, frames } = recordingReader();
    const bytes = Buffer.concat([serverFrame(0x81, 'one'), serverFrame(0x81, 'two')]);
    reader.read(Buffer.concat([bytes, serverFrame(0x81, 'old')]), bytes.length);
    assert.deepEqual(frames, ['one', 'two']);
  });

  it('puts frames together that arrive byte by byte in a buffer used again', () => {
    const { reader, frames } = recordingReader();
    const long = 'é'.repeat(100);
    const chunk = Buffer.alloc(1);
    for (const byte of Buffer.concat([serverFrame(0x81, long), serverFrame(0x89, 'p')])) {
      chunk[0] = byte;
      reader.read(chunk, 1);
    }
    assert.deepEqual(frames, [long, [Opcode.ping, 'p']]);
  });

  it('reports a close with its code and reason', () => {
    const { reader, frames } = recordingReader();
    const frame = Buffer.from([0x88, 0x04, 0x11, 0x31, 0x6e, 0x6f]);
    reader.read(frame, frame.length);
    assert.deepEqual(frames, [[Opcode.close, '\u00111no']]);
  });

  const refused: readonly [string, readonly number[]][] = [
    ['a binary frame', [0x82, 0x00]],
    ['a fragment', [0x01, 0x00]],
    ['a continuation', [0x80, 0x00]],
    ['a compressed frame', [0xc1, 0x00]],
    ['an unknown opcode', [0x8b, 0x00]],
    ['a masked frame', [0x81, 0x80]],
    ['a frame over 16 MiB', [0x81, 0x7f, 0, 0, 0, 0, 0x01, 0, 0, 0x01]],
  ];
  for (const [name, bytes] of refused) {
    it(`refuses ${name}`, () => {
      const { reader } = recordingReader();
      assert.throws(() => {
        reader.read(Buffer.from(bytes), bytes.length);
      }, FrameError);
    });
  }
});

/** Takes the first masked frame off the bytes. */
function unmask(bytes: Buffer): { opcode: number; key: number; payload: string; rest: Buffer } {
  const short = bytes.readUInt8(1) - 0x80;
  const extra = short < 126 ? 0 : short === 126 ? 2 : 8;
  const length =
    extra === 0 ? short : extra === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  const start = 2 + extra + 4;
  const key = bytes.subarray(start - 4, start);
  const body = Buffer.from(bytes.subarray(start, start + length));
  for (const [index, byte] of body.entries()) body[index] = byte ^ key.readUInt8(index % 4);
  return {
    opcode: bytes.readUInt8(0),
    key: key.readUInt32BE(),
    payload: body.toString(),
    rest: bytes.subarray(start + length),
  };
}

describe('FrameBatch', () => {
  for (const length of [0, 125, 126, 65_535, 65_536, 100_000]) {
    it(`masks a text of ${length} bytes`, () => {
      const batch = new FrameBatch();
      batch.append('y'.repeat(length));
      const { opcode, payload, rest } = unmask(batch.take());
      assert.deepEqual([opcode, payload, rest.length], [0x81, 'y'.repeat(length), 0]);
    });
  }

  it('masks bytes as a binary frame', () => {
    const batch = new FrameBatch();
    batch.append(Buffer.from('bytes'));
    const { opcode, payload } = unmask(batch.take());
    assert.deepEqual([opcode, payload], [0x82, 'bytes']);
  });

  it('counts bytes, not characters', () => {
    const batch = new FrameBatch();
    batch.append('é'.repeat(70));
    assert.equal(unmask(batch.take()).payload, 'é'.repeat(70));
  });

  it('keeps the order of frames and gives each a key of its own that is not zero', () => {
    const batch = new FrameBatch();
    batch.append('first');
    batch.appendControl(Opcode.pong, Buffer.from('p'));
    const first = unmask(batch.take());
    const second = unmask(first.rest);
    assert.deepEqual([first.payload, second.opcode, second.payload], ['first', 0x8a, 'p']);
    assert.notEqual(first.key, second.key);
    assert.ok(first.key !== 0 && second.key !== 0);
  });

  it('is empty again once taken, and what was taken stays as it was', () => {
    const batch = new FrameBatch();
    batch.append('taken');
    const taken = batch.take();
    assert.equal(batch.isEmpty, true);
    batch.append('later');
    assert.equal(unmask(taken).payload, 'taken');
  });

  it('refuses a control frame of more than 125 bytes', () => {
    assert.throws(() => {
      new FrameBatch().appendControl(Opcode.ping, Buffer.alloc(126));
    }, FrameError);
  });
});
