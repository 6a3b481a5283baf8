import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jsonCopy } from '../../../src/router/serializer/json-copy.js';
import { jsonText } from '../../../src/router/serializer/json-writer.js';
import { runs, wireValue } from '../../support/fuzz.js';

/** What JSON has, beside what it writes in another way or not at all. */
const anything = fc.oneof(
  wireValue,
  fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
  fc.json().map((text) => JSON.parse(text) as unknown),
);

describe('jsonCopy', () => {
  it('gives what reading the JSON text gives, or nothing', () => {
    let copies = 0;
    const compare = (value: unknown): void => {
      const copy = jsonCopy(value);
      if (copy === undefined) return;
      copies += 1;
      deepEqual(copy, JSON.parse(jsonText(value)));
      equal(JSON.stringify(copy), jsonText(value));
    };
    fc.assert(fc.property(anything, compare), runs(2000));
    notEqual(copies, 0);
  });

  it('copies lists and dicts of what JSON has, without what it does not write', () => {
    const inner = { b: [1, 'x', null, true], c: undefined };
    const copy = jsonCopy({ a: inner });
    deepEqual(copy, { a: { b: [1, 'x', null, true] } });
    notEqual((copy as typeof copy & { a: unknown }).a, inner);
  });

  for (const [what, value] of [
    ['-0', -0],
    ['NaN', NaN],
    ['a BigInt', 1n],
    ['binary', Buffer.from('x')],
    ['a Date', new Date(0)],
    ['undefined in a list', [undefined]],
    ['a function', { f: () => 1 }],
    ['a form of its own', { toJSON: () => 1 }],
    ['a key named __proto__', JSON.parse('{"__proto__":{"x":1}}')],
    ['a dict without a prototype', Object.create(null)],
  ] as const) {
    it(`leaves ${what} to the writer`, () => {
      equal(jsonCopy({ inside: [value] }), undefined);
    });
  }

  it('leaves what contains itself, or is very deep, to the writer', () => {
    const list: unknown[] = [];
    list.push(list);
    equal(jsonCopy(list), undefined);
  });
});
