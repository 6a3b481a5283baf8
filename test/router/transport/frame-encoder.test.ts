import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { toRequestId } from '../../../src/router/protocol/id.js';
import type { RouterMessage } from '../../../src/router/protocol/message.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import { jsonFormat, jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import { FrameEncoder } from '../../../src/router/transport/frame-encoder.js';
import { rawSocketFraming } from '../../../src/router/transport/rawsocket/rawsocket-framing.js';
import { websocketFraming } from '../../../src/router/transport/websocket/websocket-framing.js';

const serializer = jsonSerializer();

/** A RESULT of exactly `length` bytes: `[50,1,{},["xxx"]]`. */
const messageOf = (length: number): RouterMessage => ({
  type: 50,
  request: toRequestId(1),
  details: {},
  payload: Payload.of(jsonFormat, ['x'.repeat(length - '[50,1,{},[""]]'.length)]),
});

describe('FrameEncoder', () => {
  // RFC 6455, 5.2: the three forms of a length, at their bounds; no mask from a server.
  for (const [length, header] of [
    [125, '817d'],
    [126, '817e007e'],
    [65_535, '817effff'],
    [65_536, '817f0000000000010000'],
  ] as const) {
    it(`frames ${length} bytes with the header ${header}`, () => {
      const message = messageOf(length);
      const frame = new FrameEncoder(serializer, websocketFraming(false)).encode(message);
      equal(frame.subarray(0, -length).toString('hex'), header);
      deepEqual(
        frame.subarray(-length),
        serializer.encode(message, () => 0),
      );
    });
  }

  it('marks the frames of binary messages as such', () => {
    const frame = new FrameEncoder(serializer, websocketFraming(true)).encode(messageOf(20));
    equal(frame[0], 0x82);
  });

  // RS-10, RS-13: 24 bits of length, and the extra bit for the one length that needs 25.
  for (const [length, prefix] of [
    [20, '00000014'],
    [65_536, '00010000'],
    [2 ** 24 - 1, '00ffffff'],
    [2 ** 24, '08000000'],
  ] as const) {
    it(`puts ${length} bytes behind the prefix ${prefix} for RawSocket`, () => {
      const message = messageOf(length);
      const frame = new FrameEncoder(serializer, rawSocketFraming).encode(message);
      equal(frame.subarray(0, 4).toString('hex'), prefix);
      equal(frame.subarray(4).equals(serializer.encode(message, () => 0)), true);
    });
  }

  it('encodes a message once for all who get it in a row', () => {
    const encoder = new FrameEncoder(serializer, websocketFraming(false));
    const message = messageOf(20);
    const frame = encoder.encode(message);
    equal(encoder.encode(message), frame);
    notEqual(encoder.encode(messageOf(20)), frame);
    notEqual(encoder.encode(message), frame);
  });
});
