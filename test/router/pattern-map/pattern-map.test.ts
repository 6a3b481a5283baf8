import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PatternMap } from '../../../src/router/pattern-map/pattern-map.js';
import type { MatchPolicy } from '../../../src/router/protocol/uri.js';

type Entry = readonly [uri: string, match: MatchPolicy];

/** A map whose values are the entries' own text. */
function mapOf(...entries: readonly Entry[]): PatternMap<string> {
  const map = new PatternMap<string>();
  for (const [uri, match] of entries) map.set(uri, match, `${match} ${uri}`);
  return map;
}

describe('PatternMap', () => {
  it('matches prefixes by string (PT-2)', () => {
    const map = mapOf(['com.myapp.topic.emergency', 'prefix']);
    const found = ['', '.11', '-low', '.category.severe'].map((end) =>
      map.patterns(`com.myapp.topic.emergency${end}`),
    );
    assert.ok(found.every(({ length }) => length === 1));
    assert.deepEqual(map.patterns('com.myapp.topic.emerge'), []);
  });

  it('matches wildcards by component (PT-3, PT-4)', () => {
    const map = mapOf(['com.myapp..userevent', 'wildcard'], ['.x', 'wildcard'], ['..', 'wildcard']);
    assert.deepEqual(map.patterns('com.myapp.foo.userevent'), ['wildcard com.myapp..userevent']);
    assert.deepEqual(map.patterns('com.myapp.foo.userevent.bar'), []);
    assert.deepEqual(map.patterns('com.myapp2.foo.userevent'), []);
    assert.deepEqual(map.patterns('a.x'), ['wildcard .x']);
    assert.deepEqual(map.patterns('a.b.c'), ['wildcard ..']);
  });

  it('finds exact, prefix and wildcard values side by side, the best first (PG-4)', () => {
    const map = mapOf(
      ['a.b.c', 'exact'],
      ['a.', 'prefix'],
      ['a.b', 'prefix'],
      ['a..c', 'wildcard'],
    );
    assert.deepEqual(map.matching('a.b.c'), [
      'exact a.b.c',
      'prefix a.b',
      'prefix a.',
      'wildcard a..c',
    ]);
    assert.equal(map.best('a.x.c'), 'prefix a.');
    assert.equal(map.best('b'), undefined);
  });

  // WAMP 11.8.3's table; its fifth call contradicts 11.8.1, which wins (X18).
  const registrations: readonly Entry[] = [
    ['a1.b2.c3.d4.e55', 'exact'],
    ['a1.b2.c3', 'prefix'],
    ['a1.b2.c3.d4', 'prefix'],
    ['a1.b2..d4.e5', 'wildcard'],
    ['a1.b2.c33..e5', 'wildcard'],
    ['a1.b2..d4.e5..g7', 'wildcard'],
    ['a1.b2..d4..f6.g7', 'wildcard'],
  ];
  const calls: readonly (readonly [procedure: string, best: string | undefined])[] = [
    ['a1.b2.c3.d4.e55', 'exact a1.b2.c3.d4.e55'],
    ['a1.b2.c3.d98.e74', 'prefix a1.b2.c3'],
    ['a1.b2.c3.d4.e325', 'prefix a1.b2.c3.d4'],
    ['a1.b2.c55.d4.e5', 'wildcard a1.b2..d4.e5'],
    ['a1.b2.c33.d4.e5', 'prefix a1.b2.c3'],
    ['a1.b2.c88.d4.e5.f6.g7', 'wildcard a1.b2..d4.e5..g7'],
    ['a2.b2.c2.d2.e2', undefined],
  ];
  for (const [procedure, best] of calls) {
    it(`gives a call of ${procedure} to ${best ?? 'nobody'} (PG-8)`, () => {
      assert.equal(mapOf(...registrations).best(procedure), best);
    });
  }

  it('matches URIs of a reserved namespace only by patterns that begin with it (X25, URI-14)', () => {
    const map = mapOf(
      ['', 'prefix'],
      ['wamp', 'prefix'],
      ['wamp.', 'prefix'],
      ['..', 'wildcard'],
      ['wamp..', 'wildcard'],
    );
    assert.deepEqual(map.patterns('wamp.session.count'), ['prefix wamp.', 'wildcard wamp..']);
    assert.deepEqual(map.patterns('wampum'), ['prefix wamp', 'prefix ']);
  });

  it('knows the same URI under each policy as another (PT-7, PG-10)', () => {
    const map = mapOf(['a.b', 'exact'], ['a.b', 'prefix'], ['a.b', 'wildcard']);
    assert.deepEqual(
      (['exact', 'prefix', 'wildcard'] as const).map((match) => map.find('a.b', match)),
      ['exact a.b', 'prefix a.b', 'wildcard a.b'],
    );
  });

  it('agrees with a scan over all patterns, whatever came and went', () => {
    const component = fc.constantFrom('', 'a', 'b', 'aa', 'wamp');
    const pattern = fc.array(component, { minLength: 1, maxLength: 4 }).map((all) => all.join('.'));
    const uri = fc
      .array(fc.constantFrom('a', 'b', 'aa', 'wamp'), { minLength: 1, maxLength: 4 })
      .map((all) => all.join('.'));
    const change = fc.record({
      uri: pattern,
      match: fc.constantFrom('prefix' as const, 'wildcard' as const),
      isSet: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), fc.array(uri), (changes, uris) => {
        const map = new PatternMap<string>();
        const model = new Map<string, Entry>();
        for (const each of changes) {
          const key = `${each.match} ${each.uri}`;
          if (each.isSet) {
            map.set(each.uri, each.match, key);
            model.set(key, [each.uri, each.match]);
          } else {
            map.delete(each.uri, each.match);
            model.delete(key);
          }
          for (const asked of uris) {
            const expected = [...model].filter(([, entry]) => matches(entry, asked));
            assert.deepEqual([...map.patterns(asked)].sort(), expected.map(([own]) => own).sort());
          }
        }
        assert.equal(map.hasPatterns, model.size > 0);
      }),
    );
  });
});

function matches([pattern, match]: Entry, uri: string): boolean {
  if (uri.startsWith('wamp.') && !pattern.startsWith('wamp.')) return false;
  if (match === 'prefix') return uri.startsWith(pattern);
  const [own, others] = [pattern.split('.'), uri.split('.')];
  return (
    own.length === others.length &&
    own.every((each, index) => each === '' || each === others[index])
  );
}
