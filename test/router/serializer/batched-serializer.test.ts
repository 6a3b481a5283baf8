import { deepEqual, equal, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode as readMsgpack, encode as writeMsgpack } from '@msgpack/msgpack';
import { decode as readCbor, encode as writeCbor } from 'cbor2';
import { ProtocolViolation } from '../../../src/router/protocol/errors.js';
import { toRequestId } from '../../../src/router/protocol/id.js';
import { MessageType, type RouterMessage } from '../../../src/router/protocol/message.js';
import { allSerializers } from '../../../src/router/serializer/all-serializers.js';
import { batched } from '../../../src/router/serializer/batched-serializer.js';
import { cborSerializer } from '../../../src/router/serializer/cbor-serializer.js';
import { jsonSerializer } from '../../../src/router/serializer/json-serializer.js';
import { msgpackSerializer } from '../../../src/router/serializer/msgpack-serializer.js';
import type { Serializer } from '../../../src/router/serializer/serializer.js';
import { serializerSuite, type WireFormat } from '../../compliance/serializer.js';
import { withNumbers } from '../../support/plain-values.js';
import { fromBytes, toBytes } from '../../support/wire.js';

const TERMINATOR = Buffer.of(0x1e);

/** A batch from messages, framed as WAMP 15.2 says. */
const terminated = (...messages: readonly Buffer[]): Buffer =>
  Buffer.concat(messages.flatMap((message) => [message, TERMINATOR]));
const prefixed = (...messages: readonly Buffer[]): Buffer =>
  Buffer.concat(messages.flatMap((message) => [lengthOf(message), message]));

function lengthOf(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return length;
}

interface Case {
  readonly serializer: Serializer;
  readonly frame: (...messages: readonly Buffer[]) => Buffer;
  readonly format: WireFormat;
}

const cases: readonly Case[] = [
  {
    serializer: batched(jsonSerializer()),
    frame: terminated,
    format: { write: toBytes, read: fromBytes },
  },
  {
    serializer: batched(msgpackSerializer()),
    frame: prefixed,
    format: { write: (wire) => Buffer.from(writeMsgpack(wire)), read: readMsgpack },
  },
  {
    serializer: batched(cborSerializer()),
    frame: prefixed,
    format: { write: (wire) => Buffer.from(writeCbor(wire)), read: readCbor },
  },
];

const split = (serializer: Serializer, bytes: Buffer): readonly Buffer[] =>
  serializer.split?.(bytes) ?? [];

for (const { serializer, frame, format } of cases) {
  const [first, second] = [
    [34, 1, 7],
    [66, 2, 8],
  ].map(format.write) as [Buffer, Buffer];
  /** The one message in what `encode` gave. */
  const read = (bytes: Buffer): unknown => {
    const [message, ...more] = split(serializer, bytes);
    deepEqual(more, []);
    return withNumbers(format.read(message ?? Buffer.alloc(0)));
  };

  describe(serializer.subprotocol, () => {
    serializerSuite(serializer, { write: format.write, read });

    // BAT-2, BAT-4, BAT-5
    it('cuts a batch into its messages, in their order', () => {
      deepEqual(split(serializer, frame(first)), [first]);
      deepEqual(split(serializer, frame(first, second, first)), [first, second, first]);
    });

    // BAT-3: what is sent is a batch of one, and so batches can be joined.
    it('frames what it sends', () => {
      const messages = [1, 2].map((id): RouterMessage => ({
        type: MessageType.Unsubscribed,
        request: toRequestId(id),
      }));
      const sent = messages.map((message) => serializer.encode(message, () => 0));
      deepEqual(Buffer.concat(sent), frame(format.write([35, 1]), format.write([35, 2])));
    });

    it('leaves the headroom for the length of message and framing', () => {
      const message: RouterMessage = { type: MessageType.Unsubscribed, request: toRequestId(1) };
      const framed = frame(format.write([35, 1]));
      const bytes = serializer.encode(message, (length) => {
        equal(length, framed.length);
        return 14;
      });
      deepEqual(bytes.subarray(14), framed);
    });

    // BAT-6
    it('refuses an empty batch', () => {
      throws(() => split(serializer, Buffer.alloc(0)), { message: 'an empty batch' });
    });

    // BAT-7: at whatever byte it is cut.
    it('refuses a batch that was cut short', () => {
      const batch = frame(first, second);
      const ends = [frame(first).length, batch.length];
      for (let end = 1; end < batch.length; end += 1) {
        if (ends.includes(end)) continue;
        throws(() => split(serializer, batch.subarray(0, end)), ProtocolViolation, `at ${end}`);
      }
    });

    it('refuses more messages than it is told', () => {
      const small: Serializer = batched({ ...serializer, subprotocol: 'small' }, 2);
      deepEqual(split(small, frame(first, second)), [first, second]);
      throws(() => split(small, frame(first, second, first)), { message: 'too long a batch' });
      const batch = frame(...Array<Buffer>(4096).fill(first));
      equal(split(serializer, batch).length, 4096);
      throws(() => split(serializer, Buffer.concat([batch, frame(first)])), ProtocolViolation);
    });

    it('leaves it to decode to refuse an empty message', () => {
      deepEqual(split(serializer, frame(first, Buffer.alloc(0))), [first, Buffer.alloc(0)]);
      throws(() => serializer.decode(Buffer.alloc(0)), ProtocolViolation);
    });
  });
}

describe('batched, framed with a length', () => {
  it('refuses a length beyond the batch, however great', () => {
    const serializer = batched(cborSerializer());
    for (const length of ['00000002', '7fffffff', '80000000', 'ffffffff']) {
      throws(() => split(serializer, Buffer.from(`${length}80`, 'hex')), ProtocolViolation);
    }
  });
});

describe('allSerializers', () => {
  // SER-1, BAT-1
  it('are six, and the batched ones alone can split', () => {
    deepEqual(
      allSerializers().map(({ subprotocol, isBinary, split: splits }) => [
        subprotocol,
        isBinary,
        splits !== undefined,
      ]),
      [
        ['wamp.2.json', false, false],
        ['wamp.2.msgpack', true, false],
        ['wamp.2.cbor', true, false],
        ['wamp.2.json.batched', false, true],
        ['wamp.2.msgpack.batched', true, true],
        ['wamp.2.cbor.batched', true, true],
      ],
    );
  });

  it('have the limits that they are given', () => {
    for (const serializer of allSerializers({ depth: 1, keys: 1 })) {
      throws(() => serializer.decode(serializer.format.encode([49, 1, {}])), {
        message: 'nested too deeply',
      });
    }
  });
});
