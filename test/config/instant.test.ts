import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { parseInstant } from '../../src/config/instant.js';

describe('parseInstant', () => {
  for (const [text, iso] of [
    ['2026-12-01', '2026-12-01T00:00:00Z'],
    ['2028-02-29', '2028-02-29T00:00:00Z'],
    ['2026-12-01T12:30Z', '2026-12-01T12:30:00Z'],
    ['2026-12-01T12:30:15+02:00', '2026-12-01T10:30:15Z'],
  ] as const) {
    it(`reads ${text}`, () => {
      equal(parseInstant(text), Date.parse(iso) / 1000);
    });
  }

  for (const text of [
    '',
    'tomorrow',
    '2026-12',
    '2026-13-01',
    '2026-02-30',
    '2026-02-29',
    '2026-12-01T12:00:00',
    '2026-12-01 12:00:00Z',
    '2026-12-01T25:00:00Z',
    '1764547200',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      equal(parseInstant(text), undefined);
    });
  }
});
