import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockTime, parseTime, relativeTime } from './page-modules.js';

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

describe('parseTime', () => {
  it('reads ISO 8601', () => {
    assert.equal(parseTime('1970-01-01T00:00:01Z'), 1000);
    assert.equal(parseTime('1970-01-01T01:00:01.500+01:00'), 1500);
  });

  for (const text of ['', 'yesterday', '<b title=1>', '1970', '2026-13-45T99:99:99Z']) {
    it(`finds no time in "${text}"`, () => {
      assert.equal(parseTime(text), Number.NaN);
    });
  }
});
