import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode as read, encode as write } from 'cbor2';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { toRequestId } from '../../../src/router/protocol/id.js';
import { MessageType, type ClientMessage } from '../../../src/router/protocol/message.js';
import { Payload } from '../../../src/router/protocol/payload.js';
import { cborFormat, cborSerializer } from '../../../src/router/serializer/cbor-serializer.js';
import {
  LENIENT,
  lenientSerializerSuite,
  serializerSuite,
  type WireFormat,
} from '../../compliance/serializer.js';
import { withNumbers } from '../../support/plain-values.js';

const serializer = cborSerializer();
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** The bytes of `[48, <request>, {}, "a.b"]`. */
const call = (request: string): Buffer => hex(`84 1830 ${request} a0 63612e62`);
/** The bytes of `[16, 1, {}, "a.b", [<value>]]`. */
const publish = (value: string): Buffer => hex(`85 10 01 a0 63612e62 81 ${value}`);
const requestOf = (message: ClientMessage): unknown => 'request' in message && message.request;

const wireFormat: WireFormat = {
  write: (wire) => Buffer.from(write(wire)),
  read: (bytes) => withNumbers(read(bytes)),
};

describe('cborSerializer', () => {
  serializerSuite(serializer, wireFormat);
  lenientSerializerSuite(cborSerializer(LENIENT), wireFormat);

  it('is wamp.2.cbor in binary messages', () => {
    deepEqual(
      [serializer.subprotocol, serializer.isBinary, serializer.format.name],
      ['wamp.2.cbor', true, 'cbor'],
    );
  });

  // SER-12: never a float, not even of 2^53.
  for (const [id, bytes] of [
    [1, '01'],
    [23, '17'],
    [24, '1818'],
    [2 ** 16 - 1, '19ffff'],
    [2 ** 32 - 1, '1affffffff'],
    [2 ** 32, '1b0000000100000000'],
    [2 ** 53 - 1, '1b001fffffffffffff'],
    [2 ** 53, '1b0020000000000000'],
  ] as const) {
    it(`writes the id ${id} as an integer`, () => {
      const request = toRequestId(id);
      const payload = Payload.of(cborFormat);
      const result = { type: MessageType.Result, request, details: {}, payload } as const;
      equal(serializer.encode(result, () => 0).toString('hex'), `831832${bytes}a0`);
    });
  }

  // MSG-6
  it('refuses binary where a dict is expected', () => {
    throws(() => serializer.decode(hex('84 1830 01 40 63612e62')), {
      message: 'Options is a dict',
    });
  });

  // SER-13, SER-14: every width, floats of all three sizes, a bignum.
  for (const one of [
    ...['01', '1801', '190001', '1a00000001', '1b0000000000000001'],
    ...['f93c00', 'fa3f800000', 'fb3ff0000000000000', 'c24101'],
  ]) {
    it(`takes the id 1 written as ${one}`, () => {
      equal(requestOf(serializer.decode(call(one))), 1);
    });
  }

  // ID-14
  it('takes 2^53 as an id, from an integer and from a float', () => {
    for (const id of ['1b0020000000000000', 'fa5a000000', 'fb4340000000000000']) {
      equal(requestOf(serializer.decode(call(id))), 2 ** 53);
    }
  });

  // ID-10
  it('refuses what is no id: 0, 2^53 + 1, the greatest integers, negative and broken ones', () => {
    for (const id of [
      ...['00', '20', '3bffffffffffffffff', '1b0020000000000001', '1bffffffffffffffff'],
      ...['c249010000000000000000', 'f93e00', 'f97c00', 'f97e00', 'fb4340000000000001'],
      ...['f6', 'f7', 'f5', '6131', '80'],
    ]) {
      throws(() => serializer.decode(call(id)), ProtocolViolation, id);
    }
  });

  // SER-4, SER-10, SER-17, SER-18: the bytes are those that came, long forms, dates and all.
  it('passes the bytes of a payload on untouched', () => {
    for (const value of [
      ...['780161', '4161', '190001', '1bffffffffffffffff', '3bffffffffffffffff', 'f93c00', 'f7'],
      ...['9f01ff', 'bf616101ff', '7f6161ff', '5f4161ff', 'c11a514b67b0', 'c249010000000000000000'],
      ...['c074323031332d30332d32315432303a30343a30305a', 'd9d9f701'],
    ]) {
      const message = serializer.decode(publish(value));
      equal('payload' in message && message.payload.argsBytes?.toString('hex'), `81${value}`);
    }
  });

  // MSG-17
  it('takes an empty payload for none, in whatever form it is written', () => {
    for (const empty of ['80 a0', '9800 b800', '9fff bfff', '9b0000000000000000 ba00000000']) {
      const message = serializer.decode(hex(`86 10 01 a0 63612e62 ${empty}`));
      equal('payload' in message && message.payload.argsBytes, undefined);
      equal('payload' in message && message.payload.kwargsBytes, undefined);
    }
  });

  // SER-17
  it('takes a message, options and strings of indefinite length', () => {
    const message = serializer.decode(hex('9f 10 01 bfff 7f 61 61 62 2e62 ff ff'));
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

  it('takes a message that says that it is CBOR', () => {
    equal(requestOf(serializer.decode(Buffer.concat([hex('d9d9f7'), call('05')]))), 5);
  });

  it('decodes all that CBOR has, integers beyond 2^53 as BigInts and binary as bytes', () => {
    for (const [bytes, value] of [
      ['f6', null],
      ['f7', null],
      ['f4', false],
      ['f5', true],
      ['20', -1],
      ['38ff', -256],
      ['3b001fffffffffffff', -(2 ** 53)],
      ['3b0020000000000000', -(2n ** 53n) - 1n],
      ['1b0020000000000001', 2n ** 53n + 1n],
      ['1bffffffffffffffff', 2n ** 64n - 1n],
      ['3bffffffffffffffff', -(2n ** 64n)],
      ['c249010000000000000000', 2n ** 64n],
      ['c349010000000000000000', -(2n ** 64n) - 1n],
      ['c240', 0],
      ['f90001', 2 ** -24],
      ['f9c400', -4],
      ['f97bff', 65504],
      ['f97c00', Infinity],
      ['f97e00', NaN],
      ['fa3fc00000', 1.5],
      ['fb3ff8000000000000', 1.5],
      ['43000102', Buffer.of(0, 1, 2)],
      ['5f41004101ff', Buffer.of(0, 1)],
      ['7f62c3a96161ff', 'éa'],
      ['7fff', ''],
      ['bf616101ff', { a: 1 }],
      ['9f0102ff', [1, 2]],
      ['a1616181a0', { a: [{}] }],
      ['c074323031332d30332d32315432303a30343a30305a', '2013-03-21T20:04:00Z'],
      ['c1fb41d452d9ec200000', 1363896240.5],
      ['d9d9f701', 1],
    ] as const) {
      deepEqual(cborFormat.decode(hex(bytes)), value, bytes);
    }
  });

  it('writes every size of text, binary, list and dict as a reader expects it', () => {
    for (const size of [0, 1, 23, 24, 48, 49, 255, 256, 65_535, 65_536]) {
      const list = Array<null>(size).fill(null);
      for (const value of ['x'.repeat(size), 'é'.repeat(size), Buffer.alloc(size, 1), list]) {
        const encoded = cborFormat.encode(value);
        deepEqual(cborFormat.decode(encoded), value);
        deepEqual(write(read(new Uint8Array(encoded))), new Uint8Array(encoded));
      }
    }
  });

  it('is as strict as it is told, and reads PHP’s empty lists when it is lenient', () => {
    const withLists = hex('86 10 01 80 63612e62 80 80');
    throws(() => serializer.decode(withLists), { message: 'ArgumentsKw is a dict' });
    const lenient = cborSerializer({ depth: 3, keys: 2, isLenient: true });
    deepEqual(requestOf(lenient.decode(withLists)), 1);
    throws(() => lenient.decode(hex('86 10 01 80 63612e62 80 8101')), ProtocolViolation);
    throws(() => lenient.decode(publish('8180')), /nested too deeply/);
  });

  it('leaves out of dicts what is undefined, as wampy sends the options that it was not given', () => {
    const message = serializer.decode(hex('84 1820 01 a2 656d61746368 f7 63666f6f 01 63612e62'));
    deepEqual('options' in message && message.options, { foo: 1 });
    deepEqual(cborFormat.decode(hex('a26161f7616201')), { b: 1 });
    deepEqual(cborFormat.decode(hex('82f701')), [null, 1]);
  });
});
