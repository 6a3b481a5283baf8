import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { jsonSerializer } from '../../../../src/router/serializer/json-serializer.js';
import {
  announceableBytes,
  errorReply,
  judgeHandshake,
  type HandshakeVerdict,
} from '../../../../src/router/transport/rawsocket/rawsocket-handshake.js';

const json = jsonSerializer();
const msgpack = { ...json, subprotocol: 'wamp.2.msgpack' };
const cbor = { ...json, subprotocol: 'wamp.2.cbor' };
const batched = { ...json, subprotocol: 'wamp.2.json.batched' };

const judge = (hex: string, serializers = [batched, cbor, json, msgpack]): HandshakeVerdict =>
  judgeHandshake(Buffer.from(hex, 'hex'), { serializers, messageBytes: 65_536 });

describe('judgeHandshake', () => {
  // RS-1
  for (const [number, serializer] of [
    [1, json],
    [2, msgpack],
    [3, cbor],
  ] as const) {
    for (let length = 0; length < 16; length += 1) {
      const octet = `${length.toString(16)}${number}`;
      it(`accepts 7f${octet}0000 and echoes the serializer with its own limit`, () => {
        deepEqual(judge(`7f${octet}0000`), {
          kind: 'accepted',
          serializer,
          peerBytes: 2 ** (9 + length),
          reply: Buffer.from([0x7f, 0x70 | number, 0, 0]),
        });
      });
    }
  }

  it('looks at the first four octets only', () => {
    equal(judge('7ff10000ff').kind, 'accepted');
  });

  // RS-14
  for (const hex of ['', '7f', '7ff1', '7ff100', '7ff1ff']) {
    it(`waits for more after ${hex || 'nothing'}`, () => {
      deepEqual(judge(hex), { kind: 'incomplete' });
    });
  }

  // RS-2, RS-3: decided as soon as the octet in question is there.
  for (const hex of ['00', '47', '474554202f', 'fff10000', '7f00', '7ff0', '7ff0ffff']) {
    it(`fails ${hex} without a reply`, () => {
      deepEqual(judge(hex), { kind: 'illegal' });
    });
  }

  // RS-4, RS-7
  for (let number = 4; number < 16; number += 1) {
    it(`knows no serializer ${number}`, () => {
      const hex = `7ff${number.toString(16)}0000`;
      deepEqual(judge(hex), { kind: 'refused', error: 1 });
    });
  }

  // RS-4
  it('knows no serializer that the router was not given', () => {
    deepEqual(judge('7ff20000', [json]), { kind: 'refused', error: 1 });
  });

  // RS-5
  for (const hex of ['7ff10100', '7ff10001', '7ff1ffff', '7ff48000']) {
    it(`refuses the reserved bits of ${hex}`, () => {
      deepEqual(judge(hex), { kind: 'refused', error: 3 });
    });
  }
});

describe('errorReply', () => {
  // RS-4, RS-5, RS-6, RS-7
  for (const [error, hex] of [
    [1, '7f100000'],
    [3, '7f300000'],
    [4, '7f400000'],
  ] as const) {
    it(`is ${hex} for the error ${error}`, () => {
      equal(errorReply(error).toString('hex'), hex);
    });
  }
});

describe('announceableBytes', () => {
  for (const [bytes, announced] of [
    [1, 512],
    [511, 512],
    [512, 512],
    [1023, 512],
    [1024, 1024],
    [65_535, 32_768],
    [65_536, 65_536],
    [2 ** 24 - 1, 2 ** 23],
    [2 ** 24, 2 ** 24],
    [2 ** 40, 2 ** 24],
    [Infinity, 2 ** 24],
  ] as const) {
    it(`is ${announced} for ${bytes}`, () => {
      equal(announceableBytes(bytes), announced);
    });
  }
});
