import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode as read, encode as write } from '@msgpack/msgpack';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { toRequestId } from '../../../src/router/protocol/id.js';
import { MessageType, type ClientMessage } from '../../../src/router/protocol/message.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import {
  msgpackFormat,
  msgpackSerializer,
} from '../../../src/router/serializer/msgpack-serializer.js';
import {
  LENIENT,
  lenientSerializerSuite,
  serializerSuite,
  type WireFormat,
} from '../../compliance/serializer.js';
import { withNumbers } from '../../support/plain-values.js';

const serializer = msgpackSerializer();
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** The bytes of `[48, <request>, {}, "a.b"]`. */
const call = (request: string): Buffer => hex(`94 30 ${request} 80 a3612e62`);
/** The bytes of `[16, 1, {}, "a.b", [<value>]]`. */
const publish = (value: string): Buffer => hex(`95 10 01 80 a3612e62 91 ${value}`);
const requestOf = (message: ClientMessage): unknown => 'request' in message && message.request;

const wireFormat: WireFormat = {
  write: (wire) => Buffer.from(write(wire)),
  read: (bytes) => withNumbers(read(bytes)),
};

describe('msgpackSerializer', () => {
  serializerSuite(serializer, wireFormat);
  lenientSerializerSuite(msgpackSerializer(LENIENT), wireFormat);

  it('is wamp.2.msgpack in binary messages', () => {
    deepEqual(
      [serializer.subprotocol, serializer.isBinary, serializer.format.name],
      ['wamp.2.msgpack', true, 'msgpack'],
    );
  });

  // SER-12: never a float, not even of 2^53.
  for (const [id, bytes] of [
    [1, '01'],
    [127, '7f'],
    [128, 'cc80'],
    [2 ** 16 - 1, 'cdffff'],
    [2 ** 32 - 1, 'ceffffffff'],
    [2 ** 32, 'cf0000000100000000'],
    [2 ** 53 - 1, 'cf001fffffffffffff'],
    [2 ** 53, 'cf0020000000000000'],
  ] as const) {
    it(`writes the id ${id} as an integer`, () => {
      const request = toRequestId(id);
      const payload = Payload.of(msgpackFormat);
      const result = { type: MessageType.Result, request, details: {}, payload } as const;
      equal(serializer.encode(result, () => 0).toString('hex'), `9332${bytes}80`);
    });
  }

  // MSG-6
  it('refuses binary where a dict is expected', () => {
    throws(() => serializer.decode(hex('94 30 01 c400 a3612e62')), {
      message: 'Options is a dict',
    });
  });

  // SER-13, SER-14: unsigned, signed, float32 and float64.
  for (const one of [
    ...['01', 'cc01', 'cd0001', 'ce00000001', 'cf0000000000000001', 'd001', 'd10001'],
    ...['d200000001', 'd30000000000000001', 'ca3f800000', 'cb3ff0000000000000'],
  ]) {
    it(`takes the id 1 written as ${one}`, () => {
      equal(requestOf(serializer.decode(call(one))), 1);
    });
  }

  // ID-14
  it('takes 2^53 as an id, from an integer and from a float', () => {
    for (const id of ['cf0020000000000000', 'd30020000000000000', 'cb4340000000000000']) {
      equal(requestOf(serializer.decode(call(id))), 2 ** 53);
    }
  });

  // ID-10
  it('refuses what is no id: 0, 2^53 + 1, the greatest integers, negative and broken ones', () => {
    for (const id of [
      ...['00', 'cf0020000000000001', 'd30020000000000001', 'cfffffffffffffffff'],
      ...['ff', 'd0ff', 'd3ffffffffffffffff', 'd38000000000000000', 'cb3ff8000000000000'],
      ...['cb7ff0000000000000', 'cb7ff8000000000000', 'cb4340000000000001', 'c0', 'a131', '90'],
    ]) {
      throws(() => serializer.decode(call(id)), ProtocolViolation, id);
    }
  });

  // SER-3, SER-10: the bytes are those that came, long forms and all.
  it('passes the bytes of a payload on untouched', () => {
    for (const value of ['d90161', 'c40161', 'cd0001', 'cfffffffffffffffff', 'ca3f800000']) {
      const message = serializer.decode(publish(value));
      equal('payload' in message && message.payload.argsBytes?.toString('hex'), `91${value}`);
    }
  });

  // MSG-17
  it('takes an empty payload for none, in whatever form it is written', () => {
    for (const empty of ['90 80', 'dc0000 de0000', 'dd00000000 df00000000']) {
      const message = serializer.decode(hex(`96 10 01 80 a3612e62 ${empty}`));
      equal('payload' in message && message.payload.argsBytes, undefined);
      equal('payload' in message && message.payload.kwargsBytes, undefined);
    }
  });

  it('takes options and strings in their long forms', () => {
    const message = serializer.decode(hex('dc0004 10 01 df00000000 db00000003612e62'));
    deepEqual(
      { ...message, payload: undefined },
      {
        type: 16,
        request: 1,
        options: {},
        topic: 'a.b',
        payload: undefined,
      },
    );
  });

  it('decodes all that MessagePack has, integers beyond 2^53 as BigInts and binary as bytes', () => {
    for (const [bytes, value] of [
      ['c0', null],
      ['c2', false],
      ['c3', true],
      ['e0', -32],
      ['d080', -128],
      ['d18000', -32768],
      ['d280000000', -(2 ** 31)],
      ['cdffff', 65535],
      ['ceffffffff', 2 ** 32 - 1],
      ['d3ffdfffffffffffff', -(2n ** 53n) - 1n],
      ['d3ffe0000000000000', -(2 ** 53)],
      ['cf0020000000000001', 2n ** 53n + 1n],
      ['cfffffffffffffffff', 2n ** 64n - 1n],
      ['ca3fc00000', 1.5],
      ['cb3ff8000000000000', 1.5],
      ['c403000102', Buffer.of(0, 1, 2)],
      ['c5000101', Buffer.of(1)],
      ['c60000000101', Buffer.of(1)],
      ['d903e282ac', '€'],
      ['da0000', ''],
      ['81a16101', { a: 1 }],
      ['de0001a16101', { a: 1 }],
      ['dd0000000101', [1]],
    ] as const) {
      deepEqual(msgpackFormat.decode(hex(bytes)), value, bytes);
    }
  });

  it('writes every size of text, binary, list and dict as a reader expects it', () => {
    for (const size of [0, 1, 15, 16, 31, 32, 48, 49, 255, 256, 65_535, 65_536]) {
      const list = Array<null>(size).fill(null);
      const dict = Object.fromEntries(list.map((_, key) => [`k${key}`, key]));
      for (const value of ['x'.repeat(size), 'é'.repeat(size), Buffer.alloc(size, 1), list, dict]) {
        const encoded = msgpackFormat.encode(value);
        deepEqual(msgpackFormat.decode(encoded), value);
        deepEqual(write(read(encoded)), new Uint8Array(encoded));
      }
    }
  });

  it('is as strict as it is told, and reads PHP’s empty lists when it is lenient', () => {
    const withLists = hex('96 10 01 90 a3612e62 90 90');
    throws(() => serializer.decode(withLists), { message: 'ArgumentsKw is a dict' });
    const lenient = msgpackSerializer({ depth: 3, keys: 2, isLenient: true });
    deepEqual(requestOf(lenient.decode(withLists)), 1);
    throws(() => lenient.decode(hex('96 10 01 90 a3612e62 90 9101')), ProtocolViolation);
    throws(() => lenient.decode(publish('9190')), /nested too deeply/);
  });

  it('leaves out of dicts what is undefined, as wampy sends the options that it was not given', () => {
    const message = serializer.decode(hex('94 20 01 82 a56d61746368 d40000 a3666f6f 01 a3612e62'));
    deepEqual('options' in message && message.options, { foo: 1 });
    deepEqual(msgpackFormat.decode(hex('82a161d40000a16201')), { b: 1 });
    deepEqual(msgpackFormat.decode(hex('92d4000001')), [null, 1]);
  });

  it('refuses every other extension type', () => {
    for (const value of ['d40001', 'd40100', 'd47200', 'd50000', 'd400']) {
      throws(() => serializer.decode(publish(value)), ProtocolViolation, value);
    }
  });
});
