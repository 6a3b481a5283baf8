import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { byteSize, parseByteSize } from '../../src/config/byte-size.js';

describe('parseByteSize', () => {
  for (const [text, bytes] of [
    ['0B', 0],
    ['512B', 512],
    ['64KiB', 65_536],
    ['1MiB', 1_048_576],
    ['2GiB', 2_147_483_648],
  ] as const) {
    it(`reads ${text} as ${bytes} bytes`, () => {
      equal(parseByteSize(text), bytes);
    });
  }

  for (const text of ['', '64', '64kB', '64KB', '64kib', '1.5MiB', '-1B', '64 KiB', '64KiB\n']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      equal(parseByteSize(text), undefined);
    });
  }
});

describe('byteSize', () => {
  const schema = byteSize({ min: '1KiB', max: '1MiB' });

  it('accepts its bounds and nothing beyond them', () => {
    deepEqual(
      ['1023B', '1KiB', '1MiB', '1048577B'].map((text) => schema.safeParse(text).data),
      [undefined, 1024, 1_048_576, undefined],
    );
  });

  it('says what it expects', () => {
    deepEqual(
      schema.safeParse('64kB').error?.issues.map((issue) => issue.message),
      ['a size such as 64KiB, from 1KiB to 1MiB'],
    );
  });
});
