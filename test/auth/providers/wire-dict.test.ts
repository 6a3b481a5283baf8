import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { toDict } from '../../../src/auth/providers/wire-dict.js';

describe('toDict', () => {
  it('gives a dictionary as it is', () => {
    const dict = { a: 1 };
    assert.equal(toDict(dict), dict);
  });

  it('takes the empty list of PHP for an empty dictionary', () => {
    assert.deepEqual(toDict([]), {});
  });

  for (const value of [['a'], null, undefined, 'a', 1, true]) {
    it(`gives undefined for ${inspect(value)}`, () => {
      assert.equal(toDict(value), undefined);
    });
  }
});
