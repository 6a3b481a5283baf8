import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { skipPlain } from '../../../src/router/serializer/plain-run.js';

const PLAIN = 'The quick brown fox, jumps over: the lazy dog! [{0123456789}]~\u007f';
const isPlain = (byte: number) => byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c;

describe('skipPlain', () => {
  it('stops at the first byte that does not stand for itself, whichever it is and wherever it stands', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      for (let place = 0; place < 24; place += 1) {
        const bytes = Buffer.from(PLAIN);
        bytes[place] = byte;
        assert.equal(skipPlain(bytes, 0), isPlain(byte) ? bytes.length : place);
      }
    }
  });

  it('sees no byte where there is none: beside another of any value each is judged alone', () => {
    const bytes = Buffer.alloc(8, 0x20);
    for (let first = 0; first < 256; first += 1) {
      for (let second = 0; second < 256; second += 1) {
        bytes[4] = first;
        bytes[5] = second;
        const expected = !isPlain(first) ? 4 : isPlain(second) ? 8 : 5;
        assert.equal(skipPlain(bytes, 0), expected, `${first} ${second}`);
      }
    }
  });

  it('begins anywhere, in buffers that begin anywhere and end anywhere', () => {
    const all = Buffer.alloc(64, 0x61);
    all[40] = 0x22;
    for (let from = 0; from < 9; from += 1) {
      for (let to = 32; to <= 64; to += 1) {
        const bytes = all.subarray(from, to);
        for (let start = 0; start < 12; start += 1) {
          assert.equal(skipPlain(bytes, start), Math.min(40, to) - from);
        }
      }
    }
  });

  it('gives the end at the end', () => {
    assert.equal(skipPlain(Buffer.alloc(0), 0), 0);
    assert.equal(skipPlain(Buffer.from('abc'), 3), 3);
  });
});
