import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseOpenFiles, requireOpenFiles } from '../../../bench/measurements/open-files.js';

describe('parseOpenFiles', () => {
  const head = 'Limit                     Soft Limit           Hard Limit           Units';
  const cases: readonly [string, string, number][] = [
    [
      'the hard limit',
      'Max open files            1024                 524288               files',
      524_288,
    ],
    [
      'no limit',
      'Max open files            unlimited            unlimited            files',
      Infinity,
    ],
    [
      'nothing',
      'Max processes             7823                 7823                 processes',
      Infinity,
    ],
  ];
  for (const [what, line, expected] of cases) {
    it(`reads ${what} as ${expected}`, () => {
      assert.equal(parseOpenFiles(`${head}\n${line}\n`), expected);
    });
  }
});

describe('requireOpenFiles', () => {
  it('accepts a limit that is just enough', () => {
    assert.doesNotThrow(() => {
      requireOpenFiles(10_000, 10_100);
    });
  });

  it('says how to raise a limit that is too low', () => {
    assert.throws(() => {
      requireOpenFiles(10_000, 10_099);
    }, /^Error: 10000 connections need 10100 open files, and 10099 are allowed: raise .*`ulimit -Hn 10100`/);
  });
});
