import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FIRST_SEQUENCE, Payload, sequenceInJson } from '../../bench/generator/payload.js';

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
});
