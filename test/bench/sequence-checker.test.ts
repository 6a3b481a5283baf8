import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SequenceChecker } from '../../bench/generator/sequence-checker.js';

const NONE = { lost: 0, reordered: 0, duplicated: 0, foreign: 0 };

/** The faults after these numbers, and which of them were the expected ones. */
function check(numbers: readonly number[], first = 10, stride = 1) {
  const checker = new SequenceChecker(first, stride);
  const accepted = numbers.filter((number) => checker.accept(number));
  return { accepted, faults: checker.faults(), next: checker.next };
}

describe('SequenceChecker', () => {
  it('finds nothing wrong in a stream without a gap', () => {
    const { accepted, faults, next } = check([10, 11, 12]);
    assert.deepEqual([accepted, faults, next], [[10, 11, 12], NONE, 13]);
  });

  it('follows a stride', () => {
    const { faults, next } = check([7, 1007, 2007], 7, 1000);
    assert.deepEqual([faults, next], [NONE, 3007]);
  });

  const cases: readonly [string, readonly number[], object][] = [
    ['counts each skipped number as lost', [10, 13, 14], { lost: 2 }],
    ['counts a loss at the very start', [11], { lost: 1 }],
    ['counts a late number as reordered and not as lost', [10, 12, 11], { reordered: 1 }],
    ['counts a number that came twice in a row', [10, 10], { duplicated: 1 }],
    ['counts a number that came again later', [10, 11, 12, 10], { duplicated: 1 }],
    [
      'counts a late number that comes twice once as each',
      [11, 10, 10],
      { reordered: 1, duplicated: 1 },
    ],
    ['counts a number before the first as foreign', [9], { foreign: 1 }],
    ['counts no number as foreign', [NaN], { foreign: 1 }],
  ];
  for (const [name, numbers, faults] of cases) {
    it(name, () => {
      assert.deepEqual(check(numbers).faults, { ...NONE, ...faults });
    });
  }

  it('counts a number of another stream as foreign', () => {
    assert.deepEqual(check([7, 1008], 7, 1000).faults, { ...NONE, foreign: 1 });
  });

  it('accepts no number that is not due', () => {
    assert.deepEqual(check([10, 12, 11, 11, 13]).accepted, [10, 13]);
  });

  it('gives up when more than 10,000 are missing', () => {
    const checker = new SequenceChecker(0);
    assert.throws(() => checker.accept(10_001), new RangeError('expected number 0, got 10001'));
    assert.equal(checker.accept(10_000), false);
    assert.equal(checker.faults().lost, 10_000);
  });
});
