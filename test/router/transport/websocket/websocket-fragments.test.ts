import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { WebSocketFrameReader } from '../../../../src/router/transport/websocket/websocket-frame-reader.js';
import { clientFrame } from '../../../support/client-frame.js';
import { frameOf, readFrames } from '../../../support/read-frames.js';

const PROTOCOL_ERROR = ['failure 1002'];
const TOO_BIG = ['failure 1009'];

const first = (opcode: number, payload: string): Buffer =>
  clientFrame(opcode, payload, { isLast: false });
const middle = (payload: string): Buffer => clientFrame(0, payload, { isLast: false });
const last = (payload: string): Buffer => clientFrame(0, payload);

/** What is read of frames that come in one chunk. */
function read(frames: readonly Buffer[], limit = 100): string[] {
  const reader = new WebSocketFrameReader(limit);
  reader.push(Buffer.concat(frames));
  return readFrames(reader);
}

// RFC 6455, 5.4
describe('a fragmented WebSocket message', () => {
  for (const opcode of [1, 2]) {
    it(`of opcode ${opcode} is put together`, () => {
      deepEqual(read([first(opcode, 'ab'), last('cd')]), [frameOf(opcode, 'abcd')]);
      const three = [first(opcode, 'ab'), middle('cd'), last('ef')];
      deepEqual(read([...three, ...three]), [frameOf(opcode, 'abcdef'), frameOf(opcode, 'abcdef')]);
    });
  }

  it('may have empty fragments', () => {
    deepEqual(read([first(1, ''), last('')]), [frameOf(1)]);
    deepEqual(read([first(2, ''), middle(''), middle('a'), last('')]), [frameOf(2, 'a')]);
  });

  it('is given only when its last fragment has come', () => {
    const reader = new WebSocketFrameReader(100);
    for (const fragment of [first(1, 'a'), middle('b'), middle('')]) {
      reader.push(fragment);
      deepEqual(readFrames(reader), []);
    }
    reader.push(last(''));
    deepEqual(readFrames(reader), [frameOf(1, 'ab')]);
  });

  it('may have control frames between its fragments, which come before it', () => {
    const frames = [
      first(1, 'ab'),
      clientFrame(9, 'ping'),
      middle('cd'),
      clientFrame(10, 'pong'),
      clientFrame(9),
      last('ef'),
    ];
    deepEqual(read(frames), [
      frameOf(9, 'ping'),
      frameOf(10, 'pong'),
      frameOf(9),
      frameOf(1, 'abcdef'),
    ]);
  });

  it('may be cut short by a close frame', () => {
    deepEqual(read([first(1, 'ab'), clientFrame(8)]), [frameOf(8)]);
  });

  it('is not overwritten by what comes between and after', () => {
    const reader = new WebSocketFrameReader(100);
    const chunk = Buffer.concat([first(2, 'ab'), last('cd'), clientFrame(2, 'ef')]);
    reader.push(chunk);
    const message = reader.next();
    chunk.fill(0);
    equal(message?.payload.toString(), 'abcd');
  });

  it('fails with 1002 when it has no beginning', () => {
    deepEqual(read([last('ab')]), PROTOCOL_ERROR);
    deepEqual(read([middle('ab')]), PROTOCOL_ERROR);
    deepEqual(read([clientFrame(1, 'whole'), last('')]), [frameOf(1, 'whole'), ...PROTOCOL_ERROR]);
  });

  it('fails with 1002 when it has had its end', () => {
    const frames = [first(1, 'ab'), last('cd'), last('ef')];
    deepEqual(read(frames), [frameOf(1, 'abcd'), ...PROTOCOL_ERROR]);
  });

  it('fails with 1002 when another message begins within it', () => {
    for (const opcode of [1, 2]) {
      deepEqual(read([first(1, 'ab'), clientFrame(opcode, 'cd')]), PROTOCOL_ERROR);
      deepEqual(read([first(1, ''), first(opcode, '')]), PROTOCOL_ERROR);
      deepEqual(read([first(2, 'ab'), middle('cd'), first(opcode, 'ef')]), PROTOCOL_ERROR);
    }
  });
});

// WS-14; RFC 6455, 7.4.1
describe('the limit of a WebSocketFrameReader', () => {
  for (const limit of [0, 1, 4, 125, 126, 1000, 65_535, 65_536]) {
    it(`of ${limit} bytes lets a message of so many pass, and fails with 1009 at one more`, () => {
      const message = 'x'.repeat(limit);
      deepEqual(read([clientFrame(1, message)], limit), [frameOf(1, message)]);
      deepEqual(read([clientFrame(1, `${message}x`)], limit), TOO_BIG);
    });
  }

  it('refuses at the header, before anything of the payload has come', () => {
    for (const [length, header] of [
      [101, 6],
      [1000, 8],
      [70_000, 14],
    ] as const) {
      const frame = clientFrame(2, Buffer.alloc(length));
      const reader = new WebSocketFrameReader(100);
      reader.push(frame.subarray(0, header));
      deepEqual(readFrames(reader), TOO_BIG);
    }
  });

  it('counts all fragments of a message, to the byte', () => {
    deepEqual(read([first(1, 'abc'), middle('de'), last('f')], 6), [frameOf(1, 'abcdef')]);
    deepEqual(read([first(1, 'abc'), middle('de'), last('fg')], 6), TOO_BIG);
    deepEqual(read([first(1, 'abc'), middle('defg')], 6), TOO_BIG);
    deepEqual(read([first(1, 'abcdef'), middle(''), last('')], 6), [frameOf(1, 'abcdef')]);
  });

  it('refuses a fragment at its header when it does not fit behind those before it', () => {
    const reader = new WebSocketFrameReader(6);
    reader.push(Buffer.concat([first(1, 'abc'), last('defg').subarray(0, 6)]));
    deepEqual(readFrames(reader), TOO_BIG);
  });

  it('counts each message for itself', () => {
    const message = [first(1, 'abc'), last('def')];
    const whole = clientFrame(1, 'abcdef');
    deepEqual(read([...message, whole, ...message, whole], 6), [
      ...Array.from({ length: 4 }, () => frameOf(1, 'abcdef')),
    ]);
  });

  it('does not count control frames', () => {
    const long = 'p'.repeat(125);
    deepEqual(read([first(1, 'ab'), clientFrame(9, long), last('cd'), clientFrame(8, long)], 4), [
      frameOf(9, long),
      frameOf(1, 'abcd'),
      frameOf(8, long),
    ]);
  });

  it('can be raised later', () => {
    const reader = new WebSocketFrameReader(4);
    reader.limitMessages(5);
    reader.push(clientFrame(1, 'abcde'));
    deepEqual(readFrames(reader), [frameOf(1, 'abcde')]);
    reader.push(clientFrame(1, 'abcdef'));
    deepEqual(readFrames(reader), TOO_BIG);
  });

  it('can be lowered later, for what has come already, too', () => {
    const reader = new WebSocketFrameReader(4);
    reader.push(Buffer.concat([clientFrame(1, 'abcd'), clientFrame(1, 'abc')]));
    equal(reader.next()?.payload.toString(), 'abcd');
    reader.limitMessages(2);
    deepEqual(readFrames(reader), TOO_BIG);
  });

  it('counts in the middle of a frame or of a message when it is lowered there', () => {
    for (const start of [clientFrame(1, 'abcd').subarray(0, 9), first(1, 'abc')]) {
      const reader = new WebSocketFrameReader(4);
      reader.push(start);
      deepEqual(readFrames(reader), []);
      reader.limitMessages(2);
      reader.push(last(''));
      deepEqual(readFrames(reader), TOO_BIG);
    }
  });
});

describe('the memory of a WebSocketFrameReader', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;

  /** Has a reader read a chunk of its own memory, and gives what tells whether that is still held. */
  function pushed(reader: WebSocketFrameReader, ...frames: Buffer[]): WeakRef<ArrayBufferLike> {
    const chunk = Buffer.alloc(100_000);
    const length = Buffer.concat(frames).copy(chunk);
    reader.push(chunk.subarray(0, length));
    readFrames(reader);
    return new WeakRef(chunk.buffer);
  }

  for (const [name, ...frames] of [
    ['whole frames', clientFrame(1, 'abc'), clientFrame(9)],
    ['the beginning of a frame', clientFrame(1, 'abc'), clientFrame(1, 'abc').subarray(0, 8)],
    ['a single byte', clientFrame(1, 'abc').subarray(0, 1)],
    ['a fragment', first(1, 'abc')],
  ] as const) {
    it(`does not hold the chunk from which it has read ${name}`, async () => {
      const reader = new WebSocketFrameReader(100);
      const memory = pushed(reader, ...frames);
      await nextTurn();
      collectGarbage();
      equal(memory.deref(), undefined);
      equal(reader.failure, undefined);
    });
  }

  it('has no copy of a message that came in one frame and one chunk', () => {
    const reader = new WebSocketFrameReader(100);
    const chunk = clientFrame(1, 'abc');
    reader.push(chunk);
    const message = reader.next();
    chunk.fill('x', 6);
    equal(message?.payload.toString(), 'xxx');
  });
});
