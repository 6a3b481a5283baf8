import { equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PatternMap } from '../../../src/router/pattern-map/pattern-map.js';
import { uriMatcher } from '../../../src/router/pattern-map/uri-matcher.js';

describe('uriMatcher', () => {
  it('finds what a map of patterns finds', () => {
    const components = (...some: string[]): fc.Arbitrary<string> =>
      fc
        .array(fc.constantFrom(...some), { minLength: 1, maxLength: 4 })
        .map((all) => all.join('.'));
    fc.assert(
      fc.property(
        components('a', 'ab', '', 'wamp', 'expressway'),
        fc.constantFrom('exact', 'prefix', 'wildcard'),
        components('a', 'ab', 'b', 'wamp', 'expressway'),
        (uri, match, topic) => {
          const map = new PatternMap<true>();
          map.set(uri, match, true);
          equal(uriMatcher(uri, match)(topic), map.matching(topic).length > 0);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
