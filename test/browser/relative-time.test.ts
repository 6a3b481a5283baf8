import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockTime, relativeTime } from './page-modules.js';

const now = Date.UTC(2026, 10, 22);

describe('relativeTime', () => {
  for (const [seconds, words] of [
    [-3600, 'just now'],
    [9, 'just now'],
    [10, '10 s ago'],
    [59, '59 s ago'],
    [60, '1 min ago'],
    [3599, '59 min ago'],
    [3600, '1 h ago'],
    [86_399, '23 h ago'],
    [86_400, '1 d ago'],
    [7 * 86_400 - 1, '6 d ago'],
  ] as const) {
    it(`calls ${seconds} seconds "${words}"`, () => {
      assert.equal(relativeTime(now - seconds * 1000, now), words);
    });
  }

  it('gives the date after a week', () => {
    assert.match(relativeTime(now - 8 * 86_400_000, now), /2026/u);
  });
});

describe('clockTime', () => {
  for (const [ms, words] of [
    [0, '0:00'],
    [1, '0:01'],
    [59_001, '1:00'],
    [299_500, '5:00'],
    [3_600_000, '60:00'],
  ] as const) {
    it(`writes ${ms} ms as ${words}`, () => {
      assert.equal(clockTime(ms), words);
    });
  }
});
