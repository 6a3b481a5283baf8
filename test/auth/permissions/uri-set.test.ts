import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { UriSet } from '../../../src/auth/permissions/uri-set.js';
import type { MatchPolicy } from '../../../src/router/index.js';

type Pattern = readonly [match: MatchPolicy, uri: string];

const setOf = ([match, uri]: Pattern): UriSet => new UriSet(uri, match);
const components = fc.constantFrom('a', 'b', 'ab', 'wamp');
const uris = fc.array(components, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'));
const patterns: fc.Arbitrary<Pattern> = fc.oneof(
  uris.map((uri): Pattern => ['exact', uri]),
  fc.tuple(uris, fc.nat(8)).map(([uri, end]): Pattern => ['prefix', uri.slice(0, end)]),
  fc
    .array(fc.oneof(components, fc.constant('')), { minLength: 1, maxLength: 3 })
    .map((parts): Pattern => ['wildcard', parts.join('.')]),
);

describe('UriSet', () => {
  const inclusions: readonly (readonly [wider: Pattern, narrower: Pattern, includes: boolean])[] = [
    [['exact', 'a.b'], ['exact', 'a.b'], true],
    [['exact', 'a.b'], ['prefix', 'a.b'], false],
    [['exact', 'a.b'], ['wildcard', 'a.b'], false],
    [['prefix', 'a.'], ['exact', 'a.b'], true],
    [['prefix', 'a.'], ['prefix', 'a'], false],
    [['prefix', 'a'], ['prefix', 'a.'], true],
    [['prefix', 'a.'], ['wildcard', 'a..c'], true],
    [['prefix', 'a.b'], ['wildcard', 'a..c'], false],
    [['prefix', ''], ['wildcard', '..'], true],
    [['wildcard', 'a.'], ['exact', 'a.b'], true],
    [['wildcard', 'a.'], ['prefix', 'a.'], false],
    [['wildcard', '..c'], ['wildcard', 'a..c'], true],
    [['wildcard', 'a..c'], ['wildcard', '..c'], false],
    [['prefix', ''], ['exact', 'wamp.session.on_join'], false],
    [['prefix', 'wamp.'], ['exact', 'wamp.session.on_join'], true],
    [['wildcard', '..'], ['exact', 'wamp.session.on_join'], false],
  ];
  for (const [wider, narrower, includes] of inclusions) {
    it(`says ${String(includes)} to whether ${wider.join(' ')} includes ${narrower.join(' ')}`, () => {
      assert.equal(setOf(wider).includes(setOf(narrower)), includes);
    });
  }

  it('includes only sets whose every URI it includes', () => {
    fc.assert(
      fc.property(patterns, patterns, uris, (wider, narrower, uri) => {
        const element = setOf(['exact', uri]);
        const isElement = setOf(narrower).includes(element);
        const isIncluded = setOf(wider).includes(setOf(narrower));
        assert.ok(!isElement || !isIncluded || setOf(wider).includes(element));
      }),
      { numRuns: 5000 },
    );
  });

  it('intersects every set with which it shares a URI, whichever is asked', () => {
    fc.assert(
      fc.property(patterns, patterns, uris, (one, other, uri) => {
        const isShared = [one, other].every((each) => setOf(each).includes(setOf(['exact', uri])));
        assert.ok(!isShared || setOf(one).intersects(setOf(other)));
        assert.ok(!isShared || setOf(other).intersects(setOf(one)));
      }),
      { numRuns: 5000 },
    );
  });

  it('does not intersect sets that have nothing in common', () => {
    assert.equal(setOf(['prefix', 'a.b']).intersects(setOf(['prefix', 'a.c'])), false);
    assert.equal(setOf(['wildcard', 'a.']).intersects(setOf(['wildcard', 'b.'])), false);
    assert.equal(setOf(['wildcard', 'a.']).intersects(setOf(['prefix', 'a.b.'])), false);
    assert.equal(setOf(['prefix', '']).intersects(setOf(['prefix', 'wamp.'])), false);
  });
});
