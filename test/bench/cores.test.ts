import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCoreList, pinnedNode } from '../../bench/cores.js';
import { parseStat } from '../../bench/server-process.js';

describe('parseCoreList', () => {
  const cases: readonly [string, readonly number[]][] = [
    ['0', [0]],
    [' 0,1\n', [0, 1]],
    ['2-4,7', [2, 3, 4, 7]],
  ];
  for (const [text, cores] of cases) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseCoreList(text), cores);
    });
  }
});

describe('pinnedNode', () => {
  it('runs node on the core', () => {
    assert.deepEqual(pinnedNode(1, ['a.js']), ['taskset', '-c', '1', process.execPath, 'a.js']);
  });

  it('runs node anywhere without a core', () => {
    assert.deepEqual(pinnedNode(undefined, ['a.js']), [process.execPath, 'a.js']);
  });
});

describe('parseStat', () => {
  it('adds user and system time of a process whose name holds blanks and parentheses', () => {
    const line = '42 (a) b (c) R 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0';
    assert.equal(parseStat(line), 3);
  });
});
