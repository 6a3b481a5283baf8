import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatTimestamp,
  newEventClock,
  parseTimestamp,
} from '../../../src/router/broker/timestamp.js';

const NOON = Date.parse('2026-01-01T12:00:00Z');

describe('parseTimestamp', () => {
  for (const [text, micros] of [
    ['2026-01-01T12:00:00Z', NOON * 1000],
    ['2026-01-01t12:00:00z', NOON * 1000],
    ['2026-01-01T13:30:00+01:30', NOON * 1000],
    ['2026-01-01T12:00:00.5Z', NOON * 1000 + 500_000],
    ['2026-01-01T12:00:00.069Z', NOON * 1000 + 69_000],
    ['2026-01-01T12:00:00.000001Z', NOON * 1000 + 1],
    ['2026-01-01T12:00:00.0000015Z', NOON * 1000 + 1.5],
  ] as const) {
    it(`reads ${text}`, () => {
      equal(parseTimestamp(text), micros);
    });
  }

  for (const text of ['', 'now', '2026-01-01', '2026-01-01 12:00:00Z', '2026-01-01T12:00:00']) {
    it(`does not take ${JSON.stringify(text)}`, () => {
      equal(parseTimestamp(text), undefined);
    });
  }

  it('takes no month that there is not', () => {
    equal(parseTimestamp('2026-13-01T12:00:00Z'), undefined);
  });

  it('reads what formatTimestamp writes', () => {
    for (const micros of [0, NOON * 1000 + 7, NOON * 1000 + 999_999]) {
      equal(parseTimestamp(formatTimestamp(micros)), micros);
    }
    equal(formatTimestamp(NOON * 1000 + 7), '2026-01-01T12:00:00.000007Z');
  });
});

describe('newEventClock', () => {
  it('goes with the time, gives no value twice, and follows a clock that is set back', (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: 10_000 });
    const now = newEventClock();
    const readings = [now(), now()];
    t.mock.timers.tick(1);
    readings.push(now());
    t.mock.timers.setTime(9_500);
    readings.push(now());
    t.mock.timers.setTime(5_000);
    readings.push(now());
    deepEqual(readings, [10_000_000, 10_000_001, 10_001_000, 10_001_001, 5_000_000]);
  });
});
