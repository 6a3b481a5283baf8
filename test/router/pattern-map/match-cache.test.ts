import { deepEqual, equal } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MatchCache } from '../../../src/router/pattern-map/match-cache.js';

/** More than one generation has room for. */
const MANY = 20_000;
/** More changes than are compared with a URI. */
const MANY_CHANGES = 17;

const uris = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `made.up.${from + index}`);

const newCache = (kept: readonly string[]): MatchCache<string> => {
  const cache = new MatchCache<string>();
  for (const uri of kept) cache.keep(uri, [`of ${uri}`]);
  return cache;
};

/** How many of these URIs are kept. */
const keptOf = (cache: MatchCache<string>, among: readonly string[]): number =>
  among.filter((uri) => cache.find(uri) !== undefined).length;

describe('MatchCache', () => {
  it('gives what was kept, the same list each time', () => {
    const cache = newCache(['a.b']);
    deepEqual(cache.find('a.b'), ['of a.b']);
    equal(cache.find('a.b'), cache.find('a.b'));
    equal(cache.find('a.c'), undefined);
  });

  for (const [pattern, match] of [
    ['a.', 'prefix'],
    ['.b', 'wildcard'],
    ['a.b', 'prefix'],
    ['.', 'wildcard'],
  ] as const) {
    it(`forgets a.b when ${match} "${pattern}" comes or goes, and keeps c.d.e`, () => {
      const cache = newCache(['a.b', 'c.d.e']);
      cache.note(pattern, match);
      equal(cache.find('a.b'), undefined);
      deepEqual(cache.find('c.d.e'), ['of c.d.e']);
    });
  }

  it('forgets both when a prefix of both comes or goes', () => {
    const cache = newCache(['a.b', 'c.d.e']);
    cache.note('', 'prefix');
    equal(keptOf(cache, ['a.b', 'c.d.e']), 0);
  });

  it('keeps a URI through any number of changes that do not touch it, if it is asked for in between', () => {
    const cache = newCache(['a.b']);
    for (let change = 0; change < 1000; change += 1) {
      cache.note(`c.${change}`, change % 2 === 0 ? 'prefix' : 'wildcard');
      deepEqual(cache.find('a.b'), ['of a.b']);
    }
  });

  it('forgets a URI that has missed more changes than it compares', () => {
    const cache = newCache(['a.b', 'a.c']);
    for (let change = 0; change < MANY_CHANGES - 1; change += 1) cache.note('c.', 'prefix');
    deepEqual(cache.find('a.b'), ['of a.b']);
    cache.note('c.', 'prefix');
    deepEqual(cache.find('a.b'), ['of a.b']);
    equal(cache.find('a.c'), undefined);
  });

  it('does not take an old match for a valid one once the change that ended it is out of sight', () => {
    const cache = newCache(['a.b']);
    cache.note('a.', 'prefix');
    for (let change = 0; change < 3 * MANY_CHANGES; change += 1) {
      cache.note('c.', 'prefix');
      equal(cache.find('a.b'), undefined);
    }
  });

  it('takes in a match anew after it was forgotten', () => {
    const cache = newCache(['a.b']);
    cache.note('a.', 'prefix');
    cache.keep('a.b', ['anew']);
    deepEqual(cache.find('a.b'), ['anew']);
  });

  it('forgets everything when it is cleared', () => {
    const cache = newCache(['a.b', ...uris(0, MANY)]);
    cache.clear();
    equal(keptOf(cache, ['a.b', ...uris(0, MANY)]), 0);
  });
});

describe('the bounds of MatchCache', () => {
  it('keeps a few thousand URIs at most, the latest of them', () => {
    const cache = newCache(uris(0, 10 * MANY));
    const latest = uris(10 * MANY - 5000, 10 * MANY);
    equal(keptOf(cache, latest), latest.length);
    equal(keptOf(cache, uris(0, 8 * MANY)), 0);
  });

  it('keeps what is in use, whatever else is asked for', () => {
    const cache = newCache(['a.b']);
    for (const uri of uris(0, 10 * MANY)) {
      cache.keep(uri, []);
      deepEqual(cache.find('a.b'), ['of a.b']);
    }
  });

  it('keeps fewer URIs where they are long or match much', () => {
    const long = uris(0, 4000).map((uri) => uri.padEnd(1000, 'x'));
    const cache = newCache(long);
    const left = keptOf(cache, long);
    equal(left > 500 && left < 2500, true, `${left} are kept`);

    const values = Array<string>(1000).fill('value');
    const wide = new MatchCache<string>();
    for (const uri of uris(0, 4000)) wide.keep(uri, values);
    const wideLeft = keptOf(wide, uris(0, 4000));
    equal(wideLeft > 100 && wideLeft < 600, true, `${wideLeft} are kept`);
  });

  it('does not keep what would take all of its room', () => {
    const cache = newCache(['a.b']);
    cache.keep('huge', Array<string>(300_000).fill('value'));
    equal(cache.find('huge'), undefined);
    deepEqual(cache.find('a.b'), ['of a.b']);
  });

  it('counts what is kept again for the same URI once', () => {
    const cache = newCache(['a.b']);
    for (let time = 0; time < 10 * MANY; time += 1) cache.keep('c.d', ['value']);
    deepEqual(cache.find('a.b'), ['of a.b']);
  });
});
