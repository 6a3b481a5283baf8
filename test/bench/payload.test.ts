import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codecOf } from '../../bench/generator/message-codec.js';
import {
  FIRST_SEQUENCE,
  Payload,
  sequenceInJson,
  sequenceReaderOf,
} from '../../bench/generator/payload.js';

describe('Payload', () => {
  for (const bytes of [80, 100, 10_000]) {
    it(`is a JSON list of exactly ${bytes} bytes`, () => {
      const text = new Payload(bytes).arguments(FIRST_SEQUENCE);
      assert.equal(Buffer.byteLength(text), bytes);
      assert.equal(Array.isArray(JSON.parse(text)), true);
    });
  }

  it('refuses a size that has no room for its members', () => {
    assert.throws(() => new Payload(60), new RangeError('a payload of 60 bytes is too small'));
  });

  it('finds its number in a message that lies somewhere in a buffer', () => {
    const message = `..[36,1,2,{},${new Payload(100).arguments(12_345_678)}]`;
    const buffer = Buffer.from(`${message}[36,`);
    assert.equal(sequenceInJson(buffer, message.length), 12_345_678);
  });

  it('finds no number where the message ends otherwise', () => {
    const message = Buffer.from(`[36,1,2,{},${new Payload(100).arguments(12_345_678)},{}]`);
    assert.equal(sequenceInJson(message, message.length), NaN);
  });

  it('matches its own decoded arguments only', () => {
    const payload = new Payload(100);
    const args: unknown = JSON.parse(payload.arguments(12_345_678));
    const other: unknown = JSON.parse(new Payload(101).arguments(12_345_678));
    assert.deepEqual(
      [
        payload.matches(args, 12_345_678),
        payload.matches(args, 12_345_679),
        payload.matches(other, 12_345_678),
        payload.matches(undefined, 12_345_678),
      ],
      [true, false, false, false],
    );
  });

  it('takes members that changed places for the same', () => {
    const [, message] = /"message":"([^"]+)"/.exec(new Payload(100).arguments(12_345_678)) ?? [];
    const turned = { message, status: 'available', user: 'ryan' };
    assert.equal(new Payload(100).matches([turned, 12_345_678], 12_345_678), true);
  });
});

describe('sequenceReaderOf', () => {
  for (const serializer of ['json', 'msgpack', 'cbor'] as const) {
    it(`reads the number at the end of a message of ${serializer}, and only there`, () => {
      const args: unknown = JSON.parse(new Payload(100).arguments(FIRST_SEQUENCE + 5));
      const encode = (...rest: readonly unknown[]) =>
        Buffer.from(codecOf(serializer).encode([36, 1, 2, {}, args, ...rest]));
      const read = sequenceReaderOf(serializer);
      const [event, withMore] = [encode(), encode(['more'])];
      assert.equal(read(event, event.length), FIRST_SEQUENCE + 5);
      assert.equal(read(withMore, withMore.length), NaN);
    });
  }

  it('reads an int32 of MessagePack, as some routers write it', () => {
    const event = Buffer.from([0x91, 0xd2, 0x00, 0x98, 0x96, 0x80]);
    assert.equal(sequenceReaderOf('msgpack')(event, event.length), FIRST_SEQUENCE);
  });
});
