import { deepEqual, equal } from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { PatternMap } from '../../../src/router/pattern-map/pattern-map.js';
import { PrefixMap } from '../../../src/router/pattern-map/prefix-map.js';
import { WildcardTrie } from '../../../src/router/pattern-map/wildcard-trie.js';
import type { MatchPolicy } from '../../../src/router/protocol/uri.js';
import { runs } from '../../support/fuzz.js';

const PATTERNS = 100_000;

/** Counts the searches through all patterns; a comparison with one that has come or gone is none. */
function countSearches({ mock }: TestContext): () => number {
  const isSearch = (table: unknown): boolean =>
    (table instanceof PrefixMap || table instanceof WildcardTrie) && table.size > 1;
  const methods = [PrefixMap, WildcardTrie].map((each) => mock.method(each.prototype, 'matching'));
  return () =>
    methods.flatMap((each) => each.mock.calls).filter((call) => isSearch(call.this)).length;
}

/** 100,000 patterns, half of them prefixes, that match no URI but those below `p`. */
function crowded(): PatternMap<string> {
  const map = new PatternMap<string>();
  for (let each = 0; each < PATTERNS; each += 2) {
    map.set(`p.${each}.`, 'prefix', `prefix ${each}`);
    map.set(`p.${each}..x`, 'wildcard', `wildcard ${each}`);
  }
  map.set('a.b', 'exact', 'exact');
  return map;
}

describe('PatternMap beside 100,000 patterns', () => {
  it('searches them once for each URI', (t) => {
    const map = crowded();
    const searches = countSearches(t);
    for (let time = 0; time < 100; time += 1) {
      deepEqual(map.matching('a.b'), ['exact']);
      deepEqual(map.matching('p.4.y.x'), ['prefix 4', 'wildcard 4']);
      equal(map.best('p.4.y.x'), 'prefix 4');
      deepEqual(map.patterns('nobody.listens'), []);
    }
    equal(searches(), 3 * 2);
  });

  it('does as many look-ups for an exact URI as beside one', (t) => {
    const few = new PatternMap<string>();
    few.set('p.0.', 'prefix', 'prefix 0');
    few.set('a.b', 'exact', 'exact');
    const [lookups, ...others] = [few, crowded()].map((map) => {
      map.matching('a.b');
      const get = t.mock.method(Map.prototype, 'get');
      map.matching('a.b');
      get.mock.restore();
      return get.mock.callCount();
    });
    deepEqual(others, [lookups]);
    equal(lookups, 2);
  });

  it('does not search again for what other patterns do not touch that come and go', (t) => {
    const map = crowded();
    map.patterns('a.b');
    map.patterns('p.4.y.x');
    const searches = countSearches(t);
    for (let time = 0; time < 100; time += 1) {
      map.set(`q.${time}.`, 'prefix', 'new');
      map.set(`p.${time}..y`, 'wildcard', 'new');
      deepEqual(map.matching('a.b'), ['exact']);
      deepEqual(map.patterns('p.4.y.x'), ['prefix 4', 'wildcard 4']);
      map.delete(`q.${time}.`, 'prefix');
      map.delete(`p.${time}..y`, 'wildcard');
    }
    equal(searches(), 0);
  });

  it('searches again for what a pattern touches that comes and goes', (t) => {
    const map = crowded();
    map.patterns('a.b');
    map.patterns('p.4.y.x');
    const searches = countSearches(t);
    map.set('p.', 'prefix', 'new');
    deepEqual(map.patterns('p.4.y.x'), ['prefix 4', 'new', 'wildcard 4']);
    map.delete('p.', 'prefix');
    deepEqual(map.patterns('p.4.y.x'), ['prefix 4', 'wildcard 4']);
    deepEqual(map.patterns('a.b'), []);
    equal(searches(), 2 * 2);
  });

  it('does not look at exact URIs that come and go', (t) => {
    const map = crowded();
    map.patterns('a.b');
    const searches = countSearches(t);
    for (let time = 0; time < 100; time += 1) {
      map.set(`a.b${time}`, 'exact', 'new');
      map.patterns('a.b');
      map.delete(`a.b${time}`, 'exact');
      map.patterns('a.b');
    }
    equal(searches(), 0);
  });
});

interface Change {
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly isSet: boolean;
}

const components = (...some: string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...some), { minLength: 1, maxLength: 4 }).map((all) => all.join('.'));

const change: fc.Arbitrary<Change> = fc.record({
  uri: components('', 'a', 'b', 'ab', 'wamp'),
  match: fc.constantFrom('exact', 'prefix', 'wildcard'),
  isSet: fc.boolean(),
});
const asked = components('a', 'b', 'ab', 'wamp');

describe('PatternMap', () => {
  // Between two questions for a URI there are no changes, a few, or more than are compared with it.
  it('finds what a map without a past finds, in the same order', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: asked },
      { weight: 3, arbitrary: change },
      { weight: 1, arbitrary: fc.array(change, { minLength: 10, maxLength: 24 }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const map = new PatternMap<string>();
        const present = new Map<string, Change>();
        for (const each of steps) {
          if (typeof each === 'string') {
            const anew = new PatternMap<string>();
            for (const [name, { uri, match }] of present) anew.set(uri, match, name);
            deepEqual(map.matching(each), anew.matching(each));
            equal(map.best(each), anew.best(each));
          } else {
            for (const one of [each].flat()) apply(one, map, present);
          }
        }
      }),
      runs(1000),
    );
  });
});

function apply(
  { uri, match, isSet }: Change,
  map: PatternMap<string>,
  present: Map<string, Change>,
): void {
  const name = `${match} ${uri}`;
  if (isSet) {
    map.set(uri, match, name);
    present.set(name, { uri, match, isSet });
  } else {
    map.delete(uri, match);
    present.delete(name);
  }
}
