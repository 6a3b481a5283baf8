import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';

import { duration, parseDuration } from '../../src/config/duration.js';

describe('parseDuration', () => {
  for (const [text, ms] of [
    ['0s', 0],
    ['250ms', 250],
    ['1.5s', 1500],
    ['300s', 300_000],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
  ] as const) {
    it(`reads ${text} as ${ms} ms`, () => {
      equal(parseDuration(text), ms);
    });
  }

  for (const text of [
    '',
    '5',
    '5x',
    '5 m',
    '-5m',
    '5M',
    '.5s',
    '1.ms',
    '0.5ms',
    '1e3s',
    '5m5s',
    ' 5m',
    '5m\n',
  ]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      equal(parseDuration(text), undefined);
    });
  }
});

describe('duration', () => {
  const messages = (schema: ReturnType<typeof duration>, value: unknown) =>
    schema.safeParse(value).error?.issues.map((issue) => issue.message);

  it('accepts its bounds and nothing beyond them', () => {
    const schema = duration({ min: '1s', max: '1m' });
    deepEqual(
      ['999ms', '1s', '1m', '60001ms'].map((text) => schema.safeParse(text).data),
      [undefined, 1000, 60_000, undefined],
    );
  });

  it('says what it expects, and its bounds', () => {
    const expected = ['a duration such as 5m, from 0s to 60s'];
    deepEqual(messages(duration({ min: '0s', max: '60s' }), '5x'), expected);
    deepEqual(messages(duration({ min: '0s', max: '60s' }), 5), expected);
  });

  it('refuses what is longer than a timer can wait', () => {
    deepEqual(messages(duration(), '25d'), ['a duration such as 5m']);
    equal(duration().parse('2147483647ms'), 2 ** 31 - 1);
  });
});
